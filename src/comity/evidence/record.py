# SPDX-License-Identifier: Apache-2.0
"""The leaf of the log: what a node commits to for each report it took.

One line of JSON with its keys in order, so that anybody can recompute the leaf with a text editor
and sha256sum. The salt keeps short reports (a phone number in an SMS) from being guessed from
their leaf, and lets an ordered erasure leave the tree whole. Pure; printer and reader together.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from comity.evidence.merkle import leaf_hash
from comity.values.digest import Digest, digest

VERSION = 1
MAX_RECORD = 512  # bytes; ours: the longest channel and numbers give 266
SALT_BYTES = 16
_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def channel(text: str) -> str:
    """How a report came in: "cli", "smtp", "http". Raises ValueError."""
    if not _CHANNEL.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no channel (lower-case letters, digits, hyphens)")
    return text


@lru_cache(maxsize=4)  # the reports of a batch share their time
def print_time(time: datetime) -> str:
    """RFC 3339 in UTC, microseconds always written."""
    return time.astimezone(UTC).strftime(_TIME).rjust(27, "0")


def read_time(text: str) -> datetime:
    """The inverse of `print_time`. Raises ValueError."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"expected a time in UTC, got {text!r}")
    return time.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class LeafRecord:
    channel: str
    digest: Digest  # SHA-256 of the exact bytes received
    length: int  # of those bytes
    received_at: datetime  # UTC, microseconds
    salt: bytes

    def print(self) -> bytes:
        """The exact bytes that are hashed into the leaf."""
        return (
            f'{{"channel":"{self.channel}","digest":"{self.digest}","length":{self.length},'
            f'"received_at":"{print_time(self.received_at)}","salt":"{self.salt.hex()}",'
            f'"version":{VERSION}}}'
        ).encode("ascii")

    @classmethod
    def read(cls, line: bytes) -> "LeafRecord":
        """Read a line and refuse any other spelling of it. Raises ValueError."""
        if len(line) > MAX_RECORD:
            raise ValueError(f"expected at most {MAX_RECORD} bytes, got {len(line)}")
        try:
            fields = json.loads(line)
            record = cls(
                channel(fields["channel"]),
                digest(fields["digest"]),
                int(fields["length"]),
                read_time(fields["received_at"]),
                bytes.fromhex(fields["salt"]),
            )
        except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError(f"expected a leaf record, got {line[:80]!r}") from error
        if record.length < 0 or len(record.salt) != SALT_BYTES or record.print() != line:
            raise ValueError(f"expected a leaf record as we print it, got {line[:80]!r}")
        return record

    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.print())
