# SPDX-License-Identifier: Apache-2.0
"""The way of a mail as a drawing: shape and word carry the meaning, and nothing in it runs."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.trace.diagram import MAX_DRAWN, Words, draw, length, rows
from comity.trace.trace import Standing

SVG = "{http://www.w3.org/2000/svg}"


def hop(standing="vouched", time="2026-11-03T10:00:00+00:00", **more):
    return {
        "by": "mx.recipient.example",
        "from_name": "helo.example",
        "from_host": "host.example",
        "from_ip": "203.0.113.9",
        "time": time,
        "standing": standing,
        "reasons": [{"code": "top-line", "text": "The recipient's own server wrote it."}],
    } | more


WAY = [
    hop(time="2026-11-03T10:00:05+00:00"),
    hop(by="edge.example"),
    hop("claimed", by="a.example", time="2026-11-03T10:00:10+00:00"),
    hop("forged", by="b.example", time=None, from_host=None),
    hop("unparsed", by=None, from_host=None, from_name=None, from_ip=None),
]


def drawing(hops, boundary):
    return ET.fromstring(draw(rows(hops), boundary))


def texts(element):
    return [one.text for one in element.iter(f"{SVG}text")]


def test_newest_is_on_top_and_every_hop_says_by_from_address_time_and_delay():
    told = texts(drawing(WAY, 1))
    assert told[:3] == [
        "mx.recipient.example",
        "from host.example [203.0.113.9]",
        "2026-11-03 10:00:05 · +5 s · vouched",
    ]
    assert told[3] == "edge.example"
    assert told[5] == "2026-11-03 10:00:00 · −10 s · vouched"  # a clock that ran back
    assert told[-3:] == ["unknown host", "from nobody named", "2026-11-03 10:00:00 · unparsed"]


def test_the_shape_of_each_standing_is_its_own():
    found = drawing(WAY, 1)
    ways = [one for one in found.iter() if "way" in one.get("class", "").split()]
    shapes = {
        one.get("class").split()[1]: (one.tag, one.get("stroke-dasharray"), one.get("fill"))
        for one in ways
    }
    assert shapes["vouched"] == (f"{SVG}line", None, None)  # solid
    assert shapes["claimed"][:2] == (f"{SVG}line", "7 5")  # dashed
    assert shapes["forged"][::2] == (f"{SVG}rect", "url(#comity-hatch)")  # hatched
    assert len(set(shapes.values())) == len(Standing)


@pytest.mark.parametrize("boundary", [None, 0, 1, 4])
def test_the_boundary_is_a_bold_line_below_the_last_vouched_hop(boundary):
    found = drawing(WAY, boundary)
    (edge,) = [one for one in found.iter(f"{SVG}line") if one.get("class") == "edge"]
    tops = [float(one.get("cy")) for one in found.iter(f"{SVG}circle")]
    above = sum(top < float(edge.get("y1")) for top in tops)
    assert above == (0 if boundary is None else boundary + 1)
    others = [float(one.get("stroke-width", 1)) for one in found.iter(f"{SVG}line")]
    assert float(edge.get("stroke-width")) == max(others)
    assert "Trust ends here: below it, only claims" in texts(found)


def test_it_has_a_title_and_a_description_that_say_the_same():
    found = drawing(WAY, 1)
    assert found.get("role") == "img"
    ids = {one.get("id"): one.text for one in found if one.get("id")}
    named = [ids[one] for one in found.get("aria-labelledby").split()]
    assert named == [
        "The way of the mail, newest on top",
        "5 lines, 2 of them vouched for. Trust ends below line 2.",
    ]
    assert "None was written by a host we trust" in draw(rows(WAY), None)


def test_classes_only_no_style_no_script_no_address_outside():
    svg = draw(rows(WAY), 1)
    assert "style=" not in svg and "<style" not in svg and "<script" not in svg
    assert re.findall(r"(?:href|src|on\w+)=", svg) == []
    assert re.findall(r"url\(([^)]*)\)", svg) == ["#comity-hatch"]


def test_w01_a_name_that_is_markup_is_drawn_as_text():
    evil = "</text><script>alert(1)</script>\u202e"
    svg = draw(rows([hop(by=evil, from_host=evil, from_ip=evil)]), 0)
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert texts(ET.fromstring(svg))[0].startswith("</text><script>alert(1)</script>[U+202E]")


def test_an_address_is_never_cut_off_for_a_long_name():
    told = texts(drawing([hop(from_host="a" * 300 + ".example")], 0))
    assert told[1].endswith("… [203.0.113.9]")
    assert len(told[1]) < 70


def test_no_hop_no_drawing():
    assert draw((), None) == ""


def test_a_thousand_hops_are_drawn_to_a_cap_and_counted():
    found = drawing([hop()] * 1_000, 0)
    assert len(list(found.iter(f"{SVG}circle"))) == MAX_DRAWN
    assert texts(found)[-1] == f"{1_000 - MAX_DRAWN} more lines stand in the table"


def test_it_speaks_the_language_it_is_given():
    words = Words(title="Le chemin", boundary="Fin", standing=dict.fromkeys(Standing, "attesté"))
    told = draw(rows(WAY), 1, words)
    assert "Le chemin" in told and "Fin" in told and "attesté" in told and "vouched<" not in told


LENGTHS = {
    0: "0 s",
    5: "5 s",
    60: "1 min",
    3_725: "1 h 2 min",
    3_605: "1 h 5 s",
    90_000: "1 d 1 h",
    -10: "−10 s",
    10**9: "11574 d 1 h",
}


@pytest.mark.parametrize(("seconds", "shown"), LENGTHS.items(), ids=LENGTHS)
def test_a_delay_in_two_units_at_most(seconds, shown):
    assert length(seconds) == shown


def test_a_time_without_a_zone_is_taken_as_utc():
    way = rows([hop(time="2026-11-03T10:00:05"), hop(time="2026-11-03T10:00:00+00:00")])
    assert way[0].delay_seconds == 5


VALUES = st.none() | st.text(max_size=40) | st.integers()
HOPS = st.fixed_dictionaries(
    dict.fromkeys(("by", "from_name", "from_host", "from_ip", "time", "standing"), VALUES),
    optional={"reasons": st.lists(st.fixed_dictionaries({"text": VALUES}), max_size=3)},
)


@given(st.lists(HOPS, max_size=5), st.none() | st.integers(0, 5))
def test_any_printed_hops_give_a_drawing_that_is_xml(hops, boundary):
    svg = draw(rows(hops), boundary)
    assert not hops or ET.fromstring(svg) is not None
