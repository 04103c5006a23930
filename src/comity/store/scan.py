# SPDX-License-Identifier: Apache-2.0
"""Read a segment file frame by frame. Steps over damage; decides nothing and writes nothing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from comity.evidence.segment import HEAD_BYTES, HEADER_BYTES, Head, Header, first_leaf, next_head


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame: all its checksums held."""

    offset: int
    head: Head
    record: bytes
    path: bytes
    body: bytes

    @property
    def end(self) -> int:
        return self.offset + self.head.length


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that are no whole frame."""

    offset: int
    end: int
    head: Head | None  # where only what follows the head is damaged or missing


def segments(folder: Path) -> list[tuple[int, Path]]:
    """First leaf and file of each segment, in order."""
    found = []
    for path in folder.iterdir():
        leaf = first_leaf(path.name)
        if leaf is not None:
            found.append((leaf, path))
    return sorted(found)


def header(path: Path) -> Header | None:
    """The header of a segment file, if a copy of it is whole."""
    with path.open("rb") as file:
        return Header.read(file.read(HEADER_BYTES))


def frames(path: Path, marker: bytes, start: int = HEADER_BYTES) -> Iterator[Frame | Gap]:
    """Every byte from `start` to the end of the file, as frames and gaps."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        offset = start
        file.seek(offset)
        while offset < size:
            found = _next(file, offset, size, marker)
            yield found
            if found.end != file.tell():
                file.seek(found.end)
            offset = found.end


def frame_at(path: Path, offset: int) -> Frame | Gap | None:
    """The one frame at `offset`; None where the segment's header cannot be read."""
    with path.open("rb") as file:
        known = Header.read(file.read(HEADER_BYTES))
        if known is None:
            return None
        file.seek(offset)
        return _next(file, offset, os.fstat(file.fileno()).st_size, known.marker)


def _next(file: BinaryIO, offset: int, size: int, marker: bytes) -> Frame | Gap:
    head = Head.read(file.read(HEAD_BYTES), marker)
    if head is None:  # look for the next whole head
        file.seek(offset)
        rest = file.read()
        at = next_head(rest, 1, marker)
        return Gap(offset, size if at is None else offset + at, None)
    parts = head.split(file.read(head.payload))
    if parts is None:
        return Gap(offset, min(size, offset + head.length), head)
    return Frame(offset, head, *parts)
