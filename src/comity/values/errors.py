# SPDX-License-Identifier: Apache-2.0
"""The errors that reach a person: one sentence of fact, one of advice, an exit code.

Exit codes are those of the command line's contract (docs/reference/cli.md, after sysexits.h).
Content of a mail never raises; see `values.defect`.
"""


class ComityError(Exception):
    """Base of all errors Comity raises on purpose. `advice` says what to do about it."""

    exit_code = 1

    def __init__(self, fact: str, advice: str = "") -> None:
        super().__init__(fact)
        self.fact = fact
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.fact}\n  {self.advice}" if self.advice else self.fact


class WrongUse(ComityError):
    """The call itself is wrong."""

    exit_code = 2


class BadData(ComityError):
    """Data given by the operator cannot be used (EX_DATAERR)."""

    exit_code = 65


class ServiceAway(ComityError):
    """Something Comity depends on does not answer (EX_UNAVAILABLE)."""

    exit_code = 69


class InputOutput(ComityError):
    """Reading or writing failed (EX_IOERR)."""

    exit_code = 74


class TryLater(ComityError):
    """Nothing was accepted and nothing was lost; the same call may succeed later (EX_TEMPFAIL)."""

    exit_code = 75


class VerificationError(ComityError):
    """A check of evidence failed. The fact reads "…: expected X, got Y"."""

    exit_code = 1
