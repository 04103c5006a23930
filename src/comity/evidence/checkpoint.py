# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of the log (C2SP tlog-checkpoint: https://c2sp.org/tlog-checkpoint).

A checkpoint says: the log of this name had this many leaves and this root. Signed as a note.
Reading proves nothing by itself; `open_checkpoint` checks the signature first.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from comity.evidence.merkle import MAX_SIZE
from comity.evidence.note import Signer, Verifier, open_note
from comity.values.errors import VerificationError

MAX_TEXT = 16_000  # characters; ours: three lines and a few extensions
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ORIGIN = re.compile(r"[^\n\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str  # the log's name
    size: int
    root: bytes  # 32 bytes
    extensions: tuple[str, ...] = ()

    def print(self) -> str:
        """The text of the note."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode())
        return "\n".join((*lines, *self.extensions)) + "\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read the text of a note. Raises VerificationError; print(read(text)) == text."""
        if len(text) > MAX_TEXT:
            raise VerificationError(
                f"checkpoint: expected at most {MAX_TEXT} characters, got {len(text)}"
            )
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise VerificationError("checkpoint: expected three lines or more, got fewer")
        origin, size, encoded, *extensions = lines
        if not _ORIGIN.fullmatch(origin):
            raise VerificationError(f"checkpoint: expected an origin, got {origin[:80]!r}")
        if not _SIZE.fullmatch(size) or int(size) >= MAX_SIZE:
            raise VerificationError(f"checkpoint: expected a tree size, got {size[:30]!r}")
        if not all(extensions):
            raise VerificationError("checkpoint: expected no empty extension line, got one")
        return cls(origin, int(size), _read_root(encoded), tuple(extensions))

    def sign(self, signer: Signer) -> bytes:
        return signer.sign(self.print())

    def as_json(self) -> dict[str, object]:
        return {"origin": self.origin, "size": self.size, "root": self.root.hex()}


def _read_root(encoded: str) -> bytes:
    try:
        root = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        root = b""
    # A second spelling of the same bytes (spare bits set) would be a second text for one root.
    if len(root) != 32 or base64.b64encode(root).decode() != encoded:
        raise VerificationError(
            f"checkpoint: expected a root of 32 bytes as base64, got {encoded[:60]!r}"
        )
    return root


def open_checkpoint(note: bytes, origin: str, trusted: Sequence[Verifier]) -> Checkpoint:
    """A signed checkpoint of the log called `origin`. Raises VerificationError."""
    checkpoint = Checkpoint.read(open_note(note, trusted).text)
    if checkpoint.origin != origin:
        raise VerificationError(
            f"checkpoint: expected the log {origin!r}, got {checkpoint.origin!r}"
        )
    return checkpoint
