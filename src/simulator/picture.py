# SPDX-License-Identifier: Apache-2.0
"""Small PNG pictures (ISO/IEC 15948): noise that stands for an advert, and QR codes.

Pictures show nothing real. The QR code is drawn by zxing-cpp, the library that also reads it.
"""

import struct
import zlib

from simulator.dice import Dice

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TO_BITS = b"0" * 128 + b"1" * 128


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _file(head: bytes, lines: bytes) -> bytes:
    # Level 0: the same bytes whatever build of zlib is there.
    packed = zlib.compress(lines, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def png(width: int, height: int, rows: bytes) -> bytes:
    """Eight bit grey; `rows` is width × height bytes."""
    lines = b"".join(b"\0" + rows[at : at + width] for at in range(0, width * height, width))
    return _file(struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), lines)


def advert(dice: Dice, size_bytes: int) -> bytes:
    """Noise of about this size."""
    width = 200
    height = max(8, size_bytes // width)
    return png(width, height, dice.randbytes(width * height))


def stained(picture: bytes, dice: Dice) -> bytes:
    """The same picture with other bytes: a comment of a few random letters before its end."""
    end = len(picture) - 12
    return picture[:end] + _chunk(b"tEXt", b"Comment\0" + dice.hex(16).encode()) + picture[end:]


def qr(text: str, scale: int = 4) -> bytes:
    """A QR code (ISO/IEC 18004) of this text, with its quiet zone, one bit a pixel."""
    import zxingcpp  # here: only worlds with QR mail pay for it

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    image = zxingcpp.write_barcode_to_image(code, scale=1)
    height, width = image.shape
    pixels = memoryview(image)  # type: ignore[arg-type]  # it is a buffer; its stub says not
    bits = bytes(pixels).translate(_TO_BITS).decode()
    wide = width * scale
    spare = "0" * (-wide % 8)
    lines = []
    for at in range(0, width * height, width):
        row = "".join([bit * scale for bit in bits[at : at + width]]) + spare
        lines.append((b"\0" + int(row, 2).to_bytes((wide + 7) // 8, "big")) * scale)
    head = struct.pack(">IIBBBBB", wide, height * scale, 1, 0, 0, 0, 0)
    return _file(head, b"".join(lines))
