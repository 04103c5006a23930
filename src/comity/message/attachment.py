# SPDX-License-Identifier: Apache-2.0
"""Attached files as facts: type by content, digest, what they could do. Never opened to be shown.

Bytes are searched under caps; nothing is run, rendered or written out. A hint names what is in
the file, not whether it is meant ill: accountants send macros too.
"""

import re
import zlib
from dataclasses import dataclass, replace

from comity.message import archive
from comity.message.magic import BY_END, type_of
from comity.message.message import Attachment
from comity.message.show import DIRECTION, marked
from comity.mime.part import Part
from comity.values.defect import Defect
from comity.values.digest import digest_of
from comity.values.span import Span

MAX_NAME = 255  # characters shown of a file name, ours
MAX_SEARCHED = 8_388_608  # bytes searched for marks, ours
MAX_INFLATED = 2_097_152  # bytes inflated from one PDF, ours
MAX_STREAMS = 200  # of one PDF, ours
TAIL = 4_096  # bytes at the end of a picture searched for a page, ours
MAX_TARGETS = 100  # links taken from one file, ours

_RUNNABLE = frozenset(
    "exe scr com pif bat cmd msi msp cpl dll sys lnk jar app apk dmg pkg deb rpm hta wsf "
    "wsh js jse vbs vbe ps1 psm1 psc1 sct scf reg inf chm url website appref-ms "
    "application gadget msc settingcontent-ms xll iqy slk library-ms search-ms py sh "
    "command ace img vhd vhdx iso".split()
)
_SCRIPT_ENDS = frozenset("js jse vbs vbe wsf wsh ps1 psm1 bat cmd hta sct py sh command".split())
_DISK_ENDS = frozenset("iso img vhd vhdx".split())
_BAIT_ENDS = frozenset(
    "pdf doc docx xls xlsx ppt pptx txt jpg jpeg png gif htm html csv rtf zip mp3 mp4 wav "
    "eml".split()
)
_PAGE_ENDS = frozenset("htm html shtml xhtml svg".split())
_MACRO_ENDS = frozenset("docm xlsm pptm dotm xltm potm ppam xlam sldm".split())
_EXECUTABLE = frozenset(
    {
        "application/vnd.microsoft.portable-executable",
        "application/x-elf",
        "application/x-mach-binary",
        "application/java-vm",
        "application/x-dex",
        "application/x-ms-shortcut",
        "application/vnd.ms-htmlhelp",
    }
)
_ARCHIVES = frozenset(
    {
        "application/zip",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
        "application/vnd.ms-cab-compressed",
        "application/x-ace-compressed",
        "application/x-arj",
        "application/x-lzh-compressed",
    }
)
_DISKS = frozenset({"application/x-iso9660-image", "application/x-vhd", "application/x-vhdx"})
# Declared types that promise nothing.
_SILENT = frozenset({"application/octet-stream", "application/x-empty", "text/plain", ""})
_KIN = (  # families within which a declared type and a type by content agree well enough
    frozenset(
        {
            "text/plain",
            "text/xml",
            "text/html",
            "text/calendar",
            "text/vcard",
            "message/rfc822",
            "text/x-script",
        }
    ),
    frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"}),
)

_PDF_URI = re.compile(rb"/URI\s{0,8}\(((?:[^()\\\r\n]|\\.){4,2000}+)\)")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_HTML_FORM = re.compile(rb"<form[\s>]|type\s{0,4}=\s{0,4}[\"']?password", re.IGNORECASE)
_HTML_SCRIPT = re.compile(rb"<script[\s>]|\bon(?:load|error|click)\s{0,4}=", re.IGNORECASE)
_HTML_UNPACKS = re.compile(
    rb"atob\s{0,4}\(|unescape\s{0,4}\(|fromCharCode|new\s{1,4}Blob|createObjectURL|document\.write"
)
_NAME_END = re.compile(r"\.([A-Za-z0-9_-]{1,20})\s*\Z")
_TURNED = re.compile(f"[{DIRECTION}]")


@dataclass(frozen=True, slots=True)
class Opened:
    """An attachment and what its bytes name."""

    attachment: Attachment
    targets: tuple[str, ...] = ()  # URLs written in it
    defects: tuple[Defect, ...] = ()


def read(part: Part, content: bytes, *, inline: bool = False) -> Opened:
    """Describe a decoded part. Raises nothing."""
    return read_named(part.filename or "", part.content_type, part, content, inline=inline)


def read_named(
    name: str, declared: str, part: Part, content: bytes, *, inline: bool = False
) -> Opened:
    """Describe a file that `part` holds under a name of its own."""
    found = plain = type_of(content)
    if plain in ("message/rfc822", "text/plain") and declared.startswith(
        ("message/", "text/rfc822")
    ):
        found = plain = declared  # fields and text look alike; the label tells which they are
    hints: dict[str, None] = {}
    defects: list[Defect] = []
    members: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    if plain == "application/zip" or archive.ends_as_zip(content):
        listing = archive.read(content)
        members = listing.members
        defects += (
            Defect(d.code, d.detail, Span("raw", part.body_start, part.body_end))
            for d in listing.defects
        )
        hints.update(dict.fromkeys(listing.hints))
        if plain == "application/zip":
            found = listing.type
    _by_type(found, hints)
    _by_name(name, found, hints)
    _by_members(members, hints)
    if _disagree(declared, name, plain):
        hints["type-mismatch"] = None
    searched = content[:MAX_SEARCHED]
    if found == "application/pdf":
        targets = _pdf(searched, hints)
    elif found in ("application/x-ole-storage", "application/onenote"):
        _ole(searched, hints)
    elif found == "application/rtf" and (b"\\objdata" in searched or b"\\objupdate" in searched):
        hints["embedded-object"] = None
    elif found in ("text/html", "image/svg+xml", "application/hta"):
        _html(searched, hints)
    if _polyglot(content, found):
        hints["polyglot"] = None
    return Opened(
        Attachment(
            marked(name)[:MAX_NAME],
            digest_of(content),
            len(content),
            found,
            declared,
            part.index,
            tuple(sorted(hints)),
            members,
            inline,
        ),
        targets,
        tuple(defects),
    )


def with_hints(one: Attachment, hints: tuple[str, ...]) -> Attachment:
    """The same attachment with more hints."""
    return replace(one, hints=tuple(sorted({*one.hints, *hints})))


def end_of(name: str) -> str:
    """The file name's last end in lower case, as the operating system reads it."""
    found = _NAME_END.search(_TURNED.sub("", name)[-64:].rstrip(". "))
    return found[1].lower() if found else ""


def _by_type(kind: str, hints: dict[str, None]) -> None:
    if kind in _EXECUTABLE:
        hints["executable"] = None
    elif kind in _ARCHIVES:
        hints["archive"] = None
    elif kind in _DISKS:
        hints["disk-image"] = None
    elif kind.startswith("image/"):
        hints["image"] = None
        if kind == "image/svg+xml":
            hints["html"] = None
    elif kind == "text/html":
        hints["html"] = None
    elif kind == "application/hta":
        hints.update(dict.fromkeys(("html", "script", "executable")))
    elif kind == "text/x-script":
        hints["script"] = None
    elif kind == "application/onenote":
        hints["onenote"] = None
    if kind == "application/x-ms-shortcut":
        hints["shortcut"] = None


def _by_name(name: str, kind: str, hints: dict[str, None]) -> None:
    if not name:
        return
    last = end_of(name)
    if last in _SCRIPT_ENDS:
        hints["script"] = None
    if last in _RUNNABLE and last not in _DISK_ENDS and last not in ("jar", "apk", "ace"):
        hints["executable"] = None
    if last in _DISK_ENDS and kind in ("application/octet-stream", *_DISKS):
        hints["disk-image"] = None
    if last in _MACRO_ENDS:
        hints["macro"] = None
    if _TURNED.search(name):
        hints["name-reordered"] = None
    stem = _TURNED.sub("", name).rstrip(". ")
    before = end_of(stem[: -len(last) - 1]) if last else ""
    if before in _BAIT_ENDS and (last in _RUNNABLE or last in _PAGE_ENDS):
        hints["double-extension"] = None


def _by_members(members: tuple[str, ...], hints: dict[str, None]) -> None:
    for member in members:
        last = end_of(member)
        if last in _RUNNABLE:
            hints["executable-inside"] = None
            if last in _SCRIPT_ENDS:
                hints["script-inside"] = None
        if member.endswith("vbaProject.bin"):
            hints["macro"] = None
        elif member.endswith(("oleObject1.bin",)):
            hints["embedded-object"] = None


def _disagree(declared: str, name: str, found: str) -> bool:
    if found in ("application/octet-stream", "application/x-empty"):
        return False
    end = end_of(name)
    promised = BY_END.get(end)
    if promised is not None:
        kept = found in promised
        if kept or end in ("txt", "csv", "log"):
            return not kept and not found.startswith(("text/", "message/"))
        return not any(found in kin and promised & kin for kin in _KIN)
    if declared in _SILENT or declared.startswith(("multipart/", "message/")):
        return False
    major = declared.partition("/")[0]
    if major in ("image", "audio", "video"):
        return found.partition("/")[0] != major and not found.endswith("xml")
    if declared == "application/pdf":
        return found != "application/pdf"
    return major == "text" and not found.startswith(("text/", "message/", "image/svg"))


def _pdf(content: bytes, hints: dict[str, None]) -> tuple[str, ...]:
    targets: dict[bytes, None] = dict.fromkeys(_PDF_URI.findall(content)[:MAX_TARGETS])
    _pdf_marks(content, hints)
    left = MAX_INFLATED
    for number, stream in enumerate(_PDF_STREAM.finditer(content)):
        if number >= MAX_STREAMS or left <= 0 or len(targets) >= MAX_TARGETS:
            break
        head = content[max(0, stream.start() - 200) : stream.start()]
        if b"ObjStm" not in head:  # only object streams hold link objects
            continue
        unpacked = _inflate(content[stream.end() : stream.end() + MAX_INFLATED], min(left, 524_288))
        left -= len(unpacked)
        _pdf_marks(unpacked, hints)
        targets.update(dict.fromkeys(_PDF_URI.findall(unpacked)[:MAX_TARGETS]))
    if targets:
        hints["pdf-with-link"] = None
    return tuple(_pdf_text(target) for target in list(targets)[:MAX_TARGETS])


def _pdf_marks(content: bytes, hints: dict[str, None]) -> None:
    if b"/JavaScript" in content or b"/JS" in content or b"/Launch" in content:
        hints["script"] = None
    if b"/EmbeddedFile" in content:
        hints["embedded-object"] = None
    if b"/Encrypt" in content:
        hints["encrypted"] = None
    if b"/URI" in content:
        hints["pdf-with-link"] = None


def _inflate(content: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, most)
    except zlib.error:
        return b""


def _pdf_text(literal: bytes) -> str:
    """A PDF string literal (ISO 32000-1 section 7.3.4.2); its escapes are rare in URLs."""
    return re.sub(rb"\\(.)", rb"\1", literal).decode("utf-8", "replace")


def _ole(content: bytes, hints: dict[str, None]) -> None:
    if b"_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00" in content:
        hints["macro"] = None
    if (
        b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
        in content
    ):
        hints["encrypted"] = None
    if b"O\x00l\x00e\x0010\x00N\x00a\x00t\x00i\x00v\x00e\x00"[:12] in content:
        hints["embedded-object"] = None


def _html(content: bytes, hints: dict[str, None]) -> None:
    if _HTML_FORM.search(content):
        hints["html-form"] = None
    if _HTML_SCRIPT.search(content):
        hints["script"] = None
        if _HTML_UNPACKS.search(content):
            hints["html-unpacks"] = None


def _polyglot(content: bytes, kind: str) -> bool:
    """Bytes that two readers take for two kinds of file."""
    kinds = set()
    head = content[:1024]
    if b"%PDF-" in head:
        kinds.add("pdf")
    if archive.ends_as_zip(content) and not kind.startswith("application/vnd.android"):
        kinds.add("zip")
    if content[:2] == b"MZ" and kind.endswith("portable-executable"):
        kinds.add("exe")
    if kind.startswith("image/") and kind != "image/svg+xml":
        kinds.add("image")
        if b"<script" in content[-TAIL:].lower():
            kinds.add("html")
    elif "pdf" in kinds or "zip" in kinds:
        lowered = head.lower()
        if b"<html" in lowered or b"<script" in lowered:
            kinds.add("html")
    return len(kinds) > 1 and kinds != {"exe", "zip"}  # a self-unpacking archive is both, rightly
