# SPDX-License-Identifier: Apache-2.0
"""Open the vault after whatever happened to it: find its end, set a torn half aside, never fork.

A whole checkpoint frame means that all before it was synced. So what lies after the last one can
hold only reports without a receipt, and only there bytes are cut off, after a copy was kept.
First looks, then mends. Runs under the vault's lock. Never changes a leaf that was signed.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comity.evidence.checkpoint import Checkpoint, open_checkpoint
from comity.evidence.merkle import Frontier
from comity.evidence.note import Verifier
from comity.evidence.record import LeafRecord
from comity.evidence.segment import HEADER_BYTES, LEAVES, Kind, print_frame
from comity.store.files import Files
from comity.store.locator import Locator, Row
from comity.store.scan import Frame, Gap, frames, header, segments
from comity.values.errors import InputOutput, TryLater, VerificationError

_ADVICE = "Run: comity fsck, then bring the vault back from a backup. Nothing was changed."
_LOST = bytes(32)  # in place of the digest of a report whose bytes are lost


@dataclass(frozen=True, slots=True)
class Tail:
    """Where writing goes on."""

    segment: int  # its first leaf
    path: Path
    marker: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A vault ready for writing."""

    locator: Locator
    tail: Tail | None  # None: nothing was ever written
    frontier: Frontier
    clean: bool  # the last run signed and published all there is
    notes: tuple[str, ...]  # what was done, for people


def recover(folder: Path, locator: Path, files: Files, origin: str, verifier: Verifier) -> Opened:
    """Raises InputOutput where going on would fork the log."""
    signed = published(folder, origin, verifier)
    for path in (locator, locator.with_suffix(".rebuilt")):
        if path != locator:  # the old one was no use: all from the segments
            _remove(path)
        found = None
        try:
            found = Locator(path)
            tail, last = _look(folder, found, signed)
        except (sqlite3.DatabaseError, KeyError, VerificationError) as error:
            if found:
                found.close()
            _is_ours(error, path)
            problem = error
            continue
        notes: list[str] = []
        if path != locator:
            found.close()
            _remove(locator)
            path.replace(locator)
            found = Locator(locator)
            notes.append("the locator did not fit the vault and was rebuilt from it")
        tail, clean = _mend(folder, files, found, tail, last, signed, notes)
        return Opened(found, tail, Frontier.of(found.size(), found.node), clean, tuple(notes))
    raise InputOutput(f"the vault cannot be continued: {problem}", _ADVICE) from problem


def published(folder: Path, origin: str, verifier: Verifier) -> Checkpoint | None:
    """The checkpoint that was last published. Raises InputOutput for one that is not ours."""
    path = folder / "checkpoint"
    if not path.exists():
        return None
    try:
        return open_checkpoint(path.read_bytes(), origin, [verifier])
    except VerificationError as error:
        raise InputOutput(f"{path}: {error.fact}", _ADVICE) from error


def _look(folder: Path, locator: Locator, signed: Checkpoint | None) -> tuple[Tail | None, int]:
    """The end of what is whole, and the last leaf there. Only the locator changes."""
    found = [pair for pair in segments(folder) if not _unborn(pair[1])]
    scanned = locator.scanned()
    if scanned and scanned[0] not in dict(found):
        raise VerificationError(f"expected the segment of leaf {scanned[0]}, got no such file")
    tail, last = None, -1
    for segment, path in found:
        if scanned is None or segment >= scanned[0]:
            tail, last = catch_up(locator, segment, path)
    size = locator.size()
    if signed:
        if signed.size > size:
            raise VerificationError(f"expected the {signed.size} leaves we signed, got {size}")
        root = Frontier.of(signed.size, locator.node).root()
        if root != signed.root:
            raise VerificationError(
                f"checkpoint of {signed.size} leaves: expected root {signed.root.hex()}, "
                f"got {root.hex()}"
            )
    return tail, last


def _unborn(path: Path) -> bool:
    """A segment whose making was cut off: its header was never synced, so it held no leaf."""
    if path.stat().st_size > HEADER_BYTES:
        return False
    found = header(path)
    return found is None or bool(found.damaged)


def catch_up(locator: Locator, segment: int, path: Path) -> tuple[Tail, int]:
    """Locate what the locator does not know of this segment. Raises VerificationError."""
    marker = _marker(path)
    scanned, size = locator.scanned(), locator.size()
    start, last = HEADER_BYTES, segment - 1
    if scanned and scanned[0] == segment and scanned[1] <= path.stat().st_size:
        start, last = scanned[1], size - 1
    rows, end = whole_leaves(frames(path, marker, start), segment, start)
    last = max((row.leaf for row in rows), default=last)
    new = [row for row in rows if row.leaf >= size]
    for expected, row in enumerate(new, start=size):
        if row.leaf != expected:
            raise VerificationError(
                f"{path.name}, offset {row.offset}: expected leaf {expected}, got {row.leaf}"
            )
    _, nodes = Frontier.of(size, locator.node).extend(row.hash for row in new)
    locator.add(new, nodes, (segment, end))
    return Tail(segment, path, marker, end), last


def whole_leaves(found: Iterator[Frame | Gap], segment: int, start: int) -> tuple[list[Row], int]:
    """The leaves that count, and where the last of them ends."""
    rows: list[Row] = []
    waiting: list[Row] = []  # after a gap: only a checkpoint tells damage from a torn write
    end, torn = start, False
    for part in found:
        head = part.head
        if head and head.kind in LEAVES:
            row = _row(part, segment) if isinstance(part, Frame) else _damaged(part, segment)
            waiting.append(row)
        if isinstance(part, Gap):
            torn = True
        elif part.head.kind is Kind.CHECKPOINT:
            rows.extend(waiting)
            waiting, end, torn = [], part.end, False
        elif not torn:
            rows.extend(waiting)
            waiting, end = [], part.end
    return rows, end


def _row(frame: Frame, segment: int) -> Row:
    head, digest = frame.head, _LOST
    if head.kind is not Kind.LOST:
        try:
            digest = bytes.fromhex(LeafRecord.read(frame.record).digest)
        except ValueError as error:
            raise VerificationError(f"leaf {head.leaf}: {error}") from error
    return Row(head.leaf, segment, frame.offset, head.kind, digest, head.leaf_hash)


def _damaged(gap: Gap, segment: int) -> Row:
    """Only the head is whole: the leaf's place in the tree is known, its bytes are not."""
    assert gap.head is not None
    return Row(gap.head.leaf, segment, gap.offset, Kind.LOST, _LOST, gap.head.leaf_hash)


def _marker(path: Path) -> bytes:
    found = header(path)
    if found is None:
        raise VerificationError(f"{path.name}: expected a segment's header, got other bytes")
    return found.marker


def _mend(
    folder: Path,
    files: Files,
    locator: Locator,
    tail: Tail | None,
    last: int,
    signed: Checkpoint | None,
    notes: list[str],
) -> tuple[Tail | None, bool]:
    """Make the files end where the whole frames end. Gives the new tail; False: sign anew."""
    size = locator.size()
    clean = signed.size == size if signed else size == 0
    found = segments(folder)
    for number, (_, path) in enumerate(found, start=1):
        if _unborn(path):
            _set_aside(folder, files, path, 0, notes)
            path.unlink()
            files.sync_folder(folder)
        elif (
            number < len(found) and path.stat().st_mode & 0o222 and path != getattr(tail, "path", 0)
        ):
            files.seal(path)  # a rotation was cut off
    if tail is None:
        return None, clean
    file = files.open(tail.path)
    try:
        if tail.path.stat().st_size > tail.offset:
            _set_aside(folder, files, tail.path, tail.offset, notes)
            files.truncate(file, tail.offset)
            clean = False
        if last + 1 < size:
            tail = _fill_lost(files, file, locator, tail, range(last + 1, size))
            notes.append(f"the disk lost {size - last - 1} accepted reports, from leaf {last + 1}")
            clean = False
        if not clean:
            _write_again(files, file, locator, tail, signed)
    finally:
        files.close(file)
    return tail, clean


def _set_aside(folder: Path, files: Files, path: Path, offset: int, notes: list[str]) -> None:
    """Keep a copy of what will be cut off."""
    with path.open("rb") as source:
        source.seek(offset)
        half = source.read()
    if not half:
        return
    torn = folder / "torn"
    torn.mkdir(exist_ok=True)
    copy = torn / f"{path.stem}.{offset}.{len(half)}"
    file = files.create(copy)
    try:
        files.write(file, 0, half)
        files.sync(file)
    finally:
        files.close(file)
    files.sync_folder(torn)
    notes.append(f"{len(half)} bytes of a torn write were set aside in {copy}")


def _fill_lost(files: Files, file: int, locator: Locator, tail: Tail, lost: range) -> Tail:
    """Accepted leaves that the disk lost keep their hash: the log goes on and does not fork."""
    rows, blocks, at = [], [], tail.offset
    for leaf in lost:
        known = locator.at(leaf)
        assert known is not None  # it is below the locator's size
        named = known.digest.hex().encode()  # only for people: nothing vouches for it any more
        block = print_frame(tail.marker, Kind.LOST, leaf, known.hash, named)
        rows.append(Row(leaf, tail.segment, at, Kind.LOST, known.digest, known.hash))
        blocks.append(block)
        at += len(block)
    files.write(file, tail.offset, b"".join(blocks))
    files.sync(file)
    locator.add(rows, (), (tail.segment, at))
    return Tail(tail.segment, tail.path, tail.marker, at)


def _write_again(
    files: Files, file: int, locator: Locator, tail: Tail, signed: Checkpoint | None
) -> None:
    """A sync that failed may leave pages in memory that the disk never got: make them dirty."""
    row = locator.at(signed.size) if signed else None
    start = row.offset if row and row.segment == tail.segment else 0
    with tail.path.open("rb") as source:
        source.seek(start)
        files.write(file, start, source.read(tail.offset - start))
    files.sync(file)


def _is_ours(error: Exception, path: Path) -> None:
    """Raise where the disk is at fault: a locator built anew would fare no better."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        raise TryLater(f"{path}: {error}", "Nothing was accepted. Make room.") from error
    if code == sqlite3.SQLITE_BUSY:
        raise TryLater(f"{path}: {error}", "Nothing was accepted. End what locks it.") from error
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR):
        raise InputOutput(f"{path}: {error}", "Nothing was accepted. Check the disk.") from error


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
