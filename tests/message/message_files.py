# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Made-up files and mails for these tests. Nothing in them is of use to anybody."""

import base64
import io
import struct
import zipfile
import zlib

HEAD = "From: A <a@b.example>\r\nTo: c@d.example\r\nDate: Tue, 1 Jan 2019 10:00:00 +0000\r\n"


def mail(*parts: bytes, kind: str = "mixed") -> bytes:
    """A multipart mail of ready-made parts."""
    head = f"{HEAD}Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=b\r\n\r\n"
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + body + b"--b--\r\n"


def part(content: bytes, name: str = "", kind: str = "application/octet-stream") -> bytes:
    """One part in base64; attached if it has a name."""
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if name:
        lines.append(f'Content-Disposition: attachment; filename="{name}"')
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + base64.encodebytes(content)


def text_mail(body: str | bytes, kind: str = "text/plain; charset=utf-8", more: str = "") -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    head = f"{HEAD}Subject: s\r\n{more}MIME-Version: 1.0\r\nContent-Type: {kind}\r\n"
    return head.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + content


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in members.items():
            box.writestr(name, content)
    return out.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive with the encryption bit set in both headers of its first member."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def word(macro: bool = False) -> bytes:
    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}
    return archive(members | ({"word/vbaProject.bin": b"x"} if macro else {}))


def pdf(link: str = "", packed: bool = False) -> bytes:
    action = f"<< /S /URI /URI ({link}) >>".encode() if link else b"<< >>"
    if packed:
        action = b"<< /Type /ObjStm >> stream\n" + zlib.compress(action) + b"\nendstream"
    return b"%PDF-1.7\n1 0 obj\n" + action + b"\nendobj\n%%EOF"


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", crc)

    row = b"\x00" + b"\xff" * width
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


def qr_png(text: str, scale: int = 4) -> bytes:
    import segno

    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=scale)
    return out.getvalue()
