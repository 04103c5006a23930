# SPDX-License-Identifier: Apache-2.0
"""Dummy attachments: they look like the kinds that malware comes in, and can do nothing.

An "executable" is its two magic bytes and zeros, a "macro" an empty container. No code is in any.
"""

from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from simulator.dice import Dice

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WHEN = (2026, 9, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    type: str
    content: bytes


def archive(members: list[tuple[str, bytes]], locked: bool = False) -> bytes:
    """A zip of these members, stored. `locked` sets the bit that says "encrypted"."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as made:
        for name, content in members:
            made.writestr(ZipInfo(name, _WHEN), content)
    packed = out.getvalue()
    if not locked:
        return packed
    raw = bytearray(packed)
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + flag] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


def _filler(dice: Dice, low: int = 300, high: int = 5000) -> bytes:
    return bytes(dice.upto(low, high)) + dice.randbytes(64)


def _exe(dice: Dice) -> bytes:
    return b"MZ\x90\x00\x03" + bytes(55) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + _filler(dice)


def _office(dice: Dice, folder: str, part: str) -> bytes:
    kind = f"application/vnd.ms-{folder}.{part}.macroEnabled.main+xml"
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/{folder}/{part}.xml" ContentType="{kind}"/></Types>'
    )
    return archive(
        [
            ("[Content_Types].xml", types.encode()),
            (f"{folder}/{part}.xml", b"<document/>"),
            (f"{folder}/vbaProject.bin", _OLE + _filler(dice)),
        ]
    )


def _pdf(dice: Dice) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n% "
        + dice.hex(400).encode()
        + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )


def _html(dice: Dice) -> bytes:
    return (
        f'<html><body><form action="https://{dice.word(9)}.example/"></form></body></html>'.encode()
    )


# kind: (name ending, media type)
KINDS = {
    "zip-exe": (".zip", "application/zip"),
    "zip-js": (".zip", "application/x-zip-compressed"),
    "zip-locked": (".zip", "application/zip"),
    "exe": (".pdf.exe", "application/octet-stream"),
    "docm": (".docm", "application/vnd.ms-word.document.macroEnabled.12"),
    "xlsm": (".xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    "doc": (".doc", "application/msword"),
    "iso": (".iso", "application/octet-stream"),
    "rar": (".rar", "application/x-rar-compressed"),
    "lnk": (".pdf.lnk", "application/octet-stream"),
    "html": (".html", "text/html"),
    "pdf": (".pdf", "application/pdf"),
    "ics": (".ics", "text/calendar"),
}
MALICIOUS = ("zip-exe", "zip-js", "zip-locked", "exe", "docm", "xlsm", "doc", "iso", "rar", "lnk")


def make(kind: str, stem: str, dice: Dice) -> Attachment:
    """A dummy of this kind. The same dice give the same bytes."""
    ending, media = KINDS[kind]
    inner = f"{stem}{dice.pick(('.exe', '.pdf.exe', '.scr', '.com'))}"
    match kind:
        case "zip-exe":
            content = archive([(inner, _exe(dice))])
        case "zip-js":
            content = archive([(f"{stem}.js", b"// nothing\n" + dice.hex(200).encode())])
        case "zip-locked":
            content = archive([(inner, _filler(dice))], locked=True)
        case "exe":
            content = _exe(dice)
        case "docm":
            content = _office(dice, "word", "document")
        case "xlsm":
            content = _office(dice, "xl", "workbook")
        case "doc":
            content = (
                _OLE + bytes(500) + "Macros VBA _VBA_PROJECT".encode("utf-16-le") + _filler(dice)
            )
        case "iso":
            content = bytes(32769) + b"CD001\x01" + dice.randbytes(64)
        case "rar":
            content = b"Rar!\x1a\x07\x01\x00" + _filler(dice)
        case "lnk":
            content = b"\x4c\0\0\0\x01\x14\x02\0" + _filler(dice, 200, 900)
        case "html":
            content = _html(dice)
        case "ics":
            content = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
        case _:
            content = _pdf(dice)
    return Attachment(stem + ending, media, content)
