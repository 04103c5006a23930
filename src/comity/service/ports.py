# SPDX-License-Identifier: Apache-2.0
"""What the use cases need from outside, as protocols. `store`, `gateway` and `bootstrap` fill them.

Types only. Every port may raise a ComityError; none of them decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:  # `analyse` needs two types of this file, and none of what these load
    from contextlib import AbstractContextManager

    from comity.campaign.actor import Actor
    from comity.campaign.campaign import Campaign, Fingerprint
    from comity.campaign.corrections import Correction
    from comity.evidence.event import Event, EventKind
    from comity.evidence.note import Verifier
    from comity.evidence.receipt import Damage, Entry, Incoming, Receipt
    from comity.values.digest import Digest
    from comity.values.json import JSON

Clock = Callable[[], datetime]


class Writer(Protocol):
    """The one open writer of a vault."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found and mended when it was opened, one sentence each."""

    def append(self, batch: Sequence[Incoming]) -> tuple[Receipt, ...]:
        """Whole and durable, or not at all: TryLater, InputOutput, BadData."""


class Archive(Protocol):
    """The reading side of a vault."""

    def read(self, digest: Digest) -> bytes: ...

    def size(self) -> int: ...

    def entries(self, start: int = 0, *, content: bool = False) -> Iterator[Entry | Damage]: ...


class Segments(Protocol):
    """The vault's files as they lie on the disk, for `fsck`."""

    def names(self) -> list[str]:
        """Segment files, in order of their first leaf."""

    def open(self, name: str) -> BinaryIO: ...

    def checkpoint(self) -> bytes | None:
        """The published checkpoint, as signed."""

    def set_aside(self) -> list[str]:
        """Files that hold halves of torn writes."""

    def in_use(self) -> bool:
        """A writer is at work, so the end of the last file may be in flight."""

    def hint(self, leaf: int) -> bytes | None:
        """What the locator says of a leaf's hash. Believed only where a signature bears it out."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """One reported mail: its line as `comity analyse --json` prints it, and its fingerprint."""

    line: bytes  # JSON, without line end
    fingerprint: Fingerprint | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The reader failed, was killed or took too long: the report is parked with this reason."""

    code: str
    text: str


Answer = Sequence[Analysed] | Unreadable


class Analyser(Protocol):
    """One answer for each (path, bytes), in the order given, however many are worked on at once."""

    def __call__(self, reports: Iterable[tuple[str, bytes]]) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class Saved:
    """What a batch of answers changed in the index."""

    added: int = 0  # new results: of a new report, or by new versions
    same: int = 0  # already there, byte for byte
    changed: tuple[str, ...] = ()  # reports: the same versions gave another result


class Index(Protocol):
    """What is found by asking. All of it is derived from the vault. Raises ServiceAway."""

    def reached(self, name: str) -> int:
        """Leaves that the step of this name has dealt with."""

    def add_reportings(self, entries: Sequence[Entry], reached: int) -> None:
        """Once for each leaf, however often it is called."""

    def save(
        self, answers: Sequence[tuple[Entry, Answer]], made_at: datetime, reached: int
    ) -> Saved:
        """Results beside the older ones. `reached`: leaves analysed, when this is stored."""

    def parked(self) -> list[dict[str, JSON]]:
        """Reports that could not be read: {"key","attempts","reason"}."""

    def to_retry(self, most_attempts: int) -> list[Digest]:
        """Parked reports tried fewer times than this."""

    def first_reporting(self, digest: Digest) -> Entry:
        """How a report first came in."""

    def fingerprints(self, version: int) -> Iterator[bytes]:
        """Packed rows of `campaign.table`, one of each mail."""

    def replace_campaigns(
        self,
        campaigns: Sequence[Campaign],
        actors: Sequence[Actor],
        made_at: datetime,
        reached: int,
    ) -> None:
        """`reached`: leaves that these campaigns are of."""


class Journal(Protocol):
    """What people did at a node, in a sealed log beside that of the reports."""

    def append(self, event: Event) -> int:
        """Durable when it returns; gives its leaf. Raises TryLater and InputOutput."""

    def events(self, start: int = 0) -> Iterator[tuple[int, Event] | Damage]: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of mails: an event of the journal, as the index knows it."""

    leaf: int  # of the journal
    kind: EventKind
    actor: str
    at: datetime
    detail: dict[str, JSON]
    undone: int | None  # leaf of the event that took it back


class Decisions(Protocol):
    """What people decided, as far as the index knows it from the journal. Raises ServiceAway."""

    def reached(self) -> int:
        """Leaves of the journal that are dealt with."""

    def add(self, events: Sequence[tuple[int, Event]], reached: int) -> None:
        """Keep those that decide something, and bring verdicts and names up to them."""

    def corrections(self) -> list[Correction]:
        """The joins and splits that stand, in the order in which they were said."""

    def changed(self) -> int:
        """Leaves of the journal up to the newest join or split, or undoing of one."""

    def corrected(self) -> int:
        """What `changed` was when the campaigns in the index were found."""

    def has_corrected(self, changed: int) -> None: ...

    def regroup(self, leaf: int, made_at: datetime) -> bool:
        """Take the join or split of this leaf into the campaigns that it touches.

        False, and nothing is changed, where the campaigns are not those of all that was said
        before it: then they must be found anew.
        """

    def decision(self, leaf: int) -> Decision | None: ...

    def of_mail(self, mail: str, limit: int = 50) -> list[Decision]:
        """What people said of one mail, newest first, what was taken back too."""

    def labels(self, mails: Sequence[str]) -> dict[str, str]:
        """What each of these mails counts as now; those that are not there are left out."""

    def campaigns_of(self, mails: Sequence[str]) -> dict[str, str]:
        """The campaign of each of these mails that is in one."""

    def members(self, campaign: str, limit: int) -> list[str]:
        """The least digests of a campaign, in order."""


class Questions(Protocol):
    """What people ask of the index. Raises ServiceAway."""

    def analyses(self, digest: str) -> list[dict[str, Any]]:
        """Every result for a mail or a report, oldest first, with when it was made."""


class Node(Protocol):
    """A node, put together by `bootstrap.node`."""

    @property
    def archive(self) -> Archive: ...

    @property
    def index(self) -> Index: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def decisions(self) -> Decisions: ...

    @property
    def questions(self) -> Questions: ...

    @property
    def segments(self) -> Segments: ...

    @property
    def verifier(self) -> Verifier: ...

    @property
    def now(self) -> Clock: ...

    def writer(self) -> AbstractContextManager[Writer]: ...
