# SPDX-License-Identifier: Apache-2.0
"""Which CSS hides text: truth tables over declarations, sheets and colours (H06)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.style import UNKNOWN, alike, attribute_colour, colour, declared, sheet

GONE = {
    "display:none": True,
    "DISPLAY : NONE !important": True,
    "display:block": False,
    "opacity:0": True,
    "opacity:.05": True,
    "opacity:0.9": None,
    "max-height:0;overflow:hidden": True,
    "max-height:0": None,
    "height:1px;width:1px;overflow:hidden": True,
    "height:20px;overflow:hidden": None,
    "text-indent:-9999px": True,
    "text-indent:-10px": None,
    "position:absolute;left:-9999px": True,
    "left:-9999px": None,
    "position:absolute;clip:rect(0,0,0,0)": True,
    "position:absolute;clip:rect(1px, 1px, 1px, 1px)": True,
    "clip-path:inset(100%)": True,
    "transform:scale(0)": True,
    "mso-hide:all": None,
    "color:red": None,
    "/* display:none */color:red": None,
}
TINY = {
    "font-size:0": True,
    "font-size:1px": True,
    "font-size:0.1em": True,
    "font-size:14px": False,
    "font-size:1.2em": False,
    "font-size:100%": False,
    "font-size:small": False,
    "font:0/0 a": True,
    "font:bold 14px/20px Arial": False,
    "line-height:1px": None,
}
COLOURS = {
    "#fff": 0xFFFFFF,
    "#FFFFFF": 0xFFFFFF,
    "white": 0xFFFFFF,
    "rgb(255, 0, 1)": 0xFF0001,
    "rgba(1,2,3,.5)": 0x010203,
    "rgba(1,2,3,0)": None,
    "#11223300": None,
    "transparent": None,
    "black !important": 0,
    "hsl(1,2%,3%)": UNKNOWN,
    "rebeccapurple": UNKNOWN,
}


@pytest.mark.parametrize("css", GONE)
def test_h06_gone(css):
    assert declared(css).gone is GONE[css]


@pytest.mark.parametrize("css", TINY)
def test_h06_tiny(css):
    assert declared(css).tiny is TINY[css]


@pytest.mark.parametrize("value", COLOURS)
def test_colours(value):
    assert colour(value) == COLOURS[value]


def test_attributes_take_hex_without_a_hash():
    assert attribute_colour("ff0000") == 0xFF0000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (0xFFFFFF, 0xFFFFFF, True),
        (0xFFFFFF, 0xF0F0F0, True),
        (0xFFFFFF, 0xEEEEEE, False),
        (0x000000, 0xFFFFFF, False),
        (UNKNOWN, UNKNOWN, False),
    ],
)
def test_h06_colours_too_near_to_read(one, other, same):
    assert alike(one, other) is same


def test_a_background_picture_has_no_known_colour():
    assert declared("background:#fff url(x.png)").back == UNKNOWN


def test_rules_for_other_media_are_left_out():
    css = (
        "@media screen {.m{display:none} .n{color:red}} .k{display:none} @import 'x'; b{color:#fff}"
    )
    rules = sheet(css).rules
    assert set(rules) == {".k", "b"}


def test_a_complex_selector_makes_the_background_unknown_only():
    rules = sheet("table.x td{background:#000} div > p.y{display:none}").rules
    assert rules["td"].back == UNKNOWN
    assert "p.y" not in rules


def test_classes_join_and_inline_wins():
    page = sheet("p{color:#fff} .a{font-size:0} p.b{font-size:12px} #c{display:none}")
    assert page.of("p", "a", "").tiny is True
    assert page.of("p", "a b", "").tiny is False
    assert page.of("p", "", "c").gone is True
    assert page.of("p", "", "").color == 0xFFFFFF
    assert page.of("p", "", "c").under(declared("display:block")).gone is False


@pytest.mark.parametrize(
    "css",
    ["a{" * 50_000, "@media{" * 50_000 + "}" * 50_000, "/*" * 50_000, "a" * 200_000, "}" * 100_000],
    ids=["open", "media", "comments", "letters", "close"],
)
def test_m15_a_sheet_of_bait_costs_little(css):
    start = time.process_time()
    sheet(css)
    assert time.process_time() - start < 0.2


@given(st.text(alphabet="abcdisplay:none;-# 0123px(){}/*@,.", max_size=200) | st.text(max_size=80))
def test_any_css_is_read(css):
    declared(css)
    sheet(css)
    colour(css)


@pytest.mark.parametrize("size", [1, 290, 310, 3_900])
def test_what_is_too_long_to_remember_is_read_all_the_same(size):
    style = f"margin:{'0' * size};display:none"
    assert declared(style).gone is True
    assert declared(style) == declared(style)
    assert colour("white" + " " * size) == 0xFFFFFF
