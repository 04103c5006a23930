# SPDX-License-Identifier: Apache-2.0
"""The table of contents of a ZIP (PKWARE APPNOTE 6.3), read by offsets. Nothing is unpacked.

Names and sizes are what the sender wrote: the central directory and the local headers may
disagree, and then both are noted and neither is believed. May not write anywhere.
"""

import struct
from dataclasses import dataclass

from comity.message.show import marked
from comity.values.defect import Defect

MAX_MEMBERS = 2_000  # read, ours
MAX_LISTED = 100  # names kept, ours
MAX_NAME = 255  # characters of a name kept, ours
MAX_RATIO = 200  # unpacked to packed, ours: text packs to about 1:20, DEFLATE's limit is 1,032
MAX_UNPACKED = 1_073_741_824  # bytes declared, ours

_END = b"PK\x05\x06"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_UTF8 = 0x800
_ENCRYPTED = 0x1
_NESTED = (".zip", ".rar", ".7z", ".gz", ".iso", ".img", ".cab", ".jar")


@dataclass(frozen=True, slots=True)
class Listing:
    """`members` are safe to show; `type` is what the names inside make of the file."""

    members: tuple[str, ...] = ()
    type: str = "application/zip"
    hints: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()


def ends_as_zip(content: bytes) -> bool:
    """Whether an end-of-directory record stands near the end, where ZIP readers look first."""
    return content.rfind(_END, max(0, len(content) - 4_096)) >= 0


def read(content: bytes) -> Listing:
    """List a ZIP. Raises nothing."""
    end = content.rfind(_END, max(0, len(content) - 65_557))
    if end < 0 or len(content) - end < 22:
        return Listing(hints=("archive",), defects=(Defect("archive-without-directory"),))
    count, size, start = struct.unpack_from("<H2L", content, end + 10)
    defects: dict[str, Defect] = {}
    at = end - size  # where it must be if the archive was put behind other bytes
    if not 0 <= at <= end or content[at : at + 4] not in (b"PK\x01\x02", _END):
        at = start
    shift = at - start if at >= start else 0
    names: list[str] = []
    hints: dict[str, None] = {}
    packed_all = unpacked_all = members = 0
    last_local = -1
    while at + _CENTRAL.size <= len(content) and content[at : at + 4] == b"PK\x01\x02":
        if members >= MAX_MEMBERS:
            _note(defects, "archive-too-many-members", f"more than {MAX_MEMBERS:,}")
            break
        row = _CENTRAL.unpack_from(content, at)
        flags, packed, unpacked = row[3], row[8], row[9]
        name_size, extra, comment, local = row[10], row[11], row[12], row[16]
        raw_name = content[at + 46 : at + 46 + name_size]
        name = _name(raw_name, flags)
        if flags & _ENCRYPTED:
            hints["encrypted-archive"] = None
        _check_name(name, defects)
        if name.lower().endswith(_NESTED):
            hints["nested-archive"] = None
        if members < 200:
            _check_local(content, local + shift, raw_name, flags, packed, unpacked, defects)
        if local <= last_local < local + 30:
            _note(defects, "archive-members-overlap", "two entries, one place")
        last_local = local
        packed_all += packed
        unpacked_all += unpacked
        names.append(marked(name)[:MAX_NAME])
        members += 1
        at += 46 + name_size + extra + comment
    if count not in (members, 0xFFFF) and members < MAX_MEMBERS:
        _note(defects, "archive-disagrees", f"{count} members promised, {members} listed")
    if unpacked_all > MAX_UNPACKED or unpacked_all > MAX_RATIO * max(packed_all, 1) + 1_048_576:
        _note(defects, "archive-bomb", f"{len(content):,} bytes declare {unpacked_all:,}")
        hints["archive-bomb"] = None
    kind = _kind(names)
    if kind == "application/zip":
        hints["archive"] = None
    listed = tuple(names[:MAX_LISTED])
    if kind != "application/zip":  # the parts of an office file are not what a reader calls members
        listed = tuple(n for n in names if n.endswith((".bin", ".exe", ".js", ".vbs")))[:MAX_LISTED]
        hints.pop("nested-archive", None)
    return Listing(listed, kind, tuple(sorted(hints)), tuple(defects.values()))


def _note(defects: dict[str, Defect], code: str, detail: str) -> None:
    defects.setdefault(code, Defect(code, detail))


def _name(raw: bytes, flags: int) -> str:
    if flags & _UTF8:
        return raw[:4_096].decode("utf-8", "replace")
    try:
        return raw[:4_096].decode("utf-8")
    except UnicodeDecodeError:
        return raw[:4_096].decode("cp437")


def _check_name(name: str, defects: dict[str, Defect]) -> None:
    parts = name.replace("\\", "/").split("/", 64)
    if ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":":
        _note(defects, "archive-path-escapes", marked(name[:80]))
    if len(name) > MAX_NAME:
        _note(defects, "archive-name-too-long", f"{len(name)} characters")


def _check_local(
    content: bytes,
    at: int,
    name: bytes,
    flags: int,
    packed: int,
    unpacked: int,
    defects: dict[str, Defect],
) -> None:
    """Compare a member's own header with its row in the directory."""
    if not 0 <= at <= len(content) - _LOCAL.size or content[at : at + 4] != b"PK\x03\x04":
        _note(defects, "archive-disagrees", "a member has no header of its own")
        return
    row = _LOCAL.unpack_from(content, at)
    own = content[at + 30 : at + 30 + row[9]]
    if own != name:
        one, other = (marked(_name(own, row[2])[:60]), marked(_name(name, flags)[:60]))
        _note(defects, "archive-disagrees", f"{one} in its own header, {other} in the directory")
    late = row[2] & 0x8  # sizes stand behind the data
    if not late and packed != 0xFFFF_FFFF and (row[7], row[8]) != (packed, unpacked):
        _note(defects, "archive-disagrees", f"sizes of {marked(_name(name, flags)[:60])}")


def _kind(names: list[str]) -> str:
    """Office Open XML, OpenDocument, Java and Android packages are ZIP files by their names."""
    inside = frozenset(names[:200])
    if "[Content_Types].xml" in inside:
        for folder, kind in (
            ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ):
            if any(name.startswith(folder) for name in inside):
                return kind
    if "AndroidManifest.xml" in inside:
        return "application/vnd.android.package-archive"
    if "META-INF/MANIFEST.MF" in inside:
        return "application/java-archive"
    if "META-INF/manifest.xml" in inside and "content.xml" in inside:
        return "application/vnd.oasis.opendocument.text"
    return "application/zip"
