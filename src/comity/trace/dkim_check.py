# SPDX-License-Identifier: Apache-2.0
"""Verifies DKIM signatures (RFC 6376) with archived DNS answers and the clock of receipt.

Cryptography and canonical forms are dkimpy's. Says which fields and how many bytes of the body
are covered, because a signature with `l=` passes with anything added after it, and a second
Subject on top passes too. Never asks DNS, never looks at today's clock.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from comity.trace.trace import Authentication, Standing
from comity.values.errors import BadData

MAX_SIGNATURES = 8  # ours: RFC 6376 section 4.2 lets a verifier limit them
MAX_ANSWER = 8_192  # characters of one DNS answer; ours
CLOCK_SLACK = timedelta(hours=10)  # dkimpy's leeway for wrong clocks

# A reader sees one of each: RFC 5322 section 3.6.
SINGLETONS = ("from", "subject", "date", "to", "reply-to", "sender", "message-id", "content-type")


class Answers(Protocol):
    """Archived TXT answers."""

    def txt(self, name: str) -> str | None:
        """The TXT record of a name (lower case, no final dot), None where none was archived."""
        ...


@dataclass(frozen=True, slots=True)
class Archive:
    """Answers as sealed with a report: one JSON object a line, as `read` takes them."""

    answers: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: (answer, fetched_at)

    @classmethod
    def read(cls, text: str, name: str = "answers file") -> "Archive":
        """Lines `{"name", "type": "TXT", "answer", "fetched_at"}`. Raises BadData saying where."""
        answers: dict[str, tuple[str, str]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                kind = str(row["type"]).upper()
                key, answer = str(row["name"]), row["answer"]
                when = str(row.get("fetched_at", ""))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise BadData(
                    f"{name}: line {number} is no archived answer",
                    'Each line is like {"name": "s._domainkey.example.org", "type": "TXT", '
                    '"answer": "v=DKIM1; …", "fetched_at": "2026-11-24T10:00:00Z"}.',
                ) from None
            if kind == "TXT":
                joined = "".join(answer) if isinstance(answer, list) else str(answer)
                answers[key.lower().rstrip(".")] = (joined[:MAX_ANSWER], when)
        return cls(answers)

    def txt(self, name: str) -> str | None:
        found = self.answers.get(name.lower().rstrip("."))
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """One DKIM-Signature and what it proves."""

    domain: str
    selector: str
    result: str  # pass, fail, permerror, temperror, as RFC 8601 section 2.7.1
    detail: str  # one sentence
    fields: tuple[str, ...] = ()  # names that are covered, lower case, as signed
    body_bytes: int = 0  # covered, after canonicalization
    body_total: int = 0
    uncovered: tuple[str, ...] = ()  # singleton fields of which one is not covered

    @property
    def whole(self) -> bool:
        """Whether all that a reader sees is covered."""
        return self.body_bytes == self.body_total and not self.uncovered

    def as_authentication(self) -> Authentication:
        """A pass that covers only a part is told as such and does not vouch for the identity."""
        vouched = self.result == "pass" and self.whole
        return Authentication(
            method="dkim",
            result=self.result,
            identity=self.domain or None,
            by="comity",
            standing=Standing.VOUCHED if vouched else Standing.CLAIMED,
            detail=self.detail,
        )


def check_signatures(
    raw: bytes, answers: Answers, received_at: datetime
) -> tuple[SignatureCheck, ...]:
    """Each signature of the mail, topmost first. Raises nothing on content."""
    if not re.search(rb"(?im)^dkim-signature[ \t]*:", raw[:262_144]):
        return ()
    import dkim  # late: most runs have no archived answers

    try:
        signer = dkim.DKIM(raw)
    except dkim.DKIMException as error:
        return (SignatureCheck("", "", "permerror", f"The header can't be read: {error}"),)
    headers = [item for item in signer.headers if item[0].lower() == b"dkim-signature"]
    return tuple(
        _check(dkim, signer, header, answers, received_at) for header in headers[:MAX_SIGNATURES]
    )


def _check(
    dkim: Any, signer: Any, header: tuple[bytes, bytes], answers: Answers, received_at: datetime
) -> SignatureCheck:
    domain = selector = ""
    try:
        tags = dkim.util.parse_tag_value(header[1])
        domain, selector = _text(tags.get(b"d")), _text(tags.get(b"s"))
        # dkimpy compares these two with today's clock; we compare them with that of receipt.
        timeless = {key: value for key, value in tags.items() if key not in (b"t", b"x")}
        dkim.validate_signature_fields(timeless)
        expired = _clock_fault(tags, received_at)
        if expired:
            return SignatureCheck(domain, selector, "fail", expired)
        names = [name.lower() for name in re.split(rb"\s*:\s*", tags[b"h"].strip())]
        key_name = f"{selector}._domainkey.{domain}"
        key = answers.txt(key_name)
        if key is None:
            return SignatureCheck(
                domain, selector, "temperror", f"No archived answer for {key_name}."
            )
        dkim.evaluate_pk(key_name, key)  # verify_sig takes a broken key for a wrong signature
        good = signer.verify_sig(
            tags, list(names), header, lambda name, timeout=5: key.encode("ascii", "replace")
        )
    except (dkim.DKIMException, dkim.util.InvalidTagValueList) as error:
        result = "fail" if "mismatch" in str(error) else "permerror"
        return SignatureCheck(domain, selector, result, f"{str(error)[:200]}.")
    except (ValueError, TypeError, IndexError, KeyError, AssertionError, ArithmeticError) as error:
        # What dkimpy lets through on broken keys and tags; seen: binascii.Error, IndexError.
        return SignatureCheck(
            domain, selector, "permerror", f"It can't be read: {type(error).__name__}."
        )
    if not good:
        return SignatureCheck(domain, selector, "fail", "The signature does not fit the key.")
    return _coverage(dkim, signer, tags, names, domain, selector)


def _coverage(
    dkim: Any, signer: Any, tags: dict[bytes, bytes], names: list[bytes], domain: str, selector: str
) -> SignatureCheck:
    policy = dkim.canonicalization.CanonicalizationPolicy.from_c_value(
        tags.get(b"c", b"simple/simple")
    )
    total = len(policy.canonicalize_body(signer.body))
    covered = min(int(tags[b"l"]), total) if b"l" in tags else total
    present = Counter(_text(name).lower() for name, _ in signer.headers)
    signed = Counter(_text(name) for name in names)
    uncovered = tuple(
        name
        for name in SINGLETONS
        if present[name] > signed[name] and (signed[name] or name in ("from", "subject"))
    )
    detail = f"Covers {covered} of {total} body bytes and the fields {', '.join(sorted(signed))}."
    if covered < total or uncovered:
        detail = f"Signed part only. {detail}"
    if uncovered:
        detail += f" Not covered: one {', one '.join(uncovered)}."
    return SignatureCheck(
        domain,
        selector,
        "pass",
        detail,
        fields=tuple(_text(name) for name in names),
        body_bytes=covered,
        body_total=total,
        uncovered=uncovered,
    )


def _clock_fault(tags: dict[bytes, bytes], received_at: datetime) -> str | None:
    """RFC 6376 section 3.5, `t=` and `x=`, at the time of receipt."""
    for tag, early in ((b"t", True), (b"x", False)):
        value = tags.get(tag)
        if value is None:
            continue
        if not re.fullmatch(rb"\d{1,12}", value):
            return f"{_text(tag)}= is no time."
        try:
            when = datetime.fromtimestamp(int(value), UTC)
        except (ValueError, OverflowError, OSError):
            return f"{_text(tag)}= is no time."
        if early and when > received_at + CLOCK_SLACK:
            return f"Signed at {when:%Y-%m-%d %H:%M} UTC, after the mail was received."
        if not early and when < received_at - CLOCK_SLACK:
            return f"It had ended at {when:%Y-%m-%d %H:%M} UTC, before the mail was received."
    return None


def _text(value: bytes | None) -> str:
    return (value or b"").decode("ascii", "replace")[:253]
