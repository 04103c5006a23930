# SPDX-License-Identifier: Apache-2.0
"""Zip archives (APPNOTE 6.3): both views of a member are read, and neither is trusted.

The central directory is read by the standard library after its size was checked; a member's bytes
by its local header, through `inflate`. Never writes anything, never opens an encrypted member.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from comity.report.caps import Caps
from comity.report.inflate import CUT_OFF, DAMAGED, RATIO, Bytes, Deflated
from comity.values.defect import Defect

MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ENCRYPTED = "encrypted-archive"
VIEWS = "zip-views-differ"
OVERLAP = "zip-overlap"

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class ZipMember:
    name: str
    content: bytes
    defects: tuple[Defect, ...] = ()
    refused: bool = False


def directory(stream: BinaryIO, caps: Caps) -> tuple[list[zipfile.ZipInfo], Defect | None]:
    """All members as the central directory lists them. Empty with a defect if it can't be read."""
    size = _directory_size(stream)
    if size is None:
        return [], Defect(CUT_OFF, "the zip file has no end record")
    if size > caps.zip_directory:
        text = f"a directory of {size} bytes, and the cap is {caps.zip_directory}"
        return [], Defect("container-too-many", text)
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist(), None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError) as error:
        return [], Defect(DAMAGED, f"zip: {error}"[:200])
    except (UnicodeDecodeError, OverflowError, OSError, IndexError) as error:
        return [], Defect(DAMAGED, f"zip: {type(error).__name__}")


def _directory_size(stream: BinaryIO) -> int | None:
    end = stream.seek(0, 2)
    tail_at = max(0, end - 65_557 - 76)  # end record, longest comment, zip64 records before it
    stream.seek(tail_at)
    tail = stream.read(end - tail_at)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return None
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    at64 = tail.rfind(_END64, 0, at)
    if at64 >= 0 and at64 + 48 <= len(tail):
        size = max(
            size if size != 0xFFFF_FFFF else 0,
            int.from_bytes(tail[at64 + 40 : at64 + 48], "little"),
        )
    return size


def members(stream: BinaryIO, infos: list[zipfile.ZipInfo], caps: Caps) -> Iterator[ZipMember]:
    """Each file with its bytes, in the order of the directory; folders are left out."""
    overlapping = _overlapping(infos)
    for info in infos:
        if info.filename.endswith("/") and not info.file_size:
            continue
        if info.header_offset in overlapping:
            text = "its bytes lie inside another member's"
            yield ZipMember(info.filename, b"", (Defect(OVERLAP, text),), refused=True)
        else:
            yield _member(stream, info, caps)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Offsets of members that begin before the one in front of them has ended."""
    found: set[int] = set()
    end = -1
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            found.add(info.header_offset)
        end = max(end, info.header_offset + _LOCAL.size + max(0, info.compress_size))
    return found


def _member(stream: BinaryIO, info: zipfile.ZipInfo, caps: Caps) -> ZipMember:
    def refused(code: str, text: str) -> ZipMember:
        return ZipMember(info.filename, b"", (*defects, Defect(code, text)), refused=True)

    defects: list[Defect] = []
    if info.header_offset < 0:
        return refused(DAMAGED, "its place lies before the file")
    stream.seek(info.header_offset)
    head = stream.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        return refused(DAMAGED, "there is no local header where the directory says")
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = _LOCAL.unpack(head)
    name = stream.read(name_size)
    stream.seek(info.header_offset + _LOCAL.size + name_size + extra_size)
    if (flags | info.flag_bits) & 0x41:
        return refused(ENCRYPTED, "needs a password, and is not opened")
    defects += _views(info, flags, method, (crc, packed, size), name)
    if info.compress_type not in (_STORED, _DEFLATED):
        return refused("container-unsupported", f"compression method {info.compress_type}")
    source = _Window(stream, info.compress_size)
    inflated = Deflated(source, caps) if info.compress_type == _DEFLATED else None
    content = _read(inflated or source, caps.report_bytes + 1)
    if inflated is not None and inflated.defect is not None:
        fault = inflated.defect
        if fault.code == RATIO:
            return refused(fault.code, fault.detail)
        defects.append(fault)
    if len(content) > caps.report_bytes:
        text = f"declared {info.file_size} bytes, holds more than {caps.report_bytes}, the cap"
        return refused("report-too-big", text)
    if len(content) != info.file_size:
        text = f"declared {info.file_size} bytes, holds {len(content)}"
        defects.append(Defect("zip-size-lies", text))
    if zlib.crc32(content) != info.CRC:
        defects.append(Defect(DAMAGED, "its checksum is wrong"))
    return ZipMember(info.filename, content, tuple(defects))


def _views(
    info: zipfile.ZipInfo, flags: int, method: int, local: tuple[int, int, int], name: bytes
) -> list[Defect]:
    """What the local header says otherwise than the central directory."""
    differs: list[str] = []
    text = name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
    if text != info.orig_filename:
        differs.append(f"name {text[:100]!r}, not {info.orig_filename[:100]!r}")
    if method != info.compress_type:
        differs.append(f"method {method}, not {info.compress_type}")
    crc, packed, size = local
    if not flags & 8 and 0xFFFF_FFFF not in (packed, size):  # else told after the bytes, or zip64
        for word, here, there in (
            ("packed size", packed, info.compress_size),
            ("size", size, info.file_size),
            ("checksum", crc, info.CRC),
        ):
            if here != there:
                differs.append(f"{word} {here}, not {there}")
    if not differs:
        return []
    return [Defect(VIEWS, "the local header says " + "; ".join(differs))]


class _Window:
    """At most `left` bytes of a stream, from where it stands."""

    def __init__(self, stream: Bytes, left: int) -> None:
        self._stream = stream
        self._left = max(0, left)

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        return chunk


def _read(source: Bytes, most: int) -> bytes:
    chunks: list[bytes] = []
    while most > 0 and (chunk := source.read(min(most, 1024 * 1024))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)
