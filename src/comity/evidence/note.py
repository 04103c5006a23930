# SPDX-License-Identifier: Apache-2.0
"""Signed notes with Ed25519 (C2SP signed-note: https://c2sp.org/signed-note).

Opens a note only with keys the caller trusts, and gives its text only after a signature held.
Makes no keys and reads no files.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.values.errors import VerificationError

MAX_NOTE = 64_000  # bytes; ours: a checkpoint with 100 cosignatures is below 16,000
MAX_SIGNATURES = 100  # as Go's sumdb/note
_ED25519 = b"\x01"  # signature type byte of the specification
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,255}")
_DASH = "— "  # em dash, space


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name it signs under."""

    name: str
    key: bytes  # 32 bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.key) != 32:
            raise ValueError(f"not a key name and an Ed25519 key of 32 bytes: {self.name[:80]!r}")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 of name, line end, type, key."""
        text = self.name.encode() + b"\n" + _ED25519 + self.key
        return hashlib.sha256(text).digest()[:4]

    def print(self) -> str:
        """The "vkey" form: name+id+base64."""
        key = base64.b64encode(_ED25519 + self.key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def read(cls, vkey: str) -> "Verifier":
        """Read a vkey. Raises ValueError."""
        parts = vkey.strip().split("+", 2) if len(vkey) < 512 else []
        try:
            name, key_id, encoded = parts
            key = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise ValueError("expected a key as name+id+base64 (C2SP signed-note)") from None
        if key[:1] != _ED25519:
            raise ValueError(
                f"expected an Ed25519 key (type 1), got type {key[:1].hex() or 'none'}"
            )
        verifier = cls(name, key[1:])
        if verifier.key_id.hex() != key_id:
            raise ValueError(f"expected key id {verifier.key_id.hex()}, got {key_id}")
        return verifier

    def holds(self, text: bytes, signature: bytes) -> bool:
        """Whether this key signed exactly this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key with the name it signs under."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(name, public)
        self._line = f"{_DASH}{name} "

    def named(self, name: str) -> "Signer":
        """The same key under another name: each log of a node is signed under its own."""
        return Signer(name, self._key)

    def sign(self, text: str) -> bytes:
        """The note: text, empty line, our signature line."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends with a line end")
        signature = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{self._line}{base64.b64encode(signature).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note of which at least one trusted key signed the text."""

    text: str
    signers: tuple[str, ...]  # names of trusted keys that signed
    others: tuple[str, ...]  # names of signatures by keys not asked about: prove nothing


def open_note(note: bytes, trusted: Sequence[Verifier]) -> OpenedNote:
    """Check signatures first, then give the text. Raises VerificationError."""
    text, lines = _split(note)
    keys = {(key.name, key.key_id): key for key in trusted}
    signers, others = [], []
    for line in lines:
        name, key_id, signature = _read_line(line)
        key = keys.get((name, key_id))
        if key is None:
            others.append(name)
        elif not key.holds(text.encode(), signature):
            raise VerificationError(f"note: expected a signature by {name}, got one that fails")
        elif name not in signers:
            signers.append(name)
    if not signers:
        wanted = ", ".join(key.name for key in trusted) or "no one"
        got = ", ".join(others[:5])
        raise VerificationError(f"note: expected a signature by {wanted}, got only {got}")
    return OpenedNote(text, tuple(signers), tuple(others))


def _split(note: bytes) -> tuple[str, list[str]]:
    if len(note) > MAX_NOTE:
        raise VerificationError(f"note: expected at most {MAX_NOTE} bytes, got {len(note)}")
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise VerificationError("note: expected UTF-8, got other bytes") from None
    if any(letter < " " and letter != "\n" for letter in whole):
        raise VerificationError("note: expected no control characters, got one")
    text, gap, tail = whole.rpartition("\n\n")
    if not gap or not text or not tail.endswith("\n"):
        raise VerificationError("note: expected text, an empty line and signatures, got no such")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError(
            f"note: expected at most {MAX_SIGNATURES} signatures, got {len(lines)}"
        )
    return text + "\n", lines


def _read_line(line: str) -> tuple[str, bytes, bytes]:
    fields = line.removeprefix(_DASH).split(" ") if line.startswith(_DASH) else []
    if len(fields) != 2 or not _NAME.fullmatch(fields[0]):
        raise VerificationError(f"note: expected a signature line, got {line[:80]!r}")
    try:
        signature = base64.b64decode(fields[1], validate=True)
    except (ValueError, binascii.Error):
        signature = b""
    if len(signature) < 5:
        raise VerificationError(f"note: expected a base64 signature by {fields[0]}, got other text")
    return fields[0], signature[:4], signature[4:]
