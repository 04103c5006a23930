# SPDX-License-Identifier: Apache-2.0
"""SHA-256 digests (FIPS 180-4), the only names by which bytes are known."""

import hashlib
import re
from typing import NewType

Digest = NewType("Digest", str)  # 64 lower-case hexadecimal characters

_HEX = re.compile(r"[0-9a-f]{64}")


def digest_of(content: bytes) -> Digest:
    """SHA-256 of exactly these bytes."""
    return Digest(hashlib.sha256(content).hexdigest())


def digest(text: str) -> Digest:
    """Read a digest that a person typed. Raises ValueError with what was expected."""
    lowered = text.strip().lower()
    if not _HEX.fullmatch(lowered):
        raise ValueError(f"expected 64 hexadecimal characters (SHA-256), got {text[:80]!r}")
    return Digest(lowered)
