# SPDX-License-Identifier: Apache-2.0
"""The picture of a campaign: complete, harmless whatever the mail holds, told in words too."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.campaign.campaign import Campaign, LinkProof
from comity.campaign.charts import MAX_BARS, bars
from comity.campaign.picture import (
    MAX_MEMBERS,
    MemberFacts,
    defanged,
    marked,
    print_campaign_html,
    visible,
)
from comity.campaign.places import land, places
from comity.values.country import ASSIGNED

START = datetime(2025, 11, 20, tzinfo=UTC)
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202egpj.exe\x07"
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Elements, attributes and text, and whether every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], Counter(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def digest(number):
    return f"{number:064x}"


def facts(number, **more):
    given = {
        "time": START + timedelta(hours=number),
        "subject": f"Parcel {number} waiting",
        "sender": "depot@parcels.example",
        "origin": f"192.0.2.{number % 250}",
        "asn": 64500 + number % 3,
        "network": "Example Net",
        "country": ("KR", "GB", "BR")[number % 3],
        "hosts": ("pay.evil.example",),
        "label": "phishing",
    }
    return MemberFacts(digest(number), **{**given, **more})


def page(members, links=(), **more):
    campaign = Campaign("c-000000000001", tuple(sorted(m.digest for m in members)), tuple(links))
    return print_campaign_html(campaign, members, **more)


LINK = LinkProof(
    digest(1),
    digest(2),
    {"text": 0.9, "url": 0.7},
    0.97,
    ("their texts are nearly the same (98% alike)", "they link to the same page"),
)


def test_the_page_holds_its_parts_and_every_picture_is_told_in_words():
    html = page([facts(n) for n in range(30)], [LINK], made_at=START, versions=["fingerprint 1"])
    found = Page(html)
    assert found.open == []
    assert found.tags["svg"] == found.tags["desc"] == 3
    assert found.tags["title"] > 3
    assert [t for t in found.text if t.startswith("Campaign c-")]
    for heading in ("Over time", "Networks and countries", "Why these mails", "Members"):
        assert heading in html
    assert "South Korea" in html
    assert "prefers-color-scheme:dark" in html
    assert "@media print" in html


def test_the_page_needs_nothing_from_outside_and_runs_nothing():
    html = page([facts(n) for n in range(5)], [LINK])
    found = Page(html)
    assert found.tags["script"] == found.tags["link"] == found.tags["img"] == found.tags["a"] == 0
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src",)]
    assert re.findall(r"https?://[^\s\"<]+", html) == ["http://www.w3.org/2000/svg"] * 3
    assert "default-src 'none'" in html


FIELDS = ("subject", "sender", "origin", "network", "country", "label", "language")


@pytest.mark.parametrize("field", [*FIELDS, "hosts", "version", "why", "id"])
def test_w01_nothing_that_a_mail_holds_becomes_markup(field):
    members = [facts(1), facts(2)]
    links, versions, name = [LINK], ["fingerprint 1"], "c-1"
    if field in FIELDS:
        members = [facts(n, **{field: EVIL}) for n in (1, 2)]
    elif field == "hosts":
        members = [facts(n, hosts=(EVIL,)) for n in (1, 2)]
    elif field == "version":
        versions = [EVIL]
    elif field == "why":
        links = [LinkProof(digest(1), digest(2), {"text": 1.0}, 0.5, (EVIL, EVIL + " (x)"))]
    else:
        name = EVIL
    campaign = Campaign(name, (digest(1), digest(2)), tuple(links))
    html = print_campaign_html(campaign, members, versions=versions)
    found = Page(html)
    assert found.open == []
    assert found.tags["script"] == found.tags["img"] == 0
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert "\u202e" not in html
    assert "\x07" not in html


def test_m14_direction_marks_are_shown_not_obeyed():
    assert visible("invoice\u202efdp.exe") == "invoice[U+202E]fdp.exe"
    assert visible("a\u200bb\x00") == "a[U+200B]b[U+0000]"
    assert visible("택배 안내") == "택배 안내"
    assert len(visible("x" * 10_000)) <= 160


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://bad.example/a", "hxxps[://]bad[.]example/a"),
        ("bad.example", "bad[.]example"),
        ("x@bad.example", "x[@]bad[.]example"),
    ],
)
def test_addresses_cannot_be_followed(text, safe):
    assert defanged(text) == safe


def test_words_that_vary_are_marked():
    seen = Counter({"parcel": 3, "4711": 1})
    assert marked("Parcel 4711", seen, 3) == "Parcel <mark>4711</mark>"
    assert marked("Parcel 4711", seen, 1) == "Parcel 4711"


def test_what_is_not_known_is_said():
    html = page([facts(n, time=None, origin=None, asn=None, network=None, country=None, hosts=())
                 for n in range(3)])  # fmt: skip
    assert "not known" in html
    assert "3 without a time that is vouched for" in html
    assert "No origin is known" in html


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (datetime(2025, 11, 24, 1, tzinfo=timezone(timedelta(hours=9))), "2025-11-23 16:00"),
        (datetime(2025, 11, 24, 1), "2025-11-24 01:00"),  # no zone: taken as UTC
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), "without a time"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=12))), "without a time"),
    ],
)
def test_m10_odd_times_are_shown_in_utc_or_not_at_all(time, shown):
    assert shown in page([facts(1, time=time), facts(2)])


def test_without_address_data_the_addresses_are_still_told():
    members = [facts(n, asn=None, network=None, country=None) for n in range(3)]
    html = page(members)
    assert "No address data was given" in html
    assert "192[.]0[.]2[.]1" in html


def test_a_country_that_iso_has_not_assigned_is_listed_but_not_drawn():
    html = page([facts(n, country="XK") for n in range(3)])
    assert "XK" in html
    assert '<circle class="dot"' not in html


def test_a_large_campaign_shows_its_first_members():
    html = page([facts(n) for n in range(MAX_MEMBERS + 50)])
    assert f"The first {MAX_MEMBERS} are shown." in html
    assert len(html) < 400_000


def test_the_same_campaign_gives_the_same_bytes_in_any_order():
    members = [facts(n) for n in range(12)]
    assert page(members, [LINK]) == page(members[::-1], [LINK])


@given(
    st.lists(
        st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)), max_size=40
    )
)
@settings(max_examples=60, deadline=None)
def test_bars_count_every_mail_once(times):
    step, found = bars([time.replace(tzinfo=UTC) for time in times])
    assert sum(count for _, count in found) == len(times)
    assert len(found) <= MAX_BARS
    assert step


def test_the_map_knows_every_country_and_stays_on_the_globe():
    assert set(places()) == set(ASSIGNED)
    points = [point for outline in land() for point in outline]
    points += [(place.longitude, place.latitude) for place in places().values()]
    assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points)
