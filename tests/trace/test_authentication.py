# SPDX-License-Identifier: Apache-2.0
"""Recorded results count only from our own side, above the line that took the mail in."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.mime.part import Field
from comity.trace.addresses import NoAddressData
from comity.trace.authentication import MAX_VALUE, read_results, read_spf
from comity.trace.find import find
from comity.trace.trace import Standing
from comity.trace.trust import Trust
from comity.values.address import DEMO

OURS = "mx.own.example"
TOP = (
    "Received",
    f"from in ([10.0.0.1]) by {OURS} with LMTP id A; Mon, 24 Nov 2025 10:00:01 +0000",
)
EDGE = (
    "Received",
    f"from x (x.sender.example [192.0.2.77]) by {OURS} (Postfix) with ESMTP id A;"
    " Mon, 24 Nov 2025 10:00:00 +0000",
)
BELOW = (
    "Received",
    "from y ([198.51.100.9]) by x.sender.example with ESMTP; Mon, 24 Nov 2025 09:59:00 +0000",
)


def found(*pairs, trust=None):
    fields = tuple(
        Field(name, name.lower(), value, 100 * at, 100 * at + 99)
        for at, (name, value) in enumerate(pairs)
    )
    trace = find(fields, trust or Trust.providers(), NoAddressData(), DEMO)
    return [(item.method, item.result, item.standing) for item in trace.authentication]


PASS = "dkim=pass header.d=bank.example"


@pytest.mark.parametrize(
    ("by", "place", "standing"),
    [
        (OURS, "above", Standing.VOUCHED),
        ("own.example", "above", Standing.VOUCHED),
        (OURS, "between", Standing.VOUCHED),
        (OURS, "below", Standing.CLAIMED),
        (OURS, "bottom", Standing.CLAIMED),
        ("mx.evil.example", "above", Standing.CLAIMED),
        ("mx.evil.example", "below", Standing.CLAIMED),
        ("", "above", Standing.CLAIMED),
    ],
)
def test_t09_only_ours_above_the_boundary_counts(by, place, standing):
    result = ("Authentication-Results", f"{by}; {PASS}")
    pairs = {
        "above": (result, TOP, EDGE, BELOW),
        "between": (TOP, result, EDGE, BELOW),
        "below": (TOP, EDGE, result, BELOW),
        "bottom": (TOP, EDGE, BELOW, result),
    }[place]
    assert found(*pairs) == [("dkim", "pass", standing)]


def test_t09_with_no_received_line_nothing_counts():
    assert found(("Authentication-Results", f"{OURS}; {PASS}")) == [
        ("dkim", "pass", Standing.CLAIMED)
    ]


GOOGLE_EDGE = (
    "Received",
    "from x (x. [192.0.2.77]) by mx.google.com with ESMTPS id A for <me@gmail.com>;"
    " Mon, 24 Nov 2025 10:00:00 +0000",
)


def test_t09_a_service_that_writes_below_its_line_is_believed_once():
    """Google's own field comes first; one that the sender wrote can only follow."""
    assert found(
        GOOGLE_EDGE,
        ("Authentication-Results", "mx.google.com; spf=fail smtp.mailfrom=a@bank.example"),
        ("Authentication-Results", f"mx.google.com; {PASS}"),
    ) == [("spf", "fail", Standing.VOUCHED), ("dkim", "pass", Standing.CLAIMED)]


def test_t09_another_server_s_field_below_its_line_is_not_believed():
    assert found(EDGE, ("Authentication-Results", f"{OURS}; {PASS}"))[0][2] is Standing.CLAIMED


ARC = ("ARC-Authentication-Results", f"i=2; sealer.example; {PASS}")


@pytest.mark.parametrize(
    ("trust", "standing"),
    [(Trust(), Standing.CLAIMED), (Trust().with_relay("sealer.example"), Standing.VOUCHED)],
)
def test_t12_an_arc_set_is_only_a_claim_of_its_sealer(trust, standing):
    assert found(ARC, EDGE, BELOW, trust=trust) == [("dkim", "pass", standing)]
    assert found(EDGE, ARC, BELOW, trust=trust) == [("dkim", "pass", Standing.CLAIMED)]


def test_t12_arc_never_moves_the_boundary():
    seal = ("ARC-Seal", "i=1; a=rsa-sha256; d=bank.example; s=a; cv=pass; b=AAAA")
    fields = tuple(
        Field(name, name.lower(), value, 100 * at, 100 * at + 99)
        for at, (name, value) in enumerate((ARC, seal, EDGE, ARC, seal, BELOW))
    )
    trace = find(fields, Trust.providers(), NoAddressData(), DEMO)
    assert (str(trace.origin.ip), trace.boundary) == ("192.0.2.77", 0)


VALUES = {
    "plain": (
        "mx.example; spf=pass smtp.mailfrom=a@b.example; dkim=fail header.d=c.example;"
        " dmarc=none header.from=D.example",
        [("spf", "pass", "b.example"), ("dkim", "fail", "c.example"),
         ("dmarc", "none", "d.example")],
    ),
    "comments": (
        "mx.example (x (y; z)) 1; dkim=pass (2048-bit; dkim=fail) header.i=@c.example",
        [("dkim", "pass", "c.example")],
    ),
    "microsoft": (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=b.example; dkim=none (not signed)"
        " header.d=none;dmarc=none action=none header.from=b.example;compauth=pass reason=130",
        [("spf", "pass", "b.example"), ("dkim", "none", "none"), ("dmarc", "none", "b.example"),
         ("compauth", "pass", None)],
    ),
    "yahoo, old": (
        "mta1.yahoo.com from=a.example; domainkeys=neutral (no sig)",
        [("domainkeys", "neutral", None)],
    ),
    "nothing checked": ("mx.example; none", []),
    "versions": (
        "mx.example; auth/1 = pass smtp.auth=me@b.example", [("auth", "pass", "b.example")],
    ),
    "quoted": (
        'mx.example; spf=pass smtp.mailfrom="a b@c.example"', [("spf", "pass", "c.example")],
    ),
    "empty": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("value", "want"), VALUES.values(), ids=VALUES)
def test_results_as_written(value, want):
    assert [(item.method, item.result, item.identity) for item in read_results(value)] == want


def test_received_spf():
    item = read_spf(
        "Pass (mx.example: domain of a@b.example designates 192.0.2.1 as permitted)"
        " receiver=mx.example; client-ip=192.0.2.1; envelope-from=a@b.example; helo=h;"
    )
    assert (item.result, item.identity, item.by) == ("pass", "b.example", "mx.example")


@pytest.mark.parametrize(
    "bait", ["(" * 8_000, "()" * 4_000, ";" * 8_000, "a=b;" * 2_000, "a" * 8_000, "smtp." * 1_600]
)
def test_m15_bait_and_nested_comments_take_linear_time(bait):
    started = time.process_time()
    read_results(f"mx.example; {bait}")
    read_spf(f"pass {bait}")
    assert time.process_time() - started < 1


def test_the_cap_comes_first():
    tail = "; spf=pass smtp.mailfrom=a.example"
    for size, read in ((MAX_VALUE, True), (MAX_VALUE + 1, False)):
        value = tail.rjust(size, "x")
        assert len(value) == size
        assert bool(read_results(value)) is read


@given(st.text(max_size=200))
def test_any_value_is_read(value):
    read_results(value)
    read_results(value, arc=True)
    read_spf(value)
