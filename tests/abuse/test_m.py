# SPDX-License-Identifier: Apache-2.0
"""Group M where no room's own test holds the whole row: from bytes to the printed line."""

import hashlib
import json
import time

import pytest

import comity
from comity.mime.decode import body
from comity.mime.split import split
from comity.service.line import line
from comity.values.json import print_json


def printed(raw: bytes) -> dict:
    (found,) = comity.analyse(raw)
    return json.loads(print_json(line(found, {})))


DOUBLE = {
    b"From": b"b@y.example",
    b"Subject": b"two",
    b"Date": b"Wed, 04 Nov 2026 09:59:58 +0000",
    b"Content-Type": b"text/html",
}


@pytest.mark.parametrize("name", DOUBLE)
def test_m07_each_doubled_field_is_named_with_the_one_that_is_shown(mail, name):
    raw = mail().replace(b"From:", b"Content-Type: text/plain\r\nFrom:", 1)
    header, _, rest = raw.partition(b"\r\n\r\n")
    defects = printed(header + b"\r\n%s: %s\r\n\r\n" % (name, DOUBLE[name]) + rest)["message"][
        "defects"
    ]
    (told,) = [one for one in defects if one["code"] == "header-repeated"]
    assert told["detail"].startswith(f"{name.decode()}: 2 fields, the first is shown")


def test_m05_m06_what_is_odd_in_a_header_is_printed_and_the_bytes_are_those_that_came():
    raw = b"\xef\xbb\xbfFrom : a@x.example\r\nSubject: hi\rX: y\nDate\x00: z\r\n\r\nbody"
    found = printed(raw)
    assert found["sha256"] == hashlib.sha256(raw).hexdigest()
    assert found["message"]["from_address"] == "a@x.example"
    codes = {one["code"] for one in found["message"]["defects"]}
    assert {"space-before-colon", "field-behind-bare-cr", "byte-order-mark"} <= codes


@pytest.mark.parametrize("bait", [b"=!A", b"=A", b"A=", b"QQ=="])
def test_m12_m15_millions_of_padded_runs_cost_linear_time(bait):
    content = bait * (6_000_000 // len(bait))
    mime = split(b"Content-Transfer-Encoding: base64\r\n\r\n" + content)
    raw = b"Content-Transfer-Encoding: base64\r\n\r\n" + content
    started = time.process_time()
    decoded, defects = body(raw, mime.parts[0])
    assert time.process_time() - started < 5
    assert len(decoded) <= len(content)
    assert defects


def test_m12_runs_with_padding_of_their_own_are_still_read():
    raw = b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUI=" * 500
    decoded, _ = body(raw, split(raw).parts[0])
    assert decoded == b"AB" * 500
