# SPDX-License-Identifier: Apache-2.0
"""Addresses in From and kin: what a reader is shown, however the sender broke the grammar."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.message.mailbox import MAX_FIELD, MAX_MAILBOXES, read

TABLE = {  # name: (field, [(name, address)], defect codes)
    "bare": ("a@b.example", [("", "a@b.example")], []),
    "name": ("Ann Bo <a@b.example>", [("Ann Bo", "a@b.example")], []),
    "quoted name": ('"Bo, Ann" <a@b.example>', [("Bo, Ann", "a@b.example")], []),
    "quoted pair": (r'"A \"x\" B" <a@b.example>', [('A "x" B', "a@b.example")], []),
    "encoded word": ("=?utf-8?q?Bj=C3=B6rk?= <a@b.example>", [("Björk", "a@b.example")], []),
    "encoded word in quotes": ('"=?utf-8?q?A=2C_B?=" <a@b.example>', [("A, B", "a@b.example")], []),
    "all encoded": (
        "=?utf-8?q?Bank_=3Ca=40b=2Eexample=3E?=",
        [("Bank", "a@b.example")],
        ["address-encoded"],
    ),
    "name in a comment": ("a@b.example (Ann (of) Bo)", [("Ann (of) Bo", "a@b.example")], []),
    "two": (
        "a@b.example, C <c@d.example>",
        [("", "a@b.example"), ("C", "c@d.example")],
        [],
    ),
    "group": ("Team: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")], []),
    "empty group": ("undisclosed-recipients:;", [], []),
    "route": ("<@r.example:a@b.example>", [("", "a@b.example")], []),
    "null sender": ("MAILER-DAEMON <>", [("MAILER-DAEMON", "")], []),
    "comma in a name": ("Shop, <a@b.example>", [("Shop", "a@b.example")], ["address-syntax"]),
    "two commas in a name": (
        "Big, Shop, Ltd <a@b.example>",
        [("Big, Shop, Ltd", "a@b.example")],
        ["address-syntax"],
    ),
    "a quoted address is a name": (
        '"help@bank.example", <a@b.example>',
        [("help@bank.example", "a@b.example")],
        ["address-syntax"],
    ),
    "address only in a comment": (
        "Prize,(<a@b.example>)",
        [("Prize", "a@b.example")],
        ["address-syntax", "address-syntax"],
    ),
    "address as name": ("a@b.example <c@d.example>", [("a@b.example", "c@d.example")], []),
    "no bracket at the end": ("Ann <a@b.example", [("Ann", "a@b.example")], ["address-syntax"]),
    "no address": ("Ann Bo", [("Ann Bo", "")], ["address-missing"]),
    "zero-width letters": ("B\u200ban\u200bk <a@b.example>", [("Bank", "a@b.example")], []),
    "odd local part": ('X <"a b"@c.example>', [("X", '"a b"@c.example')], []),
    "empty": ("  ", [], []),
}


@pytest.mark.parametrize(("field", "boxes", "codes"), TABLE.values(), ids=TABLE)
def test_table(field, boxes, codes):
    found, defects = read(field)
    assert [(box.name, box.address) for box in found] == boxes
    assert [defect.code for defect in defects] == codes


def test_the_domain_is_in_ascii_form():
    (box,), defects = read("a@bücher.example")
    assert (box.domain, defects) == ("xn--bcher-kva.example", ())


def test_a_domain_that_is_no_name_is_kept_as_written():
    (box,), defects = read("a@ü_b.example")
    assert box.domain == "ü_b.example"
    assert [defect.code for defect in defects] == ["domain-not-idna"]


@pytest.mark.parametrize(
    "field",
    [
        "(" * 900,
        "(" * 900 + ")" * 900 + " a@b.example",
        "," * 1_000_000,
        "<" * 50_000,
        '"' * 50_001,
    ],
    ids=["open comments", "nested comments", "commas", "brackets", "quotes"],
)
def test_m09_deep_comments_and_many_commas_cost_little(field):
    start = time.process_time()
    read(field)
    assert time.process_time() - start < 0.1


def test_m09_nested_comments_do_not_hide_the_address():
    (box,), _ = read("(" * 900 + ")" * 900 + " a@b.example")
    assert box.address == "a@b.example"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_cap_on_length_is_at_its_value(over):
    field = "a@b.example, " + "x" * (MAX_FIELD + over - 13)
    _, defects = read(field)
    assert ("address-too-long" in [d.code for d in defects]) == (over > 0)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_cap_on_mailboxes_is_at_its_value(over):
    found, defects = read(", ".join(["a@b.example"] * (MAX_MAILBOXES + over)))
    assert len(found) == min(MAX_MAILBOXES, MAX_MAILBOXES + over)
    assert ("address-too-many" in [d.code for d in defects]) == (over > 0)


@settings(max_examples=200)
@given(st.text(alphabet='ab@.,;:<>()"\\ =?', max_size=120) | st.text(max_size=60))
def test_any_text_gives_mailboxes_or_defects(field):
    found, defects = read(field)
    for box in found:
        assert box.name or box.address or defects or "<" in field
        assert "\n" not in box.name
