# SPDX-License-Identifier: Apache-2.0
"""Lines made to be slow: 100 of 8 KB each, as long and as many as are read at all."""

import time

import pytest

from comity.mime.part import Field
from comity.trace.addresses import NoAddressData
from comity.trace.find import MAX_HOPS, find
from comity.trace.hop import MAX_FIELD, read
from comity.trace.trust import Trust
from comity.values.address import DEMO

SECONDS = 0.5  # some 0.05 are needed; a machine under load gets ten times as much
END = ") by b.example; Mon, 3 Mar 2025 10:00:00 +0000"
UNITS = {
    "words": "x ",
    "open brackets": "(",
    "pairs": "()",
    "addresses": "[192.0.2.1] ",
    "open addresses": "[aaaa:",
    "greetings": "(helo=[192.0.2.1]) ",
    "logins": "(auth",
    "semicolons": "; )",
    "escaped quotes": '\\"',
    "quotes never ended": '"a\\',
    "quoted words": '"a',
    "second writers": " by c.example",
    "own sockets": "[[uni",
    "dates": "3 Mar 2025 ",
    "numbers": "1",
}
RESULTS = {
    "spaces": "a; spf" + " " * MAX_FIELD,
    "instances": "i" + " =1" * MAX_FIELD,
    "comments": "a; " + "(a)" * MAX_FIELD,
    "open comments": "a; " + "(" * MAX_FIELD,
    "quoted": 'a; spf=pass "' + " smtp.mailfrom = x" * MAX_FIELD,
}


def _takes(key, value):
    fields = tuple(
        Field(
            key, key, f"{value[: MAX_FIELD - 4]} {number}", number * 9_000, number * 9_000 + 8_999
        )
        for number in range(MAX_HOPS)
    )
    start = time.process_time()
    find(fields, Trust.providers(), NoAddressData(), DEMO)
    return time.process_time() - start


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("lead", ["from a (", "from a ", "from a by b.example; "])
def test_m15_a_hundred_long_lines_are_read_in_time(unit, lead):
    filled = (lead + unit * MAX_FIELD)[: MAX_FIELD - len(END) - 8]
    assert _takes("received", filled + END) < SECONDS
    assert _takes("received", filled) < SECONDS


@pytest.mark.parametrize("value", RESULTS.values(), ids=RESULTS)
@pytest.mark.parametrize(
    "key", ["authentication-results", "arc-authentication-results", "received-spf"]
)
def test_m15_long_results_are_read_in_time(key, value):
    assert _takes(key, value) < SECONDS


def test_an_address_is_found_beside_a_flood_of_brackets():
    line = "from a (b [192.0.2.7]) by c.example " + "()" * 1_000
    assert str(read(line).from_ip) == "192.0.2.7"


def test_a_quote_that_never_ends_hides_no_section():
    hop = read(
        'from a (b [192.0.2.7]) by c.example with SMTP id "7; Mon, 3 Mar 2025 10:00:00 +0000'
    )
    assert (hop.by, str(hop.from_ip), hop.protocol) == ("c.example", "192.0.2.7", "SMTP")
