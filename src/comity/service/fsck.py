# SPDX-License-Identifier: Apache-2.0
"""Check every stored byte, and the log against what was signed.

Recomputes all from the files: shares with the writer only the layout (`evidence.segment`,
`evidence.record`), and has its own tree. Repairs nothing and changes nothing.
"""

import contextlib
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import zstandard

from comity.evidence.checkpoint import Checkpoint, open_checkpoint
from comity.evidence.note import Verifier
from comity.evidence.receipt import Damage
from comity.evidence.record import LeafRecord
from comity.evidence.segment import (
    HEAD_BYTES,
    HEADER_BYTES,
    Head,
    Header,
    Kind,
    first_leaf,
    next_head,
)
from comity.service.ports import Segments
from comity.values.errors import VerificationError


class Log(Protocol):
    """What is checked: the reports of a node, or its journal."""

    @property
    def segments(self) -> Segments: ...

    @property
    def verifier(self) -> Verifier: ...


@dataclass(slots=True)
class Checked:
    """What `fsck` found."""

    records: int = 0  # whole ones
    checked_bytes: int = 0
    segments: int = 0
    damaged: list[Damage] = field(default_factory=list)
    checkpoint: Checkpoint | None = None  # the last one whose signature and root held
    set_aside: list[str] = field(default_factory=list)  # halves of torn writes, without a receipt

    def as_json(self) -> dict[str, object]:
        return {
            "records": self.records,
            "checked_bytes": self.checked_bytes,
            "segments": self.segments,
            "damaged": [damage.as_json() for damage in self.damaged],
            "checkpoint": self.checkpoint.as_json() if self.checkpoint else None,
            "set_aside": self.set_aside,
        }


def fsck(log: Log, *, progress: Callable[[int], None] | None = None) -> Checked:
    """Read the whole log. `progress` hears of bytes checked. Raises OSError if it cannot read."""
    check = _Check(log, progress or (lambda count: None))
    check.run()
    return check.found


class _Tree:
    """RFC 6962 section 2.1, by a stack of subtrees; on purpose not `evidence.merkle`."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []  # leaves below, hash

    def add(self, leaf: bytes) -> None:
        self.size += 1
        count = 1
        while self._stack and self._stack[-1][0] == count:
            _, left = self._stack.pop()
            leaf, count = hashlib.sha256(b"\x01" + left + leaf).digest(), 2 * count
        self._stack.append((count, leaf))

    def root(self) -> bytes:
        if not self._stack:
            return hashlib.sha256().digest()
        root = self._stack[-1][1]
        for _, left in self._stack[-2::-1]:
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


@dataclass(frozen=True, slots=True)
class _Place:
    """Bytes of one file."""

    name: str
    offset: int
    end: int


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str  # listed in docs/reference/defects.md
    text: str
    sha256: str | None = None  # whose bytes, where that is still known


class _Check:
    def __init__(self, log: Log, progress: Callable[[int], None]) -> None:
        self._files: Segments = log.segments
        self._verifier = log.verifier
        self._progress = progress
        self._tree = _Tree()
        self._whole: set[bytes] = set()  # digests whose bytes are here
        self._broken = False  # a leaf hash is unknown: no root can be computed after it
        self._guessed = False  # a leaf hash is from a hint, until a signed root bears it out
        self._signed: Checkpoint | None = None
        self.found = Checked()

    def run(self) -> None:
        in_use = self._files.in_use()
        self.found.set_aside = self._files.set_aside()
        self._read_published()
        end = _Place("", 0, 0)
        names = self._files.names()
        for name in names:
            length = self._file(name, in_use if name == names[-1] else None)
            self.found.segments += 1
            self.found.checked_bytes += length
            self._progress(self.found.checked_bytes)
            end = _Place(name, length, length)
        size = self._tree.size
        if self._signed and self._signed.size > size and not in_use:
            text = f"expected the {self._signed.size} leaves we signed, got {size}"
            self._damage(end, _Problem("log-shorter", text), size)

    def _file(self, name: str, in_use: bool | None) -> int:
        """Check one segment. `in_use` None: it is not the last, so nobody writes to it."""
        with self._files.open(name) as file:
            content = file.read()
        in_flight = in_use is not None and (in_use or self._files.in_use())
        self._segment(name, content, in_flight)
        return len(content)

    def _read_published(self) -> None:
        note = self._files.checkpoint()
        if note is None:
            return
        self.found.checked_bytes += len(note)
        try:
            self._signed = open_checkpoint(note, self._verifier.name, [self._verifier])
        except VerificationError as error:
            place = _Place("checkpoint", 0, len(note))
            self._damage(place, _Problem("bad-checkpoint", error.fact))

    def _segment(self, name: str, content: bytes, in_flight: bool) -> None:
        header = Header.read(content[:HEADER_BYTES])
        if header is None:
            text = "expected a segment's header, got other bytes"
            place = _Place(name, 0, len(content))
            self._damage(place, _Problem("no-header", text), first_leaf(name))
            return
        for offset in header.damaged:
            place = _Place(name, offset, offset + HEADER_BYTES // 3)
            text = "expected a copy of the header, got changed bytes"
            self._damage(place, _Problem("header-changed", text))
        if header.first_leaf != first_leaf(name):
            text = f"expected the segment of leaf {first_leaf(name)}, got {header.first_leaf}"
            self._damage(_Place(name, 0, HEADER_BYTES), _Problem("wrong-segment", text))
        if header.first_leaf > self._tree.size:
            self._missing(name, HEADER_BYTES, header.first_leaf)
        for offset, head, payload in _frames(content, header.marker):
            if isinstance(head, int):  # bytes up to here are no frame
                if not (in_flight and head == len(content)):
                    self._no_frame(_Place(name, offset, head), len(content))
            elif head.kind is Kind.CHECKPOINT:
                self._checkpoint(name, offset, head, payload)
            elif not in_flight or len(payload) == head.payload:
                self._leaf(name, offset, head, payload)

    def _no_frame(self, place: _Place, size: int) -> None:
        code, got = "changed-bytes", "changed bytes"
        if place.end == size:
            code, got = "half-record", "half of one, or changed bytes"
        self._damage(place, _Problem(code, f"expected a whole record, got {got}"), self._tree.size)

    def _missing(self, name: str, offset: int, leaf: int) -> None:
        """Leaves below `leaf` that were not there."""
        first = self._tree.size
        while self._tree.size < leaf and not self._broken:
            hint = self._files.hint(self._tree.size)
            if hint is None:
                self._broken = True
            else:
                self._guessed = True
                self._add(hint)
        self._tree.size = max(self._tree.size, leaf)
        last = self.found.damaged[-1] if self.found.damaged else None
        if not (last and last.segment == name and last.end == offset):  # else it is named already
            text = f"expected leaf {first}, got a gap before leaf {leaf}"
            self._damage(_Place(name, offset, offset), _Problem("leaf-gap", text), first)

    def _leaf(self, name: str, offset: int, head: Head, payload: bytes) -> None:
        if head.leaf > self._tree.size:
            self._missing(name, offset, head.leaf)
        problem = self._problem(head, payload)
        if head.leaf < self._tree.size:
            text = f"expected leaf {self._tree.size}, got leaf {head.leaf} a second time"
            problem = _Problem("leaf-twice", text)
        else:
            self._add(head.leaf_hash)
        if problem:
            self._damage(_Place(name, offset, offset + head.length), problem, head.leaf)
        else:
            self.found.records += 1

    def _problem(self, head: Head, payload: bytes) -> _Problem | None:
        """What is wrong with a leaf's frame."""
        if head.kind is Kind.LOST:
            text = "expected a report, got only its leaf hash: the disk had lost it"
            named = payload.decode("ascii", "replace")
            return _Problem("lost-report", text, named if head.split(payload) and named else None)
        leaf = hashlib.sha256(b"\x00" + payload[: head.record]).digest()
        record = None
        if leaf == head.leaf_hash:  # so these words are what was written
            with contextlib.suppress(ValueError):
                record = LeafRecord.read(payload[: head.record])
        sha256 = record.digest if record else None
        if len(payload) < head.payload:
            text = f"expected {head.payload} bytes, got half a record of {len(payload)}"
            return _Problem("half-record", text, sha256)
        if record is None:
            text = f"expected leaf hash {head.leaf_hash.hex()}, got {leaf.hex()}"
            return _Problem("changed-record", text)
        parts = head.split(payload)
        if parts is None:
            text = f"expected checksum {head.checksum:08x}, got {zlib.crc32(payload):08x}"
            return _Problem("changed-record", text, sha256)
        if head.kind is Kind.REPORT:
            return self._content(parts[2], record)
        if bytes.fromhex(record.digest) in self._whole:
            return None
        text = "expected these bytes in an earlier record, got none that is whole"
        return _Problem("bytes-missing", text, sha256)

    def _content(self, body: bytes, record: LeafRecord) -> _Problem | None:
        expected = f"{record.length} bytes of SHA-256 {record.digest}"
        try:
            if zstandard.frame_content_size(body) != record.length:  # before room is made for it
                text = f"expected {expected}, got a frame of another length"
                return _Problem("wrong-content", text, record.digest)
            content = zstandard.ZstdDecompressor().decompress(body)
        except zstandard.ZstdError as error:
            return _Problem("wrong-content", f"expected a zstd frame, got {error}", record.digest)
        got = hashlib.sha256(content).hexdigest()
        if len(content) != record.length or got != record.digest:
            text = f"expected {expected}, got {len(content)} of {got}"
            return _Problem("wrong-content", text, record.digest)
        self._whole.add(bytes.fromhex(got))
        return None

    def _add(self, leaf_hash: bytes) -> None:
        self._tree.add(leaf_hash)
        if self._signed and self._signed.size == self._tree.size and not self._broken:
            self._compare(_Place("checkpoint", 0, 0), self._signed)

    def _checkpoint(self, name: str, offset: int, head: Head, payload: bytes) -> None:
        place = _Place(name, offset, offset + head.length)
        if head.split(payload) is None:
            text = "expected a checkpoint, got changed bytes"
            self._damage(place, _Problem("bad-checkpoint", text))
            return
        try:
            checkpoint = open_checkpoint(payload, self._verifier.name, [self._verifier])
        except VerificationError as error:
            self._damage(place, _Problem("bad-checkpoint", error.fact))
            return
        if checkpoint.size > self._tree.size:
            self._missing(name, offset, checkpoint.size)
        if checkpoint.size < self._tree.size:
            text = f"expected a checkpoint of {self._tree.size} leaves, got {checkpoint.size}"
            self._damage(place, _Problem("bad-checkpoint", text))
        elif not self._broken:
            self._compare(place, checkpoint)

    def _compare(self, place: _Place, checkpoint: Checkpoint) -> None:
        root = self._tree.root()
        if root == checkpoint.root:
            self._guessed = False
            if self.found.checkpoint is None or self.found.checkpoint.size <= checkpoint.size:
                self.found.checkpoint = checkpoint
            return
        self._broken = True
        if self._guessed:  # a wrong hint is no damage of the vault
            return
        since = self.found.checkpoint.size if self.found.checkpoint else 0
        text = (
            f"leaves {since} to {checkpoint.size - 1}: "
            f"expected root {checkpoint.root.hex()}, got {root.hex()}"
        )
        self._damage(place, _Problem("wrong-root", text), since)

    def _damage(self, place: _Place, problem: _Problem, leaf: int | None = None) -> None:
        self.found.damaged.append(
            Damage(
                place.name,
                place.offset,
                place.end,
                leaf,
                problem.sha256,
                problem.code,
                problem.text,
            )
        )


def _frames(content: bytes, marker: bytes) -> Iterator[tuple[int, Head | int, bytes]]:
    """Offset, head and payload of each frame; or, for other bytes, where they end."""
    offset = HEADER_BYTES
    while offset < len(content):
        start = offset + HEAD_BYTES
        head = Head.read(content[offset:start], marker)
        if head is None:
            found = next_head(content, offset + 1, marker)
            end = len(content) if found is None else found
            yield offset, end, b""
            offset = end
        else:
            yield offset, head, content[start : start + head.payload]
            offset += head.length
