# SPDX-License-Identifier: Apache-2.0
"""Tar archives (POSIX.1-2001 pax, ustar, GNU), read forward only and with bounded memory.

The standard library's reader takes a pax header of any declared size into memory; this one
refuses it. Names are text: nothing is ever written, so no name is dangerous here.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from comity.report.inflate import CUT_OFF, DAMAGED, Bytes
from comity.values.defect import Defect

BLOCK = 512
MAX_EXTENSION = 64 * 1024  # bytes of a pax header or a GNU long name; ours

_KINDS = {
    b"1": "hard link",
    b"2": "symbolic link",
    b"3": "device",
    b"4": "device",
    b"5": "folder",
    b"6": "pipe",
    b"S": "sparse file",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One entry. Its body must be read, or is skipped, before the next is asked for."""

    name: str
    size: int
    kind: str  # "file", "folder", "symbolic link", …
    defects: tuple[Defect, ...] = ()


def is_tar(head: bytes) -> bool:
    """By the checksum, which also holds for tar files older than the ustar mark."""
    return len(head) >= BLOCK and _checksum_fits(head[:BLOCK])


def _checksum_fits(block: bytes) -> bool:
    stated = _number(block[148:156])
    return stated is not None and stated > 0 and stated == sum(block[:148] + block[156:]) + 256


def _number(field: bytes) -> int | None:
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return None


class Body:
    """The bytes of the current member."""

    def __init__(self, source: Bytes, size: int) -> None:
        self._source = source
        self.left = size
        self.cut_off = False

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        if not wanted:
            return b""
        chunk = self._source.read(wanted)
        self.left -= len(chunk)
        if not chunk:
            self.cut_off, self.left = True, 0
        return chunk

    def skip(self) -> None:
        while self.read(1024 * 1024):
            pass


def members(source: Bytes) -> Iterator[tuple[Member, Body]]:
    """Each entry with its body. A damaged end is told as a last entry of kind "fault"."""
    long_name: str | None = None
    pax: dict[str, str] = {}
    while True:
        block = _exactly(source, BLOCK)
        if not block.strip(b"\0"):  # the end mark, or simply the end
            if not block and pax:
                yield _fault(CUT_OFF, "the archive ends after an extended header")
            return
        if len(block) < BLOCK:
            yield _fault(CUT_OFF, "the archive ends inside a header")
            return
        size = _number(block[124:136])
        if size is None or not _checksum_fits(block):
            yield _fault(DAMAGED, "a header's checksum or size is wrong; what follows is unknown")
            return
        kind = block[156:157]
        if kind in (b"x", b"g", b"L", b"K"):
            if size > MAX_EXTENSION:
                yield _fault(DAMAGED, f"an extended header of {size} bytes")
                return
            content = _exactly(source, _padded(size))[:size]
            if kind == b"x":
                pax = _pax(content)
            elif kind == b"L":
                long_name = content.rstrip(b"\0").decode("utf-8", "replace")
            continue
        name = pax.get("path") or long_name or _name(block)
        declared = _pax_size(pax, size)
        body = Body(source, declared)
        word = "file" if kind in (b"0", b"\0", b"7") else _KINDS.get(kind, "unknown kind")
        if word == "file" and "GNU.sparse.major" in pax:
            word = "sparse file"
        yield Member(name, declared, word), body
        body.skip()
        if body.cut_off:
            return
        _exactly(source, _padded(declared) - declared)
        long_name, pax = None, {}


def _fault(code: str, text: str) -> tuple[Member, Body]:
    return Member("", 0, "fault", (Defect(code, text),)), Body(io.BytesIO(), 0)


def _padded(size: int) -> int:
    return (size + BLOCK - 1) // BLOCK * BLOCK


def _exactly(source: Bytes, size: int) -> bytes:
    chunks = b""
    while len(chunks) < size:
        chunk = source.read(size - len(chunks))
        if not chunk:
            break
        chunks += chunk
    return chunks


def _name(block: bytes) -> str:
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0] if block[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "replace")


def _pax_size(pax: dict[str, str], size: int) -> int:
    text = pax.get("size", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else size


def _pax(content: bytes) -> dict[str, str]:
    """Records `LENGTH KEY=VALUE\\n`; reading stops at the first that is not one."""
    found: dict[str, str] = {}
    at = 0
    while at < len(content):
        space = content.find(b" ", at, at + 20)
        digits = content[at:space] if space > 0 else b""
        if not digits.isdigit() or int(digits) <= len(digits) + 1:
            break
        record = content[space + 1 : at + int(digits)].rstrip(b"\n")
        key, equals, value = record.partition(b"=")
        if equals:
            found[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        at += int(digits)
    return found
