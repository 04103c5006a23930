# SPDX-License-Identifier: Apache-2.0
"""A short run of the fuzz target: mails of the truth tables, cut and stirred."""

import importlib.util
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

PATH = Path(__file__).parents[1] / "fuzz" / "fuzz_campaign.py"
SPEC = importlib.util.spec_from_file_location("fuzz_campaign", PATH)
TARGET = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(TARGET)

PIECES = st.sampled_from(
    (
        b"From: a@x.example\r\n",
        b"Subject: =?utf-8?B?PHNjcmlwdD4=?= parcel waiting\r\n",
        b"Date: Mon, 24 Nov 2025 10:00:00 +0000\r\n",
        b"Date: Fri, 31 Dec 9999 23:59:59 -1200\r\n",
        b"Message-ID: <1@x.example>\r\n",
        b"Received: from a ([192.0.2.1]) by b; Mon, 24 Nov 2025 10:00:00 +0000\r\n",
        b"Content-Type: text/html; charset=utf-8\r\n",
        b"\r\n\r\n",
        b"<table><tr><td><a href='https://x.example/a/b'>pay the parcel today</a></td></tr>" * 4,
        b"https://pay.evil.example/path please confirm your street and your name today ",
        "荷物をお届けしましたが不在でした。".encode(),
    )
)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=30)), max_size=24))
@settings(max_examples=60, deadline=None)
def test_any_mails_have_fingerprints_campaigns_and_a_picture(pieces):
    TARGET.one(b"".join(pieces))
    TARGET.one(b"".join(pieces) * 2)
