# SPDX-License-Identifier: Apache-2.0
"""Finds the reports in what an operator names: files, folders, Maildirs, boxes, `-`.

Reads the disk; decides nothing about content beyond "box or not", which `report.container` tells.
Order is the operator's, and sorted by name inside a folder, so that the same call gives the same
output.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from comity.report.caps import CAPS, Caps
from comity.report.container import is_box, unpack
from comity.values.defect import Defect

HEAD = 2_048  # bytes: what `is_box` wants to see


@dataclass(frozen=True, slots=True)
class Source:
    """One report to read. `content` None: the file at `path`, to be read where it is used.

    `refused` holds why it cannot be read at all.
    """

    path: str
    content: bytes | None = None
    refused: Defect | None = None

    def read(self, caps: Caps = CAPS) -> bytes:
        """The exact bytes. Raises OSError."""
        if self.content is not None:
            return self.content
        with Path(self.path).open("rb") as stream:
            return stream.read(caps.report_bytes + 1)


def find_sources(paths: Iterable[str], caps: Caps = CAPS) -> Iterator[Source]:
    """Every report below `paths`, one box member in memory at a time."""
    for path in paths:
        if path == "-":
            yield from _unpacked("-", sys.stdin.buffer, caps)
        elif Path(path).is_dir():
            for file in _files(path):
                yield from _opened(file, caps)
        else:
            yield from _opened(path, caps)


def _files(folder: str) -> Iterator[str]:
    """Files below a folder, depth first, by name. Of a Maildir only what was delivered."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # opening it will name the fault
        return
    is_maildir = {"cur", "new", "tmp"} <= {entry.name for entry in entries}
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not (is_maildir and entry.name == "tmp"):  # half-written mail lies there
                yield from _files(entry.path)
        elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
            yield entry.path  # opening a link that leads nowhere names the fault


def _opened(path: str, caps: Caps) -> Iterator[Source]:
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(HEAD)
            if not is_box(head):
                size = os.fstat(stream.fileno()).st_size
                if size > caps.report_bytes:
                    yield Source(path, refused=_too_big(size, caps))
                else:
                    yield Source(path)
                return
            stream.seek(0)
            yield from _unpacked(path, stream, caps)
    except OSError as error:
        yield Source(path, refused=Defect("cannot-read", f"{error.strerror or error}"))


def _unpacked(path: str, stream: BinaryIO, caps: Caps) -> Iterator[Source]:
    for item in unpack(path, stream, caps):
        refused = None
        if item.refused:
            refused = item.defects[0] if item.defects else Defect("cannot-read", "cannot be read")
        yield Source(item.path, item.content, refused)


def _too_big(size: int, caps: Caps) -> Defect:
    return Defect("too-big", f"{size:,} bytes; a report may have {caps.report_bytes:,}")
