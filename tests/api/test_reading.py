# SPDX-License-Identifier: Apache-2.0
"""Asking for reports, mails, campaigns and statistics."""

import pytest

from comity.evidence.event import EventKind
from comity.safeguard.role import Act
from comity.service.ingest import ingest
from comity.values.digest import digest_of


def _mail(number):
    return f"Subject: offer {number}\r\n\r\nBuy {number}\r\n".encode()


@pytest.fixture
def mails(api):
    """Seven mails, the newest last: even ones phishing from KR, odd ones fraud from GB."""
    contents = [_mail(number) for number in range(7)]
    list(ingest(((f"{n}.eml", one, "cli") for n, one in enumerate(contents)), api.node))
    digests = [digest_of(one) for one in contents]
    api.analysed(
        *(
            (mail, *(("fraud", "GB", 64501) if number % 2 else ("phishing", "KR", 64500)))
            for number, mail in enumerate(digests)
        )
    )
    return digests


def _walk(api, secret, address, name):
    """Every page, and how many there were."""
    found, cursor, pages = [], None, 0
    while True:
        join = "&" if "?" in address else "?"
        answer = api.get(address + (f"{join}cursor={cursor}" if cursor else ""), secret).json()
        found, cursor, pages = found + answer[name], answer["next"], pages + 1
        if cursor is None:
            return found, pages


def test_mails_come_newest_first_in_pages_that_fit_together(api, mails):
    secret = api.token(Act.SEE_QUEUE).shown
    found, pages = _walk(api, secret, "/mails?limit=3", "mails")
    assert pages == 3
    assert [one["sha256"] for one in found] == mails[::-1]
    assert found[0]["origin"] == {
        "ip": "192.0.2.1", "asn": 64500, "country": "KR", "network": "Example",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("category=fraud", (5, 3, 1)), ("country=KR", (6, 4, 2, 0)), ("asn=64501", (5, 3, 1)),
     ("category=fraud&country=KR", ()), ("category=malware", ())],
)  # fmt: skip
def test_mails_are_filtered(api, mails, asked, numbers):
    answer = api.get(f"/mails?{asked}", api.token(Act.SEE_QUEUE).shown).json()
    assert [one["sha256"] for one in answer["mails"]] == [mails[number] for number in numbers]
    assert answer["next"] is None


@pytest.mark.parametrize(
    "asked",
    ["category=spam", "country=kr", "country=KR'--", "asn=-1", "asn=x", "limit=0", "limit=501",
     "cursor=x", "cursor=-1", "campaign=1", "cursor=" + "9" * 30, "cursor=1",
     "cursor=9999999999999999.1x"],
)  # fmt: skip
def test_a_value_that_cannot_be_is_named_and_not_repeated(api, asked):
    answer = api.get(f"/mails?{asked}", api.token(Act.SEE_QUEUE).shown)
    assert answer.status_code == 422
    name, _, value = asked.partition("=")
    [error] = answer.json()["errors"]
    assert error["value"] == f"query.{name}"
    assert len(value) < 3 or value not in answer.content.decode()


def test_what_a_person_decided_wins(api, mails):
    from comity.store.models import Analysis

    rows = Analysis.objects.using(api.node.alias).filter(mail=mails[0])
    rows.update(decided="malware")
    token = api.token(Act.SEE_QUEUE, Act.SEE_MAIL)
    [one] = api.get("/mails?category=malware", token.shown).json()["mails"]
    assert (one["sha256"], one["decided"]) == (mails[0], True)
    [one] = api.get(f"/mails/{mails[0]}", token.shown).json()["analyses"]
    assert (one["category"], one["decided"]) == ("malware", True)
    assert one["line"]["category"]["label"] == "phishing"


def test_a_misspelt_filter_is_refused_and_not_ignored(api, mails):
    answer = api.get("/mails?categry=fraud", api.token(Act.SEE_QUEUE).shown)
    assert answer.status_code == 422
    assert "category" in answer.json()["errors"][0]["problem"]


def test_a_list_shows_nothing_of_a_mails_content(api, mails):
    answer = api.get("/mails", api.token(Act.SEE_QUEUE).shown).content.decode()
    assert "citizen" not in answer
    assert "subject" not in answer


def test_a_look_at_a_mail_is_journalled_and_hides_who_reported(api, mails):
    token = api.token(Act.SEE_MAIL)
    answer = api.get(f"/mails/{mails[0]}", token.shown)
    assert answer.status_code == 200
    [one] = answer.json()["analyses"]
    assert one["line"]["category"]["label"] == "phishing"
    assert one["line"]["report"]["reporter"] is None
    assert "citizen" not in answer.content.decode()
    assert "192.0.2.7" not in answer.content.decode()
    [event] = api.events(EventKind.MAIL_SEEN)
    assert event.subject == mails[0]
    assert event.actor == str(token.owner.pk)
    assert event.detail == {"by": "api", "token": str(token.pk)}


def test_a_mail_is_not_shown_when_the_look_cannot_be_journalled(api, mails, monkeypatch):
    from comity.store.journal import JournalStore
    from comity.values.errors import TryLater

    def away(self, event):
        raise TryLater("the disk is full")

    monkeypatch.setattr(JournalStore, "append", away)
    answer = api.get(f"/mails/{mails[0]}", api.token(Act.SEE_MAIL).shown)
    assert answer.status_code == 503
    assert "analyses" not in answer.json()


def test_what_is_not_here_is_404_and_not_journalled(api, mails):
    secret = api.token().shown
    for address in (f"/mails/{'0' * 64}", f"/reports/{'0' * 64}", "/campaigns/c-0"):
        assert api.get(address, secret).status_code == 404, address
    assert not api.events(EventKind.MAIL_SEEN)
    assert not api.events(EventKind.CAMPAIGN_SEEN)


def test_a_report_shows_its_receipt_before_and_after_it_was_read(api):
    secret = api.token().shown
    [receipt] = api.hand_in(_mail(1), secret, "/reports?name=a.eml").json()["receipts"]
    before = api.get(f"/reports/{receipt['sha256']}", secret).json()
    assert before["receipt"] == receipt
    assert (before["analysed"], before["mails"]) == (False, [])
    api.analysed((receipt["sha256"], "fraud", "GB", 64501))
    api.hand_in(_mail(1), secret)
    after = api.get(f"/reports/{receipt['sha256']}", secret).json()
    assert after["receipt"] == receipt
    assert after["reportings"] == 2
    assert after["analysed"] is True
    assert [one["category"] for one in after["mails"]] == ["fraud"]


def test_w08_who_only_hands_in_learns_nothing_of_what_was_found(api, mails):
    answer = api.get(f"/reports/{mails[0]}", api.token(Act.TAKE_IN).shown).json()
    assert answer["mails"] is None
    assert "phishing" not in str(answer)


def test_campaigns_the_largest_first_in_pages(api, mails, campaign):
    found = [campaign(*mails[:3]), campaign(*mails[3:5]), campaign(*mails[5:])]
    api.node.index.replace_campaigns(found, (), api.node.now(), 7)
    token = api.token(Act.SEE_QUEUE)
    listed, pages = _walk(api, token.shown, "/campaigns?limit=1", "campaigns")
    assert pages == 3
    assert [one["size"] for one in listed] == [3, 2, 2]
    assert {one["id"] for one in listed} == {one.id for one in found}
    one = api.get(f"/campaigns/{found[0].id}", token.shown).json()
    assert one["links"][0]["why"] == ["The same text."]
    assert [event.subject for event in api.events(EventKind.CAMPAIGN_SEEN)] == [found[0].id]
    members = api.get(f"/mails?campaign={found[0].id}", token.shown).json()["mails"]
    assert {mail["sha256"] for mail in members} == set(mails[:3])
    assert {mail["campaign"] for mail in members} == {found[0].id}


def test_statistics_and_me(api, mails):
    token = api.token(Act.SEE_STATISTICS)
    counts = api.get("/statistics", token.shown).json()
    assert counts["labels"] == {"phishing": 4, "fraud": 3}
    me = api.get("/me", token.shown).json()
    assert (me["scopes"], me["country"], me["role"]) == (["see-statistics"], "GB", "analyst")
    assert token.shown not in str(me)


def test_a_fault_of_ours_says_nothing_of_our_inside(api, mails, monkeypatch, caplog):
    from comity.store.questions import Questions

    def broken(self):
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(Questions, "stats", broken)
    answer = api.get("/statistics", api.token().shown)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()
    assert "RuntimeError" in caplog.text
