# SPDX-License-Identifier: Apache-2.0
"""The index on each database it may live in: one set of tests, SQLite and PostgreSQL."""

import json
import struct
from datetime import UTC, datetime

import pytest

from comity.campaign.campaign import Campaign, Fingerprint, LinkProof
from comity.campaign.table import ROW
from comity.evidence.receipt import Entry
from comity.service.ports import Analysed, Saved, Unreadable
from comity.store.database import connect
from comity.values.digest import digest_of
from comity.values.errors import ServiceAway, WrongUse

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture
def index(alias):
    from comity.store.index import Index

    return Index(alias)


@pytest.fixture
def questions(alias):
    from comity.store.questions import Questions

    return Questions(alias)


def entry(number, path="a.eml"):
    return Entry(number, digest_of(b"%d" % number), 1, NOW, "cli", path, duplicate=False)


def analysed(number, version="1", label="fraud", ip="192.0.2.1"):
    digest = digest_of(b"%d" % number)
    line = {
        "sha256": digest,
        "form": "eml",
        "subject": "a\x00b\ud800 é 字",
        "category": {"label": label},
        "trace": {"origin": {"ip": ip, "asn": 4_200_000_000, "network": "N", "country": "GB"}},
        "versions": {"comity": version},
    }
    print_ = Fingerprint(1, digest, struct.pack("<64I", *range(64)), b"", 1, 0, (), (), (), ())
    text = json.dumps(line, ensure_ascii=True).replace("\\ud800", "?")
    return Analysed(text.encode(), print_)


def save(index, *answers, reached=1):
    return index.save([(entry(n), answer) for n, answer in answers], NOW, reached)


def test_reportings_are_added_once_however_often_they_are_sent(index, questions):
    for _ in range(2):
        index.add_reportings([entry(0), entry(1, "b\x00\udcff.eml")], 2)
    assert index.reached("reportings") == 2
    assert questions.stats()["reportings"] == 2
    assert index.first_reporting(entry(1).digest).path == "b\\x00\\udcff.eml"
    index.add_reportings([], 1)
    assert index.reached("reportings") == 2  # never back


def test_results_are_added_beside_older_ones(index, questions):
    assert save(index, (1, [analysed(1)]), (2, [analysed(2)])) == Saved(2, 0, ())
    assert save(index, (1, [analysed(1)])) == Saved(0, 1, ())
    assert save(index, (1, [analysed(1, "2", "phishing")])) == Saved(1, 0, ())
    assert save(index, (1, [analysed(1, "2", "other")])) == Saved(0, 0, (entry(1).digest,))
    assert questions.stats()["labels"] == {"fraud": 1, "phishing": 1}
    found = questions.analyses(entry(1).digest)
    assert [(f["current"], f["line"]["category"]["label"]) for f in found] == [
        (False, "fraud"),
        (True, "phishing"),
    ]
    assert found[0]["line"]["subject"] == "a\x00b? é 字"


def test_a_report_of_several_mails_and_of_none(index, questions):
    save(index, (1, [analysed(1), analysed(2)]), (2, []), reached=3)
    assert questions.stats()["mails"] == 2
    assert index.reached("analysed") == 3


def test_what_fails_is_parked_and_what_is_read_later_is_not(index):
    failed = Unreadable("too-slow", "It took too long.")
    save(index, (1, failed), (2, failed))
    save(index, (1, failed))
    assert [(job["attempts"], job["reason"]) for job in index.parked()] in (
        [(2, "too-slow: It took too long."), (1, "too-slow: It took too long.")],
        [(1, "too-slow: It took too long."), (2, "too-slow: It took too long.")],
    )
    assert index.to_retry(2) == [entry(2).digest]
    save(index, (1, [analysed(1)]), (2, [analysed(2)]))
    assert index.parked() == []


def test_fingerprints_come_back_packed_in_order_of_mail(index):
    save(index, *((n, [analysed(n)]) for n in range(5)))
    rows = list(index.fingerprints(1))
    assert [len(row) for row in rows] == [ROW.itemsize] * 5
    names = [row[:32].hex() for row in rows]
    assert names == sorted(names)
    assert list(index.fingerprints(2)) == []


def test_campaigns_are_replaced_as_a_whole(index, questions):
    save(index, *((n, [analysed(n, ip=f"192.0.2.{n}")]) for n in range(5)))
    index.add_reportings([entry(n) for n in range(5)], 5)
    mails = sorted(entry(n).digest for n in range(5))
    link = LinkProof(mails[0], mails[1], {"text": 1.0}, 0.9, ("the same text",))
    index.replace_campaigns([Campaign("c-1", tuple(mails[:2]), (link,))], [], NOW, 1)
    index.replace_campaigns([Campaign("c-2", tuple(mails[:4]), (link,))], [], NOW, 1)
    (row,) = questions.campaigns()
    assert (row["id"], row["size"], row["addresses"], row["reportings"]) == ("c-2", 4, 4, 4)
    assert row["networks"] == {"AS4200000000 N": 4}
    assert row["first_received"] == NOW.isoformat()
    shown = questions.campaign("c-")
    assert [mail["sha256"] for mail in shown["mails"]] == mails[:4]
    assert shown["links"][0]["why"] == ["the same text"]
    index.replace_campaigns([], [], NOW, 1)
    assert questions.campaigns() == []


def test_a_change_that_fails_leaves_nothing_behind(index, questions, monkeypatch):
    def fails(*_):
        raise RuntimeError

    monkeypatch.setattr(type(index), "_reach", fails)
    with pytest.raises(RuntimeError):
        save(index, (1, [analysed(1)]))
    assert questions.stats()["mails"] == 0


@pytest.mark.parametrize("url", ["mysql://a/b", "postgresql://host", "postgresql:///"])
def test_a_url_that_is_no_postgresql_is_wrong_use(url):
    with pytest.raises(WrongUse, match="database URL"):
        connect(url)


def test_a_database_that_cannot_be_opened_is_away(fast_path):
    with pytest.raises(ServiceAway, match="does not answer"):
        connect(fast_path / "no such folder" / "comity.sqlite")


def test_the_shipped_migrations_make_the_tables_as_they_are_declared(alias):
    from django.core.management import call_command

    call_command("makemigrations", "comity", check=True, dry_run=True, verbosity=0)
