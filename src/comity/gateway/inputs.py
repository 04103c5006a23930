# SPDX-License-Identifier: Apache-2.0
"""Finds the reports in what an operator names: files, folders, Maildirs, boxes, `-`.

Reads the disk; decides nothing about content beyond "box or not", which `report.container` tells.
Order is the operator's, and sorted by name inside a folder, so that the same call gives the same
output. What cannot be read is named as a `Source` with its reason; nothing here stops the rest.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from comity.report.caps import CAPS, Caps
from comity.report.container import Item, is_box, unpack
from comity.report.inflate import CUT_OFF, DAMAGED
from comity.report.maildir import is_maildir
from comity.values.defect import Defect
from comity.values.digest import Digest

HEAD = 2_048  # bytes: what `is_box` wants to see
_NO_TEXT = re.compile("[\udc80-\udcff]")  # how Python keeps bytes of a name that are not UTF-8
_NODE = {"comity.toml", "keys", "vault"}
_NAMING = ("member-name-unsafe", "member-name-too-long")  # never the reason why all is refused


@dataclass(frozen=True, slots=True)
class Source:
    """One report to read. `content` None: the file at `path`, to be read where it is used.

    `refused` holds why it cannot be read at all, and `digest` then names the bytes, if they are
    known. `defects` are those of the box around it.
    """

    path: str
    content: bytes | None = None
    refused: Defect | None = None
    digest: Digest | None = None
    defects: tuple[Defect, ...] = ()
    file_size: int = 0  # bytes, where `content` is None

    @property
    def size(self) -> int:
        """Bytes that reading it takes."""
        return self.file_size if self.content is None else len(self.content)

    @property
    def name(self) -> str:
        """`path` for people and for JSON: bytes that are not UTF-8 are written as \\xNN."""
        if self.path.isascii():
            return self.path
        return _NO_TEXT.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", self.path)

    def read(self, caps: Caps = CAPS) -> bytes:
        """The exact bytes, or one more than the cap. Raises OSError."""
        if self.content is not None:
            return self.content
        most = caps.report_bytes + 1
        with FileIO(self.path) as stream:  # asked for its size, not for the cap: that is zeroed
            content = stream.read(min(self.file_size + 1, most))
            while self.file_size < len(content) < most:  # it has grown since it was found
                more = stream.read(most - len(content))
                if not more:
                    break
                content += more
            return content


def find_sources(paths: Iterable[str], caps: Caps = CAPS) -> Iterator[Source]:
    """Every report below `paths`, one box member in memory at a time."""
    for path in paths:
        if path == "-":
            yield from _standard_input(caps)
        elif _is_folder(path):
            for found in _files(path):
                if isinstance(found, Source):
                    yield found
                else:
                    yield from _opened(found, caps)
        else:
            yield from _opened(path, caps)


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # opening it will name the fault
        return False


def _standard_input(caps: Caps) -> Iterator[Source]:
    if sys.stdin is None:
        yield Source("-", refused=Defect("cannot-read", "standard input is closed"))
        return
    try:
        yield from _unpacked("-", sys.stdin.buffer, caps)
    except OSError as error:
        yield _cannot_read("-", error)


def _files(folder: str) -> Iterator[str | Source]:
    """Files below a folder, depth first, by name. Of a Maildir only what was delivered."""
    waiting: list[str | Source | os.DirEntry[str]] = [folder]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Source):
            yield found
            continue
        if isinstance(found, str) or found.is_dir(follow_symlinks=False):
            waiting += reversed(_entries(os.fspath(found)))
        elif found.is_symlink():
            yield from _linked(found)
        elif found.is_file(follow_symlinks=False):  # pipes, sockets and devices are passed over
            yield found.path


def _entries(folder: str) -> list[os.DirEntry[str] | Source]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        return [_cannot_read(folder, error)]
    names = {entry.name for entry in entries}
    if names >= _NODE:
        text = "a node's own folder: ask it with `comity stats --node`; it is not read as mail"
        return [Source(folder, refused=Defect("cannot-read", text))]
    if is_maildir(names):  # half-written mail lies in tmp
        return [entry for entry in entries if entry.name != "tmp"]
    return list(entries)


def _linked(entry: os.DirEntry[str]) -> Iterator[str | Source]:
    """A link to a file is read; one to a folder could lead round in a circle."""
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        yield _cannot_read(entry.path, error)
        return
    if stat.S_ISDIR(mode):
        text = "a link to a folder is not followed: name the folder itself"
        yield Source(entry.path, refused=Defect("cannot-read", text))
    elif stat.S_ISREG(mode):
        yield entry.path


def _opened(path: str, caps: Caps) -> Iterator[Source]:
    try:
        with FileIO(path) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):  # can be read only once, and has no size
                yield from _unpacked(path, BufferedReader(file), caps)
                return
            if is_box(file.read(HEAD)):
                file.seek(0)
                yield from _unpacked(path, BufferedReader(file), caps)
            elif about.st_size > caps.report_bytes:
                yield Source(path, refused=_too_big(about.st_size, caps))
            else:
                yield Source(path, file_size=about.st_size)
    except OSError as error:
        yield _cannot_read(path, error)


def _unpacked(path: str, stream: BinaryIO, caps: Caps) -> Iterator[Source]:
    for item in unpack(path, stream, caps):
        if item.refused:
            yield Source(item.path, refused=_why(item), digest=item.digest)
            continue
        yield Source(item.path, item.content, defects=item.defects)
        for defect in item.defects:
            if defect.code in (CUT_OFF, DAMAGED):
                text = f"{defect.detail}; of {Path(item.path).name} perhaps only a part is there"
                yield Source(path, refused=Defect(defect.code, text))


def _why(item: Item) -> Defect:
    codes = [one.code for one in item.defects if one.code not in _NAMING]
    text = "; ".join(one.detail for one in item.defects if one.detail)
    return Defect(codes[0] if codes else "cannot-read", text or "cannot be read")


def _cannot_read(path: str, error: OSError) -> Source:
    return Source(path, refused=Defect("cannot-read", f"{error.strerror or error}"))


def _too_big(size: int, caps: Caps) -> Defect:
    return Defect("too-big", f"{size:,} bytes; a report may have {caps.report_bytes:,}")
