# SPDX-License-Identifier: Apache-2.0
"""The queue asked on each database it may live in: what matches, in which order, page by page."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from comity.campaign.campaign import Campaign
from comity.evidence.receipt import Entry
from comity.service.ports import Analysed
from comity.service.query import Field, read
from comity.store import models
from comity.store.database import connect, disconnect
from comity.store.queue import NEWEST, Order, Queue, Sort, read_order
from comity.values.digest import digest_of
from comity.values.errors import BadData

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
LABELS = ("fraud", "phishing", "commercial")
COUNTRIES = ("KR", "FR", None)


def line(number, subject="offer", sender="Kim <kim@bank.example>", host="www.shop.example", **more):
    origin = {"ip": "192.0.2.1", "asn": 64_500 + number % 2, "network": "N"}
    country = COUNTRIES[number % 3]
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
            "confidence": (number * 7 % 10) / 10,
            "reasons": [{"code": "words", "text": "Its words."}],
        },
        "trace": {"origin": origin | {"country": country} if country else None},
        "versions": {"comity": "1"},
    } | more


@pytest.fixture
def index(alias):
    from comity.store.index import Index

    return Index(alias)


@pytest.fixture
def queue(alias):
    return Queue(alias)


def save(index, *lines, made_at=NOW):
    """Each an hour after the one before, the first at NOW."""
    entries = []
    for hour, one in enumerate(lines):
        at = NOW + timedelta(hours=hour)
        digest = one["sha256"]
        entries.append(Entry(hour, digest, 1, at, "cli", "a.eml", duplicate=False))
    index.add_reportings(entries, len(entries))
    answers = [
        (entry, [Analysed(json.dumps(one).encode(), None)])
        for entry, one in zip(entries, lines, strict=True)
    ]
    index.save(answers, made_at, len(entries))


def found(queue, text, order=NEWEST):
    query = read(text)
    assert not query.problems
    mails = [row.mail for row in queue.page(query, order).rows]
    counted = queue.categories(query)
    assert sum(counted.values()) == len(mails)
    return mails


def numbers(queue, text, of=12):
    by_digest = {digest_of(b"%d" % n): n for n in range(of)}
    return sorted(by_digest[mail] for mail in found(queue, text))


WORDS = (
    ("Your INVOICE, overdue", "Kim <kim@bank.example>", "www.shop.example"),
    ("Ihre Rechnung: Überweisung", "Max <max@mail.bank.example>", "pay.example"),
    ("[광고] 당첨을 축하합니다", "복권 <win@lotto.example>", "lotto.example"),
    ("无需验证领取奖金", "奖金 <a@b.example>", "xn--e1afmkfd.example"),
    ("", "x@y.example", ""),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("invoice", [0]),
        ("INVOICE overdue", [0]),
        ("invoi", [0]),  # the beginning of a word
        ("nvoice", []),
        ('"invoi"', []),  # a phrase stands just so
        ('"invoice overdue"', [0]),
        ('"overdue invoice"', []),
        ("invoice rechnung", []),
        ("uberweisung", [1]),  # without its dots
        ("überweisung", [1]),
        ("당첨", [2]),
        ("당첨을", [2]),
        ("領取", []),
        ("领取", [3]),
        ("验", [3]),
        ("from:kim", [0]),
        ("from:kim@bank.example", [0]),
        ("from:bank.example", [0, 1]),
        ("from:shop", []),  # stands in a link, not in the sender
        ("shop", [0]),
        ("domain:shop.example", [0]),
        ("domain:www.shop.example", [0]),
        ("domain:bank.example", [0, 1]),
        ("domain:example", []),
        ("domain:пример.example", [3]),
        ("domain:shop[.]example", [0]),
        ("country:KR", [0, 3]),
        ("country:kr country:fr", [0, 1, 3, 4]),
        ("country:unknown", [2]),
        ("asn:64501", [1, 3]),
        ("asn:unknown", [2]),
        ("category:fraud", [0, 3]),
        ("category:fraud invoice", [0]),
        ("before:2026-11-25", [0, 1, 2, 3, 4]),
        ("before:2026-11-24", []),
        ("after:2026-11-24", [0, 1, 2, 3, 4]),
        ("after:2026-11-25", []),
        ("is:decided", []),
        ("is:open", [0, 1, 2, 3, 4]),
        ("is:grouped", [0, 1]),
        ("is:alone", [2, 3, 4]),
        ("campaign:c-ab", [0, 1]),
        ("campaign:c-abcd", [0, 1]),
        ("campaign:c-b", []),
        ("campaign:-", []),
        ("!!!", []),  # nothing in it can be searched for
        ("invoice & !!!", [0]),
        ("' OR 1=1 --", []),
        ('NEAR(invoice) OR "', []),
        ("invoice*", [0]),
        ("sender : kim", []),
    ],
)
def test_a_query_finds_what_it_says(index, queue, text, wanted):
    save(index, *(line(n, *words) for n, words in enumerate(WORDS)))
    members = tuple(sorted(digest_of(b"%d" % n) for n in (0, 1)))
    index.replace_campaigns([Campaign("c-abcd", members, ())], [], NOW, 5)
    assert numbers(queue, text) == wanted


def _key(row, order):
    return {
        Sort.ARRIVED: row.arrived_at,
        Sort.CATEGORY: row.category,
        Sort.CONFIDENCE: row.confidence,
        Sort.SENDER: row.sender_domain,
        Sort.COUNTRY: row.country,
        Sort.NETWORK: row.asn,
    }[order.by]


def test_a_word_that_many_mails_have_finds_the_same(index, queue, monkeypatch):
    save(index, *(line(n, "rare word" if n % 3 else "word") for n in range(12)))
    asked = [read(text) for text in ("word", "rare", "word category:fraud", "word from:kim")]
    few = [(queue.page(one, size=3), queue.categories(one)) for one in asked]
    monkeypatch.setattr("comity.store.queue._MANY", 0)
    assert [(queue.page(one, size=3), queue.categories(one)) for one in asked] == few


@pytest.mark.parametrize("order", [Order(by, down) for by in Sort for down in (False, True)])
def test_pages_hold_each_mail_once_in_order_with_unknowns_last(index, queue, order):
    save(index, *(line(n, sender=f"a{n}@d{n % 4}.example") for n in range(12)))
    assert read_order(order.print()) == order
    rows, after = [], None
    for _ in range(9):
        page = queue.page(read(""), order, after, size=5)
        rows += page.rows
        after = page.after
        if after is None:
            break
    assert len(rows) == len({row.mail for row in rows}) == 12
    values = [_key(row, order) for row in rows]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (12 - len(known))
    assert known == sorted(known, reverse=order.descending)
    if order.by is not Sort.ARRIVED:  # what is alike stands newest first
        for _value, alike in itertools.groupby(rows, key=lambda row: _key(row, order)):
            times = [row.arrived_at for row in alike]
            assert times == sorted(times, reverse=True)
    assert list(queue.export(read(""), order, 12)) == rows


def test_what_comes_in_meanwhile_moves_no_page(index, queue):
    save(index, *(line(n) for n in range(6)))
    first = queue.page(read(""), size=3)
    save(index, *(line(n) for n in range(9)))  # three more
    second = queue.page(read(""), after=first.after, size=3)
    assert [row.mail for row in (*first.rows, *second.rows)] == [
        digest_of(b"%d" % n) for n in (5, 4, 3, 2, 1, 0)
    ]


def test_a_page_that_never_was_is_named(queue):
    with pytest.raises(BadData, match="no longer there"):
        queue.page(read(""), after=4711)


def test_a_person_wins_over_the_machine_in_list_filter_and_count(index, queue):
    save(index, *(line(n) for n in range(3)))
    rows = models.Analysis.objects.using(index.alias)
    rows.filter(mail=digest_of(b"0")).update(decided="malware")
    assert queue.categories(read("")) == {"commercial": 1, "malware": 1, "phishing": 1}
    assert numbers(queue, "category:malware") == numbers(queue, "is:decided") == [0]
    assert numbers(queue, "category:fraud") == []
    row = queue.page(read("category:malware")).rows[0]
    assert (row.category, row.decided) == ("malware", True)


def test_only_the_newest_analysis_is_listed_and_found(index, queue):
    save(index, line(0, "old words", host="old.example"))
    save(index, line(0, "new words", host="new.example", versions={"comity": "2"}))
    assert len(found(queue, "")) == len(found(queue, "words")) == len(found(queue, "new")) == 1
    assert found(queue, "old") == found(queue, "domain:old.example") == []
    assert len(found(queue, "domain:new.example")) == 1
    save(index, line(0, "old words", host="old.example"))  # an earlier version, back again
    assert len(found(queue, "old")) == len(found(queue, "domain:old.example")) == 1
    assert found(queue, "new") == found(queue, "domain:new.example") == []


def test_a_row_tells_what_a_reader_needs(index, queue):
    save(index, line(0, "a\x00b\ud800", "K\x00 <k@bank.example>"))
    row = queue.page(read("")).rows[0]
    assert (row.subject, row.sender, row.sender_domain) == (
        "a\\x00b\\ud800", "K\\x00 <k@bank.example>", "bank.example"
    )  # fmt: skip
    assert (row.arrived_at, row.country, row.asn, row.network) == (NOW, "KR", 64_500, "N")
    assert row.reasons == (("words", "Its words."),)
    assert row.campaign is None


def test_a_line_that_lacks_everything_is_listed_too(index, queue):
    save(index, {"sha256": digest_of(b"0"), "message": None, "versions": {}})
    row = queue.page(read("")).rows[0]
    assert (row.subject, row.sender, row.category, row.reasons) == ("", "", "undetermined", ())


def test_a_mail_with_ten_thousand_links_takes_no_more_than_its_share(index, queue):
    links = [{"host": f"h{n}.example"} for n in range(10_000)]
    save(index, line(0, message={"subject": "s" * 100_000, "links": links}))
    assert models.Sighting.objects.using(index.alias).count() <= 101
    assert len(queue.page(read("")).rows[0].subject) == 1_000


def test_the_last_report_is_known_even_where_it_held_no_mail(index, queue):
    assert queue.last_received() is None
    index.add_reportings([Entry(0, digest_of(b"x"), 1, NOW, "cli", "x", duplicate=False)], 1)
    assert queue.last_received() == NOW


def test_without_its_category_a_query_counts_every_category(index, queue):
    save(index, *(line(n) for n in range(3)))
    query = read("category:fraud offer")
    assert queue.categories(query) == {"fraud": 1}
    assert queue.categories(query.without(Field.CATEGORY)) == dict.fromkeys(sorted(LABELS), 1)


def _first_version(path):
    """An index as the first migration left it, with one mail; its report was sent twice."""
    from django.core.management import call_command
    from django.db import connections

    connections.databases[str(path)] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
    }
    connections.configure_settings(connections.databases)
    call_command("migrate", "comity", "0001_first_tables", database=str(path), verbosity=0)
    printed = line(0, "old words", host="www.old.example")
    later = NOW + timedelta(days=9)
    with connections[str(path)].cursor() as cursor:
        for leaf, at in ((0, NOW), (1, later)):
            cursor.execute(
                "INSERT INTO comity_reporting (leaf, digest, path, channel, length, received_at) "
                "VALUES (%s, %s, 'a.eml', 'cli', 1, %s)",
                (leaf, printed["sha256"], at),
            )
        for number, current in ((7, False), (8, True)):
            cursor.execute(
                "INSERT INTO comity_analysis (id, report, position, versions, mail, line, form, "
                "label, made_at, current) VALUES (%s, %s, 0, %s, %s, %s, 'eml', 'fraud', %s, %s)",
                (number, printed["sha256"], str(number), printed["sha256"],
                 json.dumps(printed), later, current),
            )  # fmt: skip
    connections[str(path)].close()


def test_an_index_of_the_first_version_gets_its_columns_from_its_lines(fast_path):
    """Upgraded in place: what was there is listed and found, without reading the vault."""
    _first_version(fast_path / "old.sqlite")
    alias = connect(fast_path / "old.sqlite")
    (row,) = Queue(alias).page(read('"old words" domain:old.example from:kim')).rows
    assert (row.id, row.subject, row.arrived_at, row.category) == (8, "old words", NOW, "fraud")
    rows = models.Analysis.objects.using(alias).order_by("id")
    assert list(rows.values_list("id", "current")) == [(7, False), (8, True)]
    disconnect(alias)
