# SPDX-License-Identifier: Apache-2.0
"""Printed JSON reads back, is one line of UTF-8, and does not fail on what mail can hold."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from comity.values.json import print_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_printed_reads_back_and_is_one_line(value):
    printed = print_json(value)
    assert b"\n" not in printed
    assert b"\r" not in printed
    text = printed.decode("utf-8")
    if "?" not in text:
        assert json.loads(text) == value


def test_a_lone_surrogate_becomes_a_question_mark():
    assert print_json({"a": "x\ud800y"}) == b'{"a":"x?y"}'


def test_both_ways_of_printing_give_the_same_bytes():
    plain = {"a": [1, 0.5, None, True, "é\u2028"], "b": {}}
    assert print_json(plain) == print_json(plain | {"c": "\ud800"})[:-9] + b"}"


@dataclass(frozen=True, slots=True)
class One:
    name: object


@dataclass(frozen=True, slots=True)
class Two:
    inner: object
    at: object = None


@dataclass(frozen=True, slots=True)
class Bare:
    pass


def test_a_dataclass_prints_as_its_fields_in_order_however_deep():
    value = [Two(One(Bare()), datetime(2026, 1, 2, tzinfo=UTC)), One(ip_address("192.0.2.1"))]
    want = b'{"inner":{"name":{}},"at":"2026-01-02T00:00:00+00:00"},{"name":"192.0.2.1"}'
    assert print_json(value) == b"[" + want + b"]"
    assert print_json([*value, "\ud800"]) == b"[" + want + b',"?"]'
