# SPDX-License-Identifier: Apache-2.0
"""What the vault says of each report: taken (`Receipt`), kept (`Entry`), or damaged (`Damage`).

Types only. A `Receipt` exists only for bytes that are durable.
"""

from dataclasses import dataclass
from datetime import datetime

from comity.evidence.record import print_time
from comity.values.digest import Digest


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report at the door."""

    path: str  # where it was found, for people: "box.zip!cur/17.eml#3"
    content: bytes  # exactly as received
    channel: str  # "cli", "smtp", "http"


@dataclass(frozen=True, slots=True)
class Receipt:
    """These bytes are durable and have their place in the log."""

    path: str
    digest: Digest
    leaf: int
    received_at: datetime
    duplicate: bool  # the same bytes were here before; this reporting counts all the same
    channel: str

    def as_json(self) -> dict[str, object]:
        return {
            "path": self.path,
            "sha256": self.digest,
            "leaf": self.leaf,
            "received_at": print_time(self.received_at),
            "duplicate": self.duplicate,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One reporting as the vault keeps it."""

    leaf: int
    digest: Digest
    length: int  # bytes of the report
    received_at: datetime
    channel: str
    path: str
    duplicate: bool
    content: bytes | None = None  # None for a duplicate, and where it was not asked for


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of the vault that are not what was written."""

    segment: str  # file name
    offset: int  # of the first byte of the record or region
    end: int  # of the byte after it
    leaf: int | None  # None where no record can be told
    sha256: str | None  # of the report, where still known
    code: str  # listed in docs/reference/defects.md
    problem: str  # "expected X, got Y"

    def as_json(self) -> dict[str, object]:
        return {
            "segment": self.segment,
            "offset": self.offset,
            "end": self.end,
            "leaf": self.leaf,
            "sha256": self.sha256,
            "code": self.code,
            "problem": self.problem,
        }
