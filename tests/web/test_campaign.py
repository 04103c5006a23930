# SPDX-License-Identifier: Apache-2.0
"""Campaigns in the browser: the list, one campaign and why, and corrections that can be undone."""

import json
import re
import struct
from html import unescape

import pytest
from django.test import Client

from comity.campaign.campaign import Fingerprint
from comity.campaign.fingerprint import VERSION
from comity.campaign.key import Kind, key
from comity.evidence.event import EventKind
from comity.safeguard.role import Role
from comity.service.ingest import ingest
from comity.service.ports import Analysed
from comity.service.reanalyse import reanalyse
from comity.values.digest import digest_of

BAD = "<script>x</script>"
COUNTRIES = ("KR", "GB", None)


def content(number):
    return f"Subject: {number}\r\n\r\n{number}".encode()


def digest(number):
    return digest_of(content(number))


def reader(reports):
    """Mails whose number is of the same ten belong together."""
    for path, raw in reports:
        number = int(raw.split()[-1])
        ten, country = number // 10 + 1, COUNTRIES[number % 3]
        origin = {"ip": "192.0.2.7", "asn": 64500, "network": f"Net {BAD}", "country": country}
        line = {
            "path": path,
            "sha256": digest_of(raw),
            "form": "eml",
            "message": {
                "subject": f"Parcel {number} waits {BAD}",
                "from": f"Depot {BAD} <a@parcels.example>",
                "date": f"2026-01-{number % 10 + 1:02d}T03:04:05+00:00",
            },
            "trace": {"origin": origin if country else None},
            "category": {"label": "fraud", "confidence": 0.9},
            "versions": {"comity": "1"},
        }
        found = Fingerprint(
            version=VERSION,
            digest=digest_of(raw),
            text=struct.pack("<64I", *range(ten, ten + 64)),
            html=b"",
            text_exact=ten,
            subject=0,
            urls=(key(Kind.URL_PAGE, f"page {ten}"),),
            attachments=(key(Kind.ATTACHMENT, f"file {ten}"),),
            template=(),
            infrastructure=(),
        )
        yield [Analysed(json.dumps(line).encode(), found)]


@pytest.fixture
def node(console):
    """Campaigns of three, two and two mails; one mail alone."""
    numbers = [1, 2, 3, 11, 12, 21, 22, 31]
    list(ingest([(f"{n}.eml", content(n), "cli") for n in numbers], console.node))
    reanalyse(console.node, reader)
    return console.node


@pytest.fixture
def ann(console, node):
    return console.as_(Role.ANALYST)


def campaign(node, number):
    return node.decisions.campaigns_of([digest(number)]).get(digest(number))


def address(node, number, act=""):
    return f"/campaigns/{campaign(node, number)}/{act}"


def label(node, number):
    return node.decisions.labels([digest(number)])[digest(number)]


def text(answer):
    """What a reader reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def undo_leaf(page):
    found = re.search(r'form="undo" name="leaf" value="(\d+)"', page.content.decode())
    assert found, "no button that undoes"
    return found[1]


def test_the_list_shows_the_largest_first(node, ann):
    page = ann.get("/campaigns/").content.decode()
    assert page.index(campaign(node, 1)) < page.index(campaign(node, 11))
    assert "3 campaigns" in page
    assert f'href="{address(node, 1)}"' in page
    assert "category%3Afraud" in page  # numbers lead to the list behind them


def test_the_list_is_paged(node, ann, monkeypatch):
    monkeypatch.setattr("comity.web.campaign.LISTED", 2)
    assert "1 to 2 of 3" in text(ann.get("/campaigns/"))
    assert "3 to 3 of 3" in text(ann.get("/campaigns/?page=2"))
    for odd in ("0", "99", "-1", "x", "9" * 40, "²"):
        assert ann.get("/campaigns/", {"page": odd}).status_code == 200


def test_a_node_without_campaigns_says_what_one_is(console):
    assert "A campaign needs two mails" in text(console.as_(Role.ANALYST).get("/campaigns/"))


def test_a_campaign_shows_what_where_and_why(node, ann):
    page = ann.get(address(node, 1))
    words = text(page)
    for shown in (
        "South Korea",
        "United Kingdom",
        "undetermined",
        "AS64500",
        "They carry the same",
    ):
        assert shown in words
    html = page.content.decode()
    assert "<del>" in html
    assert "<ins>" in html
    for n in (1, 2, 3):
        assert f"/mail/{digest(n)}/" in html
    assert "<svg" in html
    assert "style=" not in html


def test_its_members_are_paged(node, ann, monkeypatch):
    monkeypatch.setattr("comity.web.campaign.MEMBERS", 2)
    html = ann.get(address(node, 1), {"page": 2}).content.decode()
    assert "Mails 3 to 3 of 3" in html
    assert html.count('name="mail"') == 1


def test_looking_at_a_campaign_is_in_the_journal(console, node, ann):
    ann.get(address(node, 1))
    (event,) = console.events(EventKind.CAMPAIGN_SEEN)
    assert (event.actor, event.subject) == (str(ann.account.pk), campaign(node, 1))


def test_w01_nothing_that_comes_from_a_mail_or_a_person_is_markup(node, ann):
    ann.post(address(node, 1, "name/"), {"name": BAD})
    joined = {"other": campaign(node, 11), "reason": BAD}
    ann.post(address(node, 1, "join/"), joined)
    wrong = ann.post(address(node, 1, "join/"), {"other": BAD, "reason": BAD})
    for page in (ann.get("/campaigns/"), ann.get(address(node, 1)), wrong):
        html = page.content.decode()
        assert "<script>x" not in html
        assert "script" in html


def test_w02_nothing_is_changed_from_another_page(console, node):
    browser = console.as_(Role.ANALYST)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    for where in (
        "/mail/verdict/",
        "/undo/",
        *(address(node, 1, act) for act in ("name/", "join/", "split/")),
    ):
        assert strict.post(where, {"mail": digest(1), "label": "other"}).status_code == 403, where
    assert label(node, 1) == "fraud"


def test_w03_who_may_not_correct_sees_no_such_page_and_no_form(console, node, role):
    from comity.safeguard.role import Act, may

    if may(role, Act.GROUP):
        return
    browser = console.as_(role)
    for where in (
        "/mail/verdict/",
        "/undo/",
        *(address(node, 1, act) for act in ("name/", "join/", "split/")),
    ):
        answer = browser.post(where, {"mail": digest(1), "label": "other", "leaf": "0"})
        assert answer.status_code == (302 if role is None else 404), where
    assert label(node, 1) == "fraud"
    if may(role, Act.SEE_QUEUE):
        html = browser.get(address(node, 1)).content.decode()
        assert "name-form" not in html
        assert 'type="checkbox"' not in html
        assert f"/mail/{digest(1)}/" not in html


def test_a_campaign_gets_a_name(node, ann):
    page = ann.post(address(node, 1, "name/"), {"name": "Parcel fee"}, follow=True)
    assert "<h1><bdi>Parcel fee</bdi></h1>" in page.content.decode()
    assert "Parcel fee" in text(ann.get("/campaigns/"))
    ann.post("/undo/", {"leaf": undo_leaf(page)})
    assert "Parcel fee" not in text(ann.get("/campaigns/"))


def test_two_campaigns_are_joined_and_the_old_address_leads_on(node, ann):
    old = campaign(node, 1), campaign(node, 11)
    page = ann.post(
        address(node, 1, "join/"), {"other": old[1], "reason": "same page"}, follow=True
    )
    assert "The two campaigns are one now." in text(page)
    assert "same page" in text(page)  # in what people said of it
    for one in old:
        last = ann.get(f"/campaigns/{one}/", follow=True)
        assert last.status_code == 200
        assert campaign(node, 12) in text(last)
    assert "a person put them into one campaign" in text(last).lower()


def test_a_campaign_can_be_named_by_the_digest_of_a_mail(node, ann):
    assert ann.get(f"/campaigns/{digest(2)}/").url == address(node, 2)
    ann.post(address(node, 1, "join/"), {"other": f" {digest(11)} ", "reason": "same page"})
    assert campaign(node, 1) == campaign(node, 11)


def test_mails_are_split_off_and_the_split_is_undone(node, ann):
    page = ann.post(
        address(node, 1, "split/"), {"mail": [digest(1), digest(2)], "reason": "other"}, follow=True
    )
    assert "2 mails were split off" in text(page)
    assert campaign(node, 3) is None
    leaf = undo_leaf(page)
    page = ann.post("/undo/", {"leaf": leaf, "next": "/campaigns/"}, follow=True)
    assert "Undone" in text(page)
    assert campaign(node, 3) == campaign(node, 1)


def test_a_split_is_told_on_both_sides(node, ann):
    ann.post(address(node, 1, "split/"), {"mail": digest(1), "reason": "a test of ours"})
    assert campaign(node, 1) is None
    page = text(ann.get(address(node, 2)))
    assert "a test of ours" in page
    assert "Undo: split" in page


def test_a_split_that_leaves_no_campaign_leads_to_the_list(node, ann):
    answer = ann.post(address(node, 11, "split/"), {"mail": digest(11), "reason": "other"})
    assert answer.url == "/campaigns/"
    assert "There is no campaign of this name" in text(ann.get(f"/campaigns/{digest(11)}/"))


WRONG = {  # name: (act, what is sent, what the page says)
    "join with nothing": ("join/", {"reason": "typed words"}, "No other campaign was named."),
    "join with none": ("join/", {"other": "c-ffff", "reason": "typed words"}, "no campaign of"),
    "join with itself": ("join/", {"other": digest(2), "reason": "typed words"}, "two different"),
    "join without a reason": ("join/", {"other": digest(11)}, "there is no reason"),
    "split of nothing": ("split/", {"reason": "typed words"}, "no mail was chosen"),
    "split of all": (
        "split/",
        {"mail": [digest(1), digest(2), digest(3)], "reason": "typed words"},
        "all mails of the campaign",
    ),
    "split of another's": (
        "split/",
        {"mail": [digest(11)], "reason": "typed words"},
        "not all of the chosen",
    ),
    "split without a reason": ("split/", {"mail": [digest(1)]}, "there is no reason"),
    "a long name": ("name/", {"name": "typed words " * 20}, "more than 100"),
}


@pytest.mark.parametrize(("act", "sent", "says"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_said_and_what_was_typed_stays(node, ann, act, sent, says):
    answer = ann.post(address(node, 1, act), sent)
    assert answer.status_code == 400
    assert says.lower() in text(answer).lower()
    html = answer.content.decode()
    if "typed words" in str(sent):
        assert "typed words" in html
    if digest(1) in sent.get("mail", ()):
        assert re.search(rf'value="{digest(1)}" checked', html)
    assert campaign(node, 1) != campaign(node, 11)
    assert campaign(node, 1) == campaign(node, 3)


def test_verdicts_of_several_mails_at_once_can_be_undone_at_once(console, node, ann):
    page = ann.post(
        "/mail/verdict/",
        {"mail": [digest(1), digest(2)], "label": "other", "note": "known", "next": "/campaigns/"},
        follow=True,
    )
    assert page.redirect_chain[-1][0] == "/campaigns/"
    assert "2 mails now count as other." in text(page)
    assert [label(node, n) for n in (1, 2, 3)] == ["other", "other", "fraud"]
    (event,) = console.events(EventKind.MAIL_VERDICT)
    assert (event.actor, event.detail["note"]) == (str(ann.account.pk), "known")
    assert "other 2" in text(page)  # the list counts what people say
    ann.post("/undo/", {"leaf": undo_leaf(page)})
    assert [label(node, n) for n in (1, 2, 3)] == ["fraud"] * 3


def test_undetermined_is_a_verdict(node, ann):
    ann.post("/mail/verdict/", {"mail": digest(1), "label": "undetermined"})
    assert label(node, 1) == "undetermined"


def test_nobody_undoes_what_another_said(console, node, ann):
    page = ann.post("/mail/verdict/", {"mail": digest(1), "label": "other"}, follow=True)
    answer = console.as_(Role.SUPERVISOR).post("/undo/", {"leaf": undo_leaf(page)})
    assert answer.status_code == 400
    assert "only the person who made a correction" in text(answer)
    assert label(node, 1) == "other"


ODD = {
    "no label": ("/mail/verdict/", {"mail": digest(1)}, 400),
    "a label that is none": ("/mail/verdict/", {"mail": digest(1), "label": "spam"}, 400),
    "no mail": ("/mail/verdict/", {"label": "other"}, 400),
    "an unknown mail": ("/mail/verdict/", {"mail": "f" * 64, "label": "other"}, 404),
    "a digest that is none": ("/mail/verdict/", {"mail": "\x00'", "label": "other"}, 404),
    "nothing to undo": ("/undo/", {}, 400),
    "an event that is none": ("/undo/", {"leaf": "77"}, 404),
    "a number that is none": ("/undo/", {"leaf": "1e3"}, 400),
    "a huge number": ("/undo/", {"leaf": "9" * 30}, 400),
}


@pytest.mark.parametrize(("where", "sent", "status"), ODD.values(), ids=ODD)
def test_what_makes_no_sense_is_refused(console, node, ann, where, sent, status):
    assert ann.post(where, sent).status_code == status
    assert console.events(EventKind.MAIL_VERDICT) == []


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_the_way_back_is_never_another_place(node, ann, elsewhere):
    sent = {"mail": digest(1), "label": "other", "next": elsewhere}
    assert ann.post("/mail/verdict/", sent).url == "/"


def test_an_analyst_undoes_from_the_history_of_a_campaign(node, ann, console):
    ann.post(address(node, 1, "join/"), {"other": digest(11), "reason": "same page"})
    assert "Undo: joined" in text(ann.get(address(node, 1)))
    other = console.as_(Role.ANALYST).get(address(node, 1))
    assert "Undo: joined" not in text(other)
    assert "holds" in text(other)
