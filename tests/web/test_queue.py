# SPDX-License-Identifier: Apache-2.0
"""The queue as people of each role see it: list, search, filters, pages, verdicts, export."""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from comity.campaign.campaign import Campaign
from comity.evidence.event import EventKind
from comity.evidence.receipt import Entry
from comity.safeguard.role import Act, Role, may
from comity.service.ports import Analysed
from comity.values.digest import digest_of

LABELS = ("fraud", "phishing", "commercial")


def line(number, subject="Offer", sender="Kim <kim@bank.example>", host="shop.example", **more):
    return {
        "sha256": digest_of(b"%d" % number),
        "form": "eml",
        "message": {
            "subject": subject,
            "from": sender,
            "from_address": sender.rpartition("<")[2].rstrip(">"),
            "links": [{"host": host}],
        },
        "category": {
            "label": LABELS[number % 3],
            "subtype": "romance",
            "confidence": 0.875,
            "reasons": [{"code": "false-bank-name", "text": "The sender calls itself a bank."}],
        },
        "trace": {
            "origin": {"ip": "192.0.2.1", "asn": 64_500, "network": "Cloud & Co", "country": "KR"}
        },
        "versions": {"comity": "1"},
    } | more


def fill(node, lines, apart=1):
    """The last one arrived now, each so many hours after the one before it."""
    now = node.now()
    entries = [
        Entry(
            number,
            one["sha256"],
            1,
            now - timedelta(hours=apart * (len(lines) - 1 - number)),
            "cli",
            "a.eml",
            duplicate=False,
        )
        for number, one in enumerate(lines)
    ]
    node.index.add_reportings(entries, len(entries))
    answers = [
        (entry, [Analysed(json.dumps(one).encode(), None)])
        for entry, one in zip(entries, lines, strict=True)
    ]
    node.index.save(answers, node.now(), len(entries))


@pytest.fixture
def analyst(console):
    return console.as_(Role.ANALYST)


def text_of(answer):
    return answer.content.decode()


def links(page):
    return [unescape(found) for found in re.findall(r'href="([^"]*)"', page)]


def rows(page):
    """Addresses of the mails that are listed, in order."""
    return re.findall(r'<a href="/mail/([0-9a-f]{64})/"', page)


def numbers(page, of=130):
    known = {digest_of(b"%d" % n): n for n in range(of)}
    return [known[digest] for digest in rows(page)]


def test_a_row_says_what_why_from_where_and_how_old(console, analyst):
    fill(console.node, [line(0), line(1)])
    members = (digest_of(b"0"), digest_of(b"1"))
    console.node.index.replace_campaigns(
        [Campaign("c-0123456789ab", members, ())], [], console.node.now(), 2
    )
    page = text_of(analyst.get("/queue/"))
    for words in (
        "2 mails", "fraud", "romance", "88&nbsp;%", "The sender calls itself a bank.",
        "false-bank-name", "<bdi>Offer</bdi>", "<bdi>Kim &lt;kim@bank.example&gt;</bdi>",
        "South Korea", "AS64500", "Cloud &amp; Co", "1 hr",
    ):  # fmt: skip
        assert words in page, words
    assert re.search(r'title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC">1 hr<', page)
    assert "/campaigns/c-0123456789ab/" in links(page)
    assert "style=" not in page
    assert "<script>" not in page


def test_an_empty_node_says_so_and_how_reports_come_in(analyst):
    page = text_of(analyst.get("/queue/"))
    assert "Nothing waits." in page
    assert "No report has come in yet." in page
    assert "comity ingest" in page


def test_a_report_without_an_analysed_mail_is_told_of(console, analyst):
    fill(console.node, [])
    entry = Entry(0, digest_of(b"x"), 1, console.node.now(), "cli", "x", duplicate=False)
    console.node.index.add_reportings([entry], 1)
    assert "The last report came in" in text_of(analyst.get("/queue/"))


def test_a_search_without_a_hit_offers_the_way_back(console, analyst):
    fill(console.node, [line(0)])
    page = text_of(analyst.get("/queue/", {"q": "nosuchword"}))
    assert "No mail matches." in page
    assert 'value="nosuchword"' in page
    assert "/queue/" in links(page)


@pytest.mark.parametrize(
    ("q", "told"),
    [
        ("sender:x", "There is no field “sender:”. Fields are from:, domain:"),
        ("asn:foo", "“foo” cannot be a value of “asn:”. These can: 64500, AS64500"),
        ("from:", "After “from:” a value is missing."),
        ("x" * 1_001, "longer than 1000 characters"),
        (" ".join(map(str, range(33))), "more than 32 words"),
        ("a<b>:<i>", None),
        ("sender:<script>alert(1)</script>", "&lt;script&gt;"),
        ("%s %(field)s %", None),
        ("asn:%(known)s", "“%(known)s” cannot be a value"),
        ("\x00", None),
        ("\ud800".encode("utf-8", "surrogatepass"), None),
        ('"', None),
        ("NEAR( * ^ {sender}:", None),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_the_text_is_kept(console, analyst, q, told):
    fill(console.node, [line(0)])
    answer = analyst.get("/queue/", {"q": q})
    page = text_of(answer)
    assert answer.status_code == (400 if told else 200)
    if told:
        assert told in unescape(page) or told in page
        assert not rows(page), "a list without the filter that was asked for misleads"
    assert "<script>alert" not in page


def test_counts_are_links_to_just_as_many_rows(console, analyst):
    fill(console.node, [line(n, "Offer" if n % 2 else "Invoice") for n in range(10)])
    for q in ("", "offer", "category:fraud", "offer category:fraud is:open"):
        page = text_of(analyst.get("/queue/", {"q": q}))
        counted = re.findall(r'<a href="([^"]*)"[^>]*>[^<]*<span class="count">(\d+)<', page)
        assert counted
        for url, count in counted:
            listed = text_of(analyst.get(unescape(url)))
            assert len(rows(listed)) == int(count), (q, url)


def test_every_filter_of_a_row_is_a_link_that_keeps_the_search(console, analyst):
    fill(console.node, [line(0), line(1, trace={"origin": None}), line(2, "Invoice")])
    page = text_of(analyst.get("/queue/", {"q": "offer", "sort": "sender"}))
    asked = [parse_qs(urlsplit(url).query) for url in links(page)]
    for q in ("offer country:KR", "offer country:unknown", "offer asn:64500", "offer asn:unknown"):
        assert {"q": [q], "sort": ["sender"]} in asked
        assert len(rows(text_of(analyst.get("/queue/", {"q": q})))) == 1


def test_pages_follow_each_other_to_the_end(console, analyst):
    fill(console.node, [line(n) for n in range(120)])
    seen, url = [], "/queue/?q=offer&sort=arrived"
    for _ in range(5):
        page = text_of(analyst.get(url))
        seen += numbers(page)
        further = re.search(r'rel="next" href="([^"]*)"', page)
        if not further:
            break
        url = unescape(further[1])
    assert seen == list(range(120))
    assert "First page" in page


@pytest.mark.parametrize("sort", ["-arrived", "arrived", "category"])
def test_mails_that_came_at_once_are_all_on_some_page(console, analyst, monkeypatch, sort):
    monkeypatch.setattr("comity.web.queue.SIZE", 2)
    fill(console.node, [line(n) for n in range(7)], apart=0)
    seen, url = [], f"/queue/?sort={sort}"
    while url:
        page = text_of(analyst.get(url))
        seen += numbers(page)
        further = re.search(r'rel="next" href="([^"]*)"', page)
        url = further and unescape(further[1])
    assert sorted(seen) == list(range(7))


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 18, "9" * 40, "1'"])
def test_a_page_that_cannot_be_says_so(console, analyst, after):
    fill(console.node, [line(0)])
    answer = analyst.get("/queue/", {"after": after})
    assert answer.status_code == 404
    assert "Begin at the first page." in text_of(answer)


def test_a_head_orders_the_list_and_a_second_click_turns_it_round(console, analyst):
    fill(console.node, [line(n, sender=f"a@d{n}.example") for n in range(3)])
    page = text_of(analyst.get("/queue/"))
    assert numbers(page) == [2, 1, 0]
    assert 'aria-sort="descending"><a href="/queue/?sort=arrived">' in page
    page = text_of(analyst.get("/queue/?sort=sender"))
    assert numbers(page) == [0, 1, 2]
    assert 'aria-sort="ascending"><a href="/queue/?sort=-sender">' in page
    assert numbers(text_of(analyst.get("/queue/?sort=-sender"))) == [2, 1, 0]
    assert numbers(text_of(analyst.get("/queue/?sort=nonsense"))) == [2, 1, 0]


def test_several_mails_get_a_verdict_at_once_and_the_list_shows_it(console, analyst):
    fill(console.node, [line(n) for n in range(3)])
    page = text_of(analyst.get("/queue/"))
    action = re.search(r'<form method="post" action="(/mail/verdict/)"', page)
    boxes = re.findall(r'type="checkbox" name="mail" value="([0-9a-f]{64})" aria-label="Sel', page)
    assert action
    assert len(boxes) == 3
    given = {"mail": boxes[:2], "label": "malware", "note": "same shop", "next": "/queue/"}
    answer = analyst.post(action[1], given, follow=True)
    assert answer.redirect_chain == [("/queue/", 302)]
    listed = text_of(analyst.get("/queue/", {"q": "is:decided category:malware"}))
    assert sorted(rows(listed)) == sorted(boxes[:2])
    assert "decided" in listed
    assert len(rows(text_of(analyst.get("/queue/", {"q": "is:open"})))) == 1


HOSTILE = "<script>canary()</script>\"'><img src=x onerror=canary()>\u202egnp.exe"


def test_hostile_words_stay_words_in_every_column(console, analyst):
    """W01."""
    origin = {"ip": "192.0.2.1", "asn": 1, "country": "KR", "network": HOSTILE}
    category = {"label": "fraud", "subtype": HOSTILE[:60], "confidence": 1.0,
                "reasons": [{"code": HOSTILE, "text": HOSTILE}]}  # fmt: skip
    fill(
        console.node,
        [line(0, HOSTILE, f"{HOSTILE} <a@b.example>", trace={"origin": origin}, category=category)],
    )
    page = text_of(analyst.get("/queue/", {"q": "canary"}))
    assert len(rows(page)) == 1
    assert "<script>canary" not in page
    assert "<img" not in page
    for found in re.findall(r"[^>]*canary[^<]*", page):
        assert "onerror" not in found or "&lt;img" in found or "value=" in found


def test_the_desk_lists_mails_but_opens_exports_and_decides_none(console):
    fill(console.node, [line(0)])
    page = text_of(console.as_(Role.REPORTER_DESK).get("/queue/"))
    assert "<bdi>Offer</bdi>" in page
    for hidden in ("/mail/", "export.csv", "checkbox"):
        assert hidden not in page


FORMULAS = ("=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_is_the_list_in_its_order_and_is_recorded_before_it_leaves(console, analyst):
    fill(console.node, [line(n, "Offer" if n else "Invoice") for n in range(4)])
    url = next(
        one
        for one in links(text_of(analyst.get("/queue/", {"q": "offer", "sort": "arrived"})))
        if "export" in one
    )
    answer = analyst.get(url)
    found = table(answer)
    assert [one["mail_sha256"] for one in found] == [digest_of(b"%d" % n) for n in (1, 2, 3)]
    assert found[0]["category"] == "phishing"
    assert found[0]["reasons"] == "false-bank-name"
    assert "attachment" in answer.headers["Content-Disposition"]
    (event,) = console.events(EventKind.LIST_EXPORTED)
    assert event.subject == "queue"
    assert event.detail == {"query": "offer", "rows": 3}
    assert event.actor == str(analyst.account.pk)


def test_no_cell_of_an_export_is_a_formula(console, analyst):
    """W07."""
    fill(
        console.node,
        [line(n, formula, f"{formula} <a@b.example>") for n, formula in enumerate(FORMULAS)],
    )
    for one in table(analyst.get("/queue/export.csv")):
        for name, cell in one.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)


def test_an_export_with_a_wrong_query_is_refused_and_not_recorded(console, analyst):
    answer = analyst.get("/queue/export.csv", {"q": "sender:x"})
    assert answer.status_code == 400
    assert "There is no field" in text_of(answer)
    assert not console.events(EventKind.LIST_EXPORTED)


def test_an_export_stops_at_its_most(console, analyst, monkeypatch):
    """P05."""
    monkeypatch.setattr("comity.web.queue.MOST_EXPORTED", 2)
    fill(console.node, [line(n) for n in range(3)])
    assert len(table(analyst.get("/queue/export.csv"))) == 2
    assert "At most 2 rows" in text_of(analyst.get("/queue/"))


def test_the_file_says_what_a_person_decided(console, analyst):
    fill(console.node, [line(0), line(1)])
    decided = digest_of(b"1")
    analyst.post("/mail/verdict/", {"mail": decided, "label": "malware"})
    told = {one["mail_sha256"]: one for one in table(analyst.get("/queue/export.csv"))}
    assert (told[decided]["category"], told[decided]["decided_by_person"]) == ("malware", "yes")
    assert told[digest_of(b"0")]["decided_by_person"] == "no"


@pytest.mark.parametrize("address", ["/queue/export.csv", "/statistics/export.csv"])
def test_no_list_leaves_without_its_event_in_the_journal(console, analyst, address, monkeypatch):
    from comity.values.errors import TryLater

    def full(event):
        raise TryLater("the disk is full", "Make room.")

    fill(console.node, [line(0)])
    assert analyst.get(address).headers["Content-Disposition"].startswith("attachment")
    monkeypatch.setattr(console.node.journal, "append", full)
    answer = analyst.get(address)
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers


def test_countries_and_networks_are_counted_with_the_query_that_lists_them(console, analyst):
    from comity.store.statistics import Counts

    lines = [line(n) for n in range(3)]
    lines[2]["trace"]["origin"] = {"ip": "192.0.2.2", "asn": 7, "network": "N", "country": "GB"}
    fill(console.node, lines)
    found = Counts(console.node.alias).all(console.node.now())
    assert [(one.name, one.count) for one in found.countries] == [("KR", 2), ("GB", 1)]
    assert [(one.name, one.count) for one in found.networks] == [("AS64500", 2), ("AS7", 1)]
    for one in (*found.countries, *found.networks):
        assert len(rows(text_of(analyst.get("/queue/", {"q": one.query})))) == one.count, one


def test_only_who_may_export_does(console, role):
    fill(console.node, [line(0)])
    answer = console.as_(role).get("/queue/export.csv")
    assert (answer.status_code == 200) == may(role, Act.EXPORT_LIST)
    assert bool(console.events(EventKind.LIST_EXPORTED)) == may(role, Act.EXPORT_LIST)


def test_age_and_country_are_in_the_readers_language(console, analyst):
    fill(console.node, [line(n) for n in range(3)])
    page = text_of(analyst.get("/queue/", headers={"accept-language": "fr"}))
    assert re.search(r">2[^<\w]h<", page)
    assert "Corée du Sud" in page
