# SPDX-License-Identifier: Apache-2.0
"""Width and height of a picture from its first bytes (PNG, GIF, JPEG, BMP, WebP).

Decodes no pixel: it only tells which pictures are worth a QR reader's time.
"""

import struct

MAX_SEGMENTS = 200  # of a JPEG looked through, ours


def size(content: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels, None where the header does not tell."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack_from(">2L", content, 16)
        return width, height
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        width, height = struct.unpack_from("<2H", content, 6)
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg(content)
    if content.startswith(b"BM") and len(content) >= 26:
        width, height = struct.unpack_from("<2l", content, 18)
        return abs(width), abs(height)
    if content[8:16] == b"WEBPVP8X" and len(content) >= 30:
        return (
            int.from_bytes(content[24:27], "little") + 1,
            int.from_bytes(content[27:30], "little") + 1,
        )
    if content[8:16] == b"WEBPVP8 " and len(content) >= 30:
        width, height = struct.unpack_from("<2H", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(MAX_SEGMENTS):
        if at + 9 > len(content) or content[at] != 0xFF:
            return None
        kind = content[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">2H", content, at + 5)
            return width, height
        if kind == 0xFF:
            at += 1
            continue
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
