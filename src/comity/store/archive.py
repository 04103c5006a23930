# SPDX-License-Identifier: Apache-2.0
"""Read the vault: by digest, in order, and proofs. Needs no lock and changes nothing.

Every byte given out was checked against its digest. Where the locator is missing, behind or
damaged, the segments themselves are read.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import zstandard

from comity.evidence.merkle import (
    ConsistencyProof,
    InclusionProof,
    prove_consistency,
    prove_inclusion,
)
from comity.evidence.receipt import Damage, Entry
from comity.evidence.record import LeafRecord
from comity.evidence.segment import HEADER_BYTES, LEAVES, Kind, name
from comity.store.locator import Locator, Row
from comity.store.recovery import catch_up, whole_leaves
from comity.store.scan import Frame, Gap, frame_at, frames, header, segments
from comity.values.digest import Digest, digest_of
from comity.values.errors import BadData, VerificationError


class Archive:
    """The reading side of a vault."""

    def __init__(self, folder: Path, locator: Path) -> None:
        self.folder = folder
        self._locator_path = locator

    def read(self, digest: Digest) -> bytes:
        """The exact bytes. Raises BadData where they are not here, VerificationError if damaged."""
        with _Reading(self.folder, self._locator_path) as reading:
            wanted = bytes.fromhex(digest)
            rows = reading.locator.holders([wanted]).get(wanted, []) or [
                row for row in reading.tail() if row.digest == wanted and row.kind is Kind.REPORT
            ]
        problem = None
        for row in rows:  # newest first; more than one only after damage was found
            try:
                return content_at(self.folder, row, digest)
            except VerificationError as error:
                problem = error
        if problem:
            raise problem
        raise BadData(f"{digest} is not in this vault", "Check the digest: comity raw SHA256")

    def named(self, beginning: str) -> Digest:
        """The one report whose digest begins so, in lower-case hexadecimal. Raises BadData."""
        least, greatest = (bytes.fromhex(beginning.ljust(64, end)) for end in "0f")
        with _Reading(self.folder, self._locator_path) as reading:
            found = reading.locator.beginning_with(least, greatest)
            found |= {
                row.digest
                for row in reading.tail()
                if row.kind is Kind.REPORT and least <= row.digest <= greatest
            }
        if len(found) != 1:
            how_many = "no report" if not found else "more than one report"
            raise BadData(
                f"{how_many} in this vault has a digest that begins with {beginning}",
                "Give more of the digest; a receipt shows it as sha256.",
            )
        return Digest(found.pop().hex())

    def size(self) -> int:
        """Leaves in the log."""
        with _Reading(self.folder, self._locator_path) as reading:
            return reading.locator.size() + len(reading.tail())

    def entries(self, start: int = 0, *, content: bool = False) -> Iterator[Entry | Damage]:
        """Each reporting from leaf `start` on, in order; damage is named and stepped over."""
        found = segments(self.folder)
        for number, (first, path) in enumerate(found):
            if number + 1 < len(found) and found[number + 1][0] <= start:
                continue
            known = header(path)
            if known is None:
                if path.stat().st_size > HEADER_BYTES:
                    size, text = path.stat().st_size, "expected a segment's header, got none"
                    yield Damage(path.name, 0, size, first, None, "no-header", text)
                continue
            for part in frames(path, known.marker):
                yield from _entry(part, path, start, content)

    def prove(self, leaf: int, size: int) -> InclusionProof:
        with _Reading(self.folder, self._locator_path) as reading:
            return prove_inclusion(leaf, size, reading.locator.node)

    def prove_growth(self, old: int, new: int) -> ConsistencyProof:
        with _Reading(self.folder, self._locator_path) as reading:
            return prove_consistency(old, new, reading.locator.node)

    def leaf_hash(self, leaf: int) -> bytes:
        with _Reading(self.folder, self._locator_path) as reading:
            row = reading.locator.at(leaf)
        if row is None:
            raise BadData(f"there is no leaf {leaf} in this vault")
        return row.hash


def _entry(part: Frame | Gap, path: Path, start: int, content: bool) -> Iterator[Entry | Damage]:
    head = part.head
    if head and (head.kind not in LEAVES or head.leaf < start):
        return
    leaf = head.leaf if head else None
    if isinstance(part, Gap) or part.head.kind is Kind.LOST:
        text = "expected a whole record, got changed or missing bytes"
        yield Damage(path.name, part.offset, part.end, leaf, None, "changed-record", text)
        return
    try:
        record = LeafRecord.read(part.record)
        body = None
        if content and part.head.kind is Kind.REPORT:
            body = unpack(part.body, record.length, record.digest, part.head.leaf)
    except (ValueError, VerificationError) as error:
        yield Damage(path.name, part.offset, part.end, leaf, None, "wrong-content", str(error))
        return
    yield Entry(
        part.head.leaf,
        record.digest,
        record.length,
        record.received_at,
        record.channel,
        part.path.decode("utf-8", "replace"),
        part.head.kind is Kind.AGAIN,
        body,
    )


def content_at(folder: Path, row: Row, digest: Digest) -> bytes:
    """The bytes of the report at a located place. Raises VerificationError."""
    path = folder / name(row.segment)
    try:
        part = frame_at(path, row.offset)
    except FileNotFoundError as error:
        raise VerificationError(
            f"leaf {row.leaf}: expected the segment {path.name}, got no such file"
        ) from error
    if not isinstance(part, Frame):
        raise VerificationError(
            f"leaf {row.leaf}: expected a whole record at offset {row.offset} of {path.name}, "
            "got changed or missing bytes"
        )
    try:
        record = LeafRecord.read(part.record)
    except ValueError as error:
        raise VerificationError(f"leaf {row.leaf}: {error}") from error
    return unpack(part.body, record.length, digest, row.leaf)


def unpack(body: bytes, length: int, digest: Digest, leaf: int) -> bytes:
    """Decompress and check. Raises VerificationError."""
    try:
        if zstandard.frame_content_size(body) != length:  # before room is made for it
            raise VerificationError(f"leaf {leaf}: expected {length} bytes, got another length")
        content = zstandard.ZstdDecompressor().decompress(body)
    except zstandard.ZstdError as error:
        raise VerificationError(f"leaf {leaf}: expected a zstd frame, got {error}") from error
    if digest_of(content) != digest:
        raise VerificationError(
            f"leaf {leaf}: expected bytes of SHA-256 {digest}, got {digest_of(content)}"
        )
    return content


class _Reading:
    """The locator as it is; or, where it cannot serve, one in memory read from the segments."""

    def __init__(self, folder: Path, path: Path) -> None:
        self._folder, self._path = folder, path

    def __enter__(self) -> "_Reading":
        self._found = segments(self._folder)
        try:
            self.locator = Locator(self._path, writer=False)
            self._scanned = self.locator.scanned()
            if self._scanned and self._scanned[0] in dict(self._found):
                return self
            self.locator.close()
        except sqlite3.DatabaseError:
            pass
        self.locator = Locator(":memory:")
        for first, path in self._found:
            try:
                catch_up(self.locator, first, path)
            except VerificationError:
                continue  # what cannot be read cannot be found; fsck names it
        self._scanned = self.locator.scanned()
        return self

    def __exit__(self, *_: object) -> None:
        self.locator.close()

    def tail(self) -> list[Row]:
        """Leaves that the locator does not know yet."""
        rows: list[Row] = []
        if self._scanned is None:
            return rows
        segment, offset = self._scanned
        for first, path in self._found:
            known = header(path) if first >= segment else None
            if known:
                start = offset if first == segment else HEADER_BYTES
                rows += whole_leaves(frames(path, known.marker, start), first, start)[0]
        return rows
