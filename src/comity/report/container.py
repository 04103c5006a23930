# SPDX-License-Identifier: Apache-2.0
"""Takes each report out of a box: zip, tar, gzip, zstd, mbox, JSON lines, and any nest of these.

A stream of (path, exact bytes), one in memory at a time. What is inside is told by content. A bad
member is named and the others go on. Never writes to disk, never raises on content; an OSError of
the stream itself (a broken disk) passes through.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from comity.report import mbox, tar
from comity.report import zip as zips
from comity.report.caps import CAPS, Caps
from comity.report.inflate import CUT_OFF, RATIO, Bytes, Gunzipped, Inflated, Unzstd
from comity.values.defect import Defect
from comity.values.digest import Digest, digest_of

_HEAD = 2048  # enough for a tar header, an mbox line, two short JSON lines
_CHUNK = 1024 * 1024
_LEAST = 1024  # bytes that a member counts at least, ours: what its line costs
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_UNSUPPORTED = {b"7z\xbc\xaf\x27\x1c": "7-Zip", b"Rar!\x1a\x07": "RAR", b"\xfd7zXZ\0": "xz"}
_OFFICE = (b"[Content_Types].xml", b"mimetype", b"META-INF/", b"_rels/.rels")

TOO_DEEP = "container-too-deep"
TOO_MANY = "container-too-many"
TOO_BIG = mbox.TOO_BIG
EMPTY = "container-empty"


@dataclass(frozen=True, slots=True)
class Item:
    """One report, or one named fault.

    `digest` is of `content`; of the box's own bytes for a box that had to be given up; None where
    those can't be read again.
    """

    path: str  # "reports.zip!spam/1.eml", "box.mbox#3"
    content: bytes
    defects: tuple[Defect, ...] = ()
    refused: bool = False  # not to be read as a report
    digest: Digest | None = None


def unpack(name: str, stream: BinaryIO, caps: Caps = CAPS) -> Iterator[Item]:
    """Each report in the order in which it lies in the box; the whole stream if it is no box."""
    source = _Peek(stream)
    size = _size(stream)
    given = counted = deep = 0
    for number, item in enumerate(_Walk(caps).walk(name, source, 0), 1):
        given += len(item.content)
        counted += max(len(item.content), _LEAST)
        deep += any(one.code == TOO_DEEP for one in item.defects)
        over = ""
        if number > caps.members:
            over = f"more than {caps.members} members"
        elif given > caps.total_bytes:
            over = f"more than {caps.total_bytes} bytes"
        elif counted > caps.ratio_from and counted > caps.ratio * max(size, source.taken):
            over = f"{number} members from {max(size, source.taken)} bytes: a bomb of boxes"
        elif deep > caps.bombs:
            over = f"more than {caps.bombs} boxes deeper than {caps.depth}"
        if over:
            yield Item(name, b"", (Defect(TOO_MANY, over),), True, _digest_again(stream))
            return
        yield item


class _Peek:
    """A stream whose first bytes can be looked at. Seeking is passed through if there is any."""

    def __init__(self, stream: Bytes) -> None:
        self.stream = stream
        self.taken = 0  # bytes read so far
        self._ahead = b""

    def peek(self) -> bytes:
        while len(self._ahead) < _HEAD:
            chunk = self.stream.read(_HEAD - len(self._ahead))
            if not chunk:
                break
            self._ahead += chunk
            self.taken += len(chunk)
        return self._ahead

    def read(self, size: int = -1, /) -> bytes:
        if not self._ahead or size < 0:
            chunk = self.stream.read(size)
            self.taken += len(chunk)
            out, self._ahead = self._ahead + chunk, b""
        else:
            out, self._ahead = self._ahead[:size], self._ahead[size:]
        return out


class _Walk:
    def __init__(self, caps: Caps) -> None:
        self._caps = caps

    def walk(self, path: str, source: _Peek, depth: int) -> Iterator[Item]:
        head = source.peek()
        if not is_box(head):
            yield self._leaf(path, source, _not_opened(head))
        elif depth > self._caps.depth:
            text = f"boxes in boxes, more than {self._caps.depth} deep"
            yield replace(self._leaf(path, source, (Defect(TOO_DEEP, text),)), refused=True)
        elif head.startswith(zips.MAGIC):
            yield from self._zip(path, source, depth)
        elif head.startswith(_GZIP):
            yield from self._packed(path, Gunzipped(source, self._caps), source, depth)
        elif head.startswith(_ZSTD):
            yield from self._packed(path, Unzstd(source, self._caps), source, depth)
        elif tar.is_tar(head):
            yield from self._tar(path, source, depth)
        elif mbox.starts_box(head):
            yield from self._mbox(path, source)
        else:
            yield from self._lines(path, source)

    def _leaf(self, path: str, source: Bytes, defects: tuple[Defect, ...]) -> Item:
        content = _all(source, self._caps.report_bytes + 1)
        if len(content) <= self._caps.report_bytes:
            return Item(path, content, defects, False, digest_of(content))
        text = f"more than {self._caps.report_bytes} bytes, the cap"
        return Item(path, b"", (*defects, Defect(TOO_BIG, text)), refused=True)

    def _packed(self, path: str, inside: Inflated, outer: _Peek, depth: int) -> Iterator[Item]:
        """What a compressed stream holds. Where it breaks off, its last item says so."""
        held: Item | None = None
        for item in self.walk(path, _Peek(inside), depth + 1):
            if held is not None:
                yield held
            held = item
        _all(inside, _CHUNK)  # what a tar leaves unread may still break off
        fault = inside.defect
        if held is None or (fault is not None and (fault.code == RATIO or not held.content)):
            code = fault or Defect(EMPTY, "a compressed stream with no file in it")
            yield Item(path, b"", (code,), True, _digest_again(outer.stream))
        else:
            yield replace(held, defects=(*held.defects, fault)) if fault else held

    def _zip(self, path: str, source: _Peek, depth: int) -> Iterator[Item]:
        stream = _seekable(source, self._caps)
        if stream is None:
            text = "a zip file that can't be sought in must fit the cap of one report"
            yield Item(path, b"", (Defect(TOO_BIG, text),), refused=True)
            return
        infos, fault = zips.directory(stream, self._caps)
        if fault is not None:
            yield Item(path, b"", (fault,), True, _digest_again(stream))
            return
        empty, bombs = True, 0
        for member in zips.members(stream, infos, self._caps):
            empty = False
            bombs += any(one.code == RATIO for one in member.defects)
            if bombs > self._caps.bombs:
                text = f"more than {self._caps.bombs} members over the ratio"
                yield Item(path, b"", (Defect(TOO_MANY, text),), True, _digest_again(stream))
                return
            inner, defects = self._named(path, member.name, member.defects)
            if member.refused:
                yield Item(inner, b"", defects, refused=True)
            else:
                yield from self._inside(inner, _Peek(io.BytesIO(member.content)), defects, depth)
        if empty:
            yield self._empty(path, stream)

    def _tar(self, path: str, source: _Peek, depth: int) -> Iterator[Item]:
        empty = True
        for member, body in tar.members(source):
            if member.kind == "folder":
                continue
            empty = False
            inner, defects = self._named(path, member.name, member.defects)
            if member.kind == "fault":
                yield Item(path, b"", defects, refused=True)
                continue
            if member.kind != "file":
                text = f"a {member.kind}, not a file"
                yield Item(inner, b"", (*defects, Defect("member-not-a-file", text)), refused=True)
                continue
            items = self._inside(inner, _Peek(body), defects, depth)
            held = next(items)
            for item in items:
                yield held
                held = item
            if body.cut_off:
                text = f"the archive ends inside this member of {member.size} bytes"
                held = replace(held, defects=(*held.defects, Defect(CUT_OFF, text)))
            yield held
        if empty:
            yield self._empty(path, source.stream)

    def _inside(
        self, path: str, source: _Peek, defects: tuple[Defect, ...], depth: int
    ) -> Iterator[Item]:
        for item in self.walk(path, source, depth + 1):
            yield replace(item, defects=(*defects, *item.defects)) if defects else item

    def _empty(self, path: str, stream: Bytes) -> Item:
        text = "an archive with no file in it"
        return Item(path, b"", (Defect(EMPTY, text),), True, _digest_again(stream))

    def _named(
        self, path: str, name: str, defects: tuple[Defect, ...]
    ) -> tuple[str, tuple[Defect, ...]]:
        """The member's path for people. Names are only ever text (A02)."""
        shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)
        if len(shown) > self._caps.name:
            defects += (Defect("member-name-too-long", f"{len(shown)} characters"),)
            shown = shown[: self._caps.name]
        parts = shown.replace("\\", "/").split("/")
        if ".." in parts or shown.startswith(("/", "\\")) or shown[1:2] == ":":
            defects += (Defect("member-name-unsafe", "leads out of the folder it is unpacked to"),)
        return f"{path}!{shown}", defects

    def _mbox(self, path: str, source: Bytes) -> Iterator[Item]:
        for mail in mbox.split(cast(BinaryIO, source), self._caps):
            too_big = any(one.code == TOO_BIG for one in mail.defects)
            if mail.last and mail.number == 1 and not mbox.named_box(path) and not too_big:
                # One mail with a separator line in front: the file itself is the mail.
                whole = mail.separator + mail.content + mail.end
                yield Item(path, whole, (), False, digest_of(whole))
                return
            digest = None if too_big else digest_of(mail.content)
            yield Item(f"{path}#{mail.number}", mail.content, mail.defects, too_big, digest)

    def _lines(self, path: str, source: Bytes) -> Iterator[Item]:
        rest = b""
        number = 0
        skipping = False
        while True:
            chunk = source.read(_CHUNK)
            *lines, rest = (rest + chunk).split(b"\n")
            if not chunk and (rest or skipping):
                lines, rest = [rest], b""
            for line in lines:
                number += 1
                if skipping or len(line) > self._caps.report_bytes:
                    skipping = False
                    text = f"a line of more than {self._caps.report_bytes} bytes"
                    yield Item(f"{path}#{number}", b"", (Defect(TOO_BIG, text),), refused=True)
                elif line.strip():
                    content = line.removesuffix(b"\r")
                    yield Item(f"{path}#{number}", content, (), False, digest_of(content))
            if not chunk:
                return
            if len(rest) > self._caps.report_bytes:
                rest, skipping = b"", True


def is_box(head: bytes) -> bool:
    """Whether a file that begins so is opened by `unpack`, and not a report itself."""
    if head.startswith(zips.MAGIC):
        return not any(word in head[:100] for word in _OFFICE)  # a document, not a box of mail
    return (
        head.startswith((_GZIP, _ZSTD))
        or tar.is_tar(head)
        or mbox.starts_box(head)
        or _is_json_lines(head)
    )


def _is_json_lines(head: bytes) -> bool:
    """Two lines, each an object of its own. One record alone is no box."""
    first, end, second = head.lstrip(b"\xef\xbb\xbf").partition(b"\n")
    first = first.strip()
    return (
        bool(end)
        and first.startswith(b"{")
        and first.endswith(b"}")
        and second.lstrip().startswith(b"{")
    )


def _not_opened(head: bytes) -> tuple[Defect, ...]:
    for magic, word in _UNSUPPORTED.items():
        if head.startswith(magic):
            return (Defect("container-unsupported", f"{word} is not opened"),)
    return ()


def _all(source: Bytes, most: int) -> bytes:
    chunks: list[bytes] = []
    while most > 0 and (chunk := source.read(min(most, _CHUNK))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _seekable(source: _Peek, caps: Caps) -> BinaryIO | None:
    """The stream itself if it can be sought in, else its bytes in memory, if they fit."""
    stream = source.stream
    if _can_seek(stream):
        return cast(BinaryIO, stream)
    content = _all(source, caps.report_bytes + 1)
    return io.BytesIO(content) if len(content) <= caps.report_bytes else None


def _can_seek(stream: object) -> bool:
    ask = getattr(stream, "seekable", None)
    return bool(ask and ask()) and not isinstance(stream, Inflated)


def _size(stream: BinaryIO) -> int:
    """Of the whole stream; 0 where only reading tells."""
    if not _can_seek(stream):
        return 0
    here = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(here)
    return size


def _digest_again(stream: object) -> Digest | None:
    """SHA-256 of the whole stream, read again from its beginning."""
    if not _can_seek(stream):
        return None
    again = cast(BinaryIO, stream)
    again.seek(0)
    hashed = hashlib.sha256()
    while chunk := again.read(_CHUNK):
        hashed.update(chunk)
    return Digest(hashed.hexdigest())
