# SPDX-License-Identifier: Apache-2.0
"""What a file is by its first bytes, as data (IANA media types, the formats' own documents).

A table and one lookup. Never opens, unpacks or trusts a file; the type by content is a fact that
stands beside the type the sender declared.
"""

import re

HEAD = 4_096  # bytes looked at

# (offset, bytes, type); the first that fits decides.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"PK\x07\x08", "application/zip"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (7, b"**ACE**", "application/x-ace-compressed"),
    (0, b"\x60\xea", "application/x-arj"),
    (2, b"-lh", "application/x-lzh-compressed"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rt", "application/rtf"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "application/onenote"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"ITSF", "application/vnd.ms-htmlhelp"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"dex\n", "application/x-dex"),
    (0, b"#!", "text/x-script"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"conectix", "application/x-vhd"),
    (0, b"vhdxfile", "application/x-vhdx"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (0, b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (0, b"-----BEGIN PGP PUBLIC KEY", "application/pgp-keys"),
    (0, b"BEGIN:VCALENDAR", "text/calendar"),
    (0, b"BEGIN:VCARD", "text/vcard"),
)
_BY_FIRST: dict[int, list[tuple[int, bytes, str]]] = {}
for _at, _mark, _type in SIGNATURES:
    if _at == 0:
        _BY_FIRST.setdefault(_mark[0], []).append((_at, _mark, _type))
_DEEPER = tuple(row for row in SIGNATURES if row[0])
_ISO_AT = 0x8001  # ISO 9660 section 6.7: the first volume descriptor

_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|meta|title|table|div|p|a\s|iframe|form|img)[\s>/]",
    re.I,
)
_HTA = re.compile(rb"<hta:application", re.I)
_SVG = re.compile(rb"<svg[\s>]", re.I)
_XML = re.compile(rb"\s*+<\?xml[\s?]", re.I)
_MAIL = re.compile(rb"(?:[!-9;-~]{1,60}:[^\n]{0,998}\r?\n(?:[ \t][^\n]{0,998}\r?\n){0,50}){3}")
_BINARY = bytes(sorted(set(range(32)) - {7, 8, 9, 10, 12, 13, 27}))


def type_of(content: bytes) -> str:
    """Media type by content; "text/plain" for text, "application/octet-stream" if unknown."""
    if not content:
        return "application/x-empty"
    for at, mark, kind in _BY_FIRST.get(content[0], ()):
        if content.startswith(mark, at):
            return _closer(content, kind)
    for at, mark, kind in _DEEPER:
        if content.startswith(mark, at):
            return kind
    if content.startswith(b"CD001", _ISO_AT):
        return "application/x-iso9660-image"
    head = content[:HEAD]
    if b"%PDF-" in head[:1024]:  # readers look for it in the first 1,024 bytes
        return "application/pdf"
    return _text_type(head)


def _closer(content: bytes, kind: str) -> str:
    if kind == "image/bmp" and (len(content) < 26 or content[6:10] != b"\x00\x00\x00\x00"):
        return _text_type(content[:HEAD])
    if kind.endswith("portable-executable") and len(content) < 64:
        return _text_type(content[:HEAD])
    return kind


def _text_type(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    elif head.translate(None, _BINARY) != head:
        return "application/octet-stream"
    if _MAIL.match(head):
        return "message/rfc822"
    if _HTA.search(head):
        return "application/hta"
    if _SVG.search(head) and not _HTML.match(head.lstrip()):
        return "image/svg+xml"
    if _XML.match(head):
        return "text/html" if b"<html" in head.lower() else "text/xml"
    return "text/html" if _HTML.search(head) else "text/plain"


# What a file name's end promises. One type, or several that all keep the promise.
BY_END: dict[str, frozenset[str]] = {
    end: frozenset(kinds.split())
    for ends, kinds in (
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("jpg jpeg jpe jfif", "image/jpeg"),
        ("gif", "image/gif"),
        ("bmp", "image/bmp"),
        ("tif tiff", "image/tiff"),
        ("ico", "image/vnd.microsoft.icon"),
        ("webp", "image/webp"),
        ("svg", "image/svg+xml text/xml"),
        ("zip", "application/zip"),
        (
            "docx xlsx pptx docm xlsm pptm dotm xltm xlsb jar apk odt ods odp",
            "application/zip application/x-ole-storage",
        ),
        (
            "doc xls ppt",
            "application/x-ole-storage application/zip application/rtf text/html text/xml",
        ),
        ("msi msg", "application/x-ole-storage"),
        ("rar", "application/vnd.rar"),
        ("7z", "application/x-7z-compressed"),
        ("gz tgz", "application/gzip"),
        ("iso", "application/x-iso9660-image"),
        ("rtf", "application/rtf"),
        ("one", "application/onenote"),
        ("lnk", "application/x-ms-shortcut"),
        ("exe dll scr", "application/vnd.microsoft.portable-executable"),
        ("htm html shtml xhtml", "text/html text/xml text/plain application/hta"),
        ("txt csv log", "text/plain text/html message/rfc822 text/xml"),
        ("eml", "message/rfc822 text/plain text/html"),
    )
    for end in ends.split()
}
