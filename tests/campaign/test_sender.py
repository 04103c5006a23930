# SPDX-License-Identifier: Apache-2.0
"""Marks of the program that wrote a mail: what is chance in them is taken away, habit stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.campaign.sender import marks, message_id_shape, own_fields, shape
from comity.mime.part import Field


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("----=_NextPart_000_1A2B_01DC4A3F", "----=_NextPart_000_9C0D_01DD5B2E", True),
        ("----=_Part_12_345.678", "----=_NextPart_000_9C0D", False),
        ("b1_4fa9c0d2e3f4a5b6", "b1_0011aabbccddeeff", True),
        ("abc", "ABC", False),
        ("", "", True),
    ],
)
def test_shapes(one, other, alike):
    assert (shape(one) == shape(other)) is alike


@pytest.mark.parametrize(
    ("message_id", "behind"),
    [
        ("<20251124.1@shop.example>", "author"),
        ("<20251124.1@mail.shop.example>", "author"),
        ("<20251124.1@evilshop.example>", "other"),
        ("<20251124.1@[192.0.2.1]>", "address"),
        ("<20251124.1@192.0.2.1>", "address"),
        ("<20251124.1@localhost>", "bare"),
    ],
)
def test_what_stands_behind_the_at_sign_of_a_message_id(message_id, behind):
    assert message_id_shape(message_id, "shop.example").endswith(f"@{behind}")
    assert message_id_shape(None, "shop.example") == ""


def fields(*names):
    return tuple(Field(name, name.lower(), "x", 0, 0) for name in names)


def test_only_what_the_sender_wrote_is_compared():
    own = ("From", "To", "Subject", "DATE")
    bare = own_fields(fields(*own))
    way = ("Return-Path", "Received", "Authentication-Results", "Received", "ARC-Seal")
    assert own_fields(fields(*way, *own, "X-MS-Exchange-Forest", "X-Spam-Flag")) == bare == own


def test_t01_invented_received_fields_do_not_hide_the_programs_order():
    own = ("From", "To", "Subject")
    assert own_fields(fields("Received", *own)) == own_fields(fields(*["Received"] * 9, *own))


def test_digits_of_the_mailer_are_taken_away():
    mailer = (Field("X-Mailer", "x-mailer", "Mill 3.1.22", 0, 0),)
    newer = (Field("X-Mailer", "x-mailer", "Mill 3.2.7", 0, 0),)
    assert marks(mailer, (), None, "")["mailer"] == marks(newer, (), None, "")["mailer"]


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_message_id_has_a_shape(text, author):
    message_id_shape(text, author)
    assert len(shape(text)) <= 3 * 200
