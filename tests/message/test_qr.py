# SPDX-License-Identifier: Apache-2.0
"""The QR reader behind the port: what it finds, what it refuses, that it never raises."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_files import png, qr_png
from PIL import Image

from comity.gateway.qr import MAX_BYTES, MAX_PIXELS, read_qr
from comity.message import picture

TEXT = "https://evil.example/pay?id=1"


def saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def code() -> Image.Image:
    return Image.open(io.BytesIO(qr_png(TEXT, 6))).convert("RGB")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_code_is_read_in_each_format(kind):
    assert read_qr(saved(code(), kind)) == (TEXT,)


def test_a_turned_code_is_read():
    assert read_qr(saved(code().rotate(90), "PNG")) == (TEXT,)


def test_a_code_in_a_page_is_read():
    page = Image.new("RGB", (1_600, 2_200), "white")
    page.paste(code(), (900, 1_500))
    assert read_qr(saved(page, "JPEG")) == (TEXT,)


def test_a_code_on_glass_is_read_as_on_white():
    glass = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    dark = code().convert("L").point(lambda shade: 255 if shade < 128 else 0).resize((240, 240))
    glass.paste((0, 0, 0, 255), (30, 30), dark)
    assert read_qr(saved(glass, "PNG")) == (TEXT,)


def test_no_code_is_nothing():
    assert read_qr(png(200, 200)) == ()


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"\x89PNG\r\n\x1a\n", qr_png("x")[:60]])
def test_what_is_no_picture_is_nothing(content):
    assert read_qr(content) == ()


def test_a_picture_too_large_is_not_decoded():
    side = int(MAX_PIXELS**0.5) + 10
    bomb = saved(Image.new("1", (side, side)), "PNG")
    start = time.process_time()
    assert read_qr(bomb) == ()
    assert time.process_time() - start < 0.1
    assert read_qr(b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES) == ()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_the_size_is_read_from_the_first_bytes(kind):
    assert picture.size(saved(Image.new("RGB", (123, 45)), kind)) == (123, 45)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_any_damage_to_a_picture_is_survived(at, change):
    content = bytearray(qr_png("https://x.example/"))
    content[at : at + len(change)] = change
    read_qr(bytes(content))
    picture.size(bytes(content))
