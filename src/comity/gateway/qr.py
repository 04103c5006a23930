# SPDX-License-Identifier: Apache-2.0
"""Reads QR codes in pictures: the port `message.read.QrDecoder`, with Pillow and zxing-cpp.

Never raises on content. Formats are limited to those that mail shows; sizes are checked before
any pixel is decoded. It runs where mail is analysed, in a process that may be killed for time.
"""

import warnings
from io import BytesIO

from PIL import Image, UnidentifiedImageError

MAX_BYTES = 4_194_304  # of the picture as sent, ours
MAX_PIXELS = 16_000_000  # ours: a page scanned at 400 dots per inch
WORK_SIDE = 1_000  # pixels; larger pictures are reduced first. A module then still has 3 pixels
MAX_CODES = 10  # per picture, ours
MAX_TEXT = 4_296  # characters: what the largest QR code holds (ISO/IEC 18004)
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


def read_qr(content: bytes) -> tuple[str, ...]:
    """Texts of the QR codes in one picture, in the reader's order; empty if there are none."""
    if len(content) > MAX_BYTES:
        return ()
    grey = _grey(content)
    if grey is None:
        return ()
    import zxingcpp  # here: 20 ms to load, and most mails hold no picture

    try:
        found = zxingcpp.read_barcodes(
            grey,
            formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
            try_rotate=False,  # finder patterns are found at any angle
            try_downscale=False,
        )
    except (RuntimeError, ValueError, TypeError):
        return ()
    return tuple(code.text[:MAX_TEXT] for code in found[:MAX_CODES] if code.text)


def _grey(content: bytes) -> Image.Image | None:
    """The picture in grey on white, at most WORK_SIDE wide and high."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata is no news
            picture: Image.Image = Image.open(BytesIO(content), formats=FORMATS)
            width, height = picture.size
            if width * height > MAX_PIXELS:
                return None
            if max(width, height) > WORK_SIDE:
                picture.draft("L", (WORK_SIDE, WORK_SIDE))  # JPEG: decodes fewer pixels
            if "A" in picture.getbands() or "transparency" in picture.info:
                seen = picture.convert("RGBA")
                paper = Image.new("RGBA", seen.size, "white")
                picture = Image.alpha_composite(paper, seen)
            grey = picture.convert("L")
            if max(grey.size) > WORK_SIDE:
                grey.thumbnail((WORK_SIDE, WORK_SIDE), Image.Resampling.BOX)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        MemoryError,
        ZeroDivisionError,
        UnidentifiedImageError,
        Image.DecompressionBombError,
    ):
        return None
    return grey
