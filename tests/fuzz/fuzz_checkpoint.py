# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: signed notes, checkpoints and leaf records. Run: python fuzz_checkpoint.py."""

import contextlib
import sys

from comity.evidence.checkpoint import Checkpoint
from comity.evidence.note import Verifier, open_note
from comity.evidence.record import LeafRecord
from comity.values.errors import VerificationError

TRUSTED = [Verifier("comity/gb/1", bytes(31) + b"\x01")]


def one(data: bytes) -> None:
    """Any bytes are read, or refused in the one way each reader has; what is read prints back."""
    with contextlib.suppress(VerificationError):
        open_note(data, TRUSTED)
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(VerificationError):
        assert Checkpoint.read(text).print() == text
    with contextlib.suppress(ValueError):
        assert LeafRecord.read(data).print() == data
    with contextlib.suppress(ValueError):
        Verifier.read(text)


if __name__ == "__main__":
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
