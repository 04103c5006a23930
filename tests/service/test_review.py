# SPDX-License-Identifier: Apache-2.0
"""What a person corrects wins, is in the journal, and is back when the index is made anew."""

import json
import shutil
import struct

import pytest

from comity.bootstrap.node import Node
from comity.campaign.campaign import Fingerprint
from comity.campaign.corrections import DECISION
from comity.campaign.fingerprint import VERSION
from comity.campaign.key import Kind, key
from comity.category.assessment import Label
from comity.evidence.event import MAX_BYTES, EventKind
from comity.service import review
from comity.service.ingest import ingest
from comity.service.ports import Analysed
from comity.service.reanalyse import find_campaigns, reanalyse
from comity.values.digest import digest_of
from comity.values.errors import BadData, WrongUse

ANN, BEN = "1", "2"  # accounts


def content(number):
    return f"Subject: {number}\r\n\r\n{number}".encode()


def digest(number):
    return digest_of(content(number))


def reader(version="1", label="fraud"):
    """Mails whose number is of the same ten belong together."""

    def read(reports):
        for path, raw in reports:
            ten = int(raw.split()[-1]) // 10 + 1
            line = {
                "path": path,
                "sha256": digest_of(raw),
                "form": "eml",
                "message": {"subject": f"Offer {ten}", "date": None},
                "trace": {"origin": None},
                "category": {"label": label},
                "versions": {"comity": version},
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

    return read


def take_in(node, numbers):
    list(ingest([(f"{n}.eml", content(n), "cli") for n in numbers], node))
    reanalyse(node, reader(), everything=False)


@pytest.fixture
def node(fast_path):
    node = Node.create(fast_path / "node", "GB", environ={})
    take_in(node, [1, 2, 3, 11, 12, 21])
    return node


NUMBERS = {digest(n): n for n in range(40)}


def groups(node):
    """Campaigns as sets of numbers."""
    found = [node.decisions.members(one["id"], 100) for one in node.questions.campaigns()]
    return sorted(sorted(NUMBERS[mail] for mail in mails) for mails in found)


def campaign(node, number):
    return node.decisions.campaigns_of([digest(number)])[digest(number)]


def label(node, number):
    return node.decisions.labels([digest(number)])[digest(number)]


def names(node):
    from comity.store.models import CampaignRow

    rows = CampaignRow.objects.using(node.alias).exclude(name="")
    return dict(rows.values_list("id", "name"))


def anew(node):
    """The node with its index deleted and made again."""
    from comity.store.database import disconnect

    disconnect(node.alias)
    shutil.rmtree(node.folder / "index")
    again = Node.open(node.folder, environ={})
    reanalyse(again, reader(), everything=False)
    return again


def state(node):
    labels = {n: label(node, n) for n in (1, 2, 3, 11, 12, 21)}
    lists = [(one["id"], one["size"], one["labels"]) for one in node.questions.campaigns()]
    return groups(node), labels, names(node), sorted(lists, key=str)


def test_a_verdict_wins_over_the_machine(node):
    review.correct(node, [digest(1)], Label.OTHER, ANN, "a known newsletter")
    assert (label(node, 1), label(node, 2)) == ("other", "fraud")
    (row,) = [one for one in node.questions.campaigns() if one["size"] == 3]
    assert row["labels"] == {"fraud": 2, "other": 1}  # its summary says so too


def test_a_verdict_holds_for_later_versions_of_the_analysis(node):
    review.correct(node, [digest(1)], Label.OTHER, ANN)
    reanalyse(node, reader("2", "phishing"))
    assert (label(node, 1), label(node, 2)) == ("other", "phishing")


def test_the_later_verdict_wins_and_undoing_it_brings_the_earlier_back(node):
    review.correct(node, [digest(1)], Label.OTHER, ANN)
    later = review.correct(node, [digest(1), digest(2)], Label.UNDETERMINED, BEN)
    assert (label(node, 1), label(node, 2)) == ("undetermined", "undetermined")
    review.undo(node, later, BEN)
    assert (label(node, 1), label(node, 2)) == ("other", "fraud")


def test_what_is_done_is_told_in_the_journal(node):
    review.correct(node, [digest(1)], Label.OTHER, ANN, "  a note ")
    leaf = review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    review.undo(node, leaf, ANN)
    verdict, joined, undone = (one[1] for one in node.journal.events())
    assert (verdict.kind, verdict.actor, verdict.subject) == (
        EventKind.MAIL_VERDICT,
        ANN,
        digest(1),
    )
    assert verdict.detail["before"] == {"fraud": 1}
    assert (verdict.detail["label"], verdict.detail["note"]) == ("other", "a note")
    assert joined.detail["reason"] == "same page"
    assert set(joined.detail["mails"]) == {digest(n) for n in (1, 2, 3, 11, 12)}
    assert undone.detail["leaf"] == leaf


def test_two_campaigns_are_joined_and_say_why(node):
    old = campaign(node, 1), campaign(node, 11)
    review.join(node, old, ANN, "same page")
    assert groups(node) == [[1, 2, 3, 11, 12]]
    found = node.questions.campaign(campaign(node, 1))
    assert sum(DECISION in link["families"] for link in found["links"]) == 1
    assert {node.questions.campaign(one)["id"] for one in old} == {found["id"]}  # leads on


def test_mails_are_split_off(node):
    review.split(node, campaign(node, 1), [digest(1), digest(2)], ANN, "another text")
    assert groups(node) == [[1, 2], [11, 12]]
    assert digest(3) not in node.decisions.campaigns_of([digest(3)])


def test_the_short_way_leaves_what_finding_anew_would(node, monkeypatch):
    review.name(node, campaign(node, 11), "Parcels", ANN)
    with monkeypatch.context() as short:
        short.setattr(review, "find_campaigns", lambda _: pytest.fail("the long way"))
        review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
        review.split(node, campaign(node, 1), [digest(2), digest(12)], ANN, "another text")
        review.join(node, [campaign(node, 1), campaign(node, 2)], ANN, "no, the same")
        review.split(node, campaign(node, 1), [digest(3)], ANN, "a test of ours")
    before = state(node), node.questions.campaigns()
    find_campaigns(node)
    assert (state(node), node.questions.campaigns()) == before


def test_what_was_not_taken_up_yet_is_not_passed_over(node, monkeypatch):
    """An earlier join that only the journal has: the next one must not hide it."""
    with monkeypatch.context() as broken:
        broken.setattr(review, "find_campaigns", lambda _: None)
        broken.setattr(type(node.decisions), "regroup", lambda *_: False)
        review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    review.split(node, campaign(node, 1), [digest(1)], ANN, "a test of ours")
    assert groups(node) == [[2, 3, 11, 12]]


def test_undo_restores_what_was_there(node):
    before = state(node)
    joined = review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    split = review.split(node, campaign(node, 1), [digest(1)], ANN, "no")
    review.undo(node, joined, ANN)
    assert groups(node) == [[2, 3], [11, 12]]
    review.undo(node, split, ANN)
    assert state(node) == before


def test_undoing_twice_says_it_once(node):
    leaf = review.correct(node, [digest(1)], Label.OTHER, ANN)
    assert review.undo(node, leaf, ANN) == review.undo(node, leaf, ANN)
    assert [one[1].kind for one in node.journal.events()].count(EventKind.UNDONE) == 1


def test_a_name_stays_with_its_mails(node):
    review.name(node, campaign(node, 1), " Parcel \u202e fee ", ANN)
    assert names(node) == {campaign(node, 1): "Parcel fee"}
    review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    assert names(node) == {campaign(node, 1): "Parcel fee"}
    leaf = review.name(node, campaign(node, 1), "", ANN)
    assert names(node) == {}
    review.undo(node, leaf, ANN)
    assert names(node) == {campaign(node, 1): "Parcel fee"}


def test_x06_corrections_come_back_when_the_index_is_made_anew(node):
    review.correct(node, [digest(1), digest(21)], Label.OTHER, ANN)
    review.name(node, campaign(node, 1), "Parcels", ANN)
    review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    review.split(node, campaign(node, 1), [digest(3), digest(12)], BEN, "another text")
    review.undo(node, review.correct(node, [digest(2)], Label.PHISHING, BEN), BEN)
    before = state(node)
    assert before[0] == [[1, 2, 11], [3, 12]]
    assert state(anew(node)) == before


def test_corrections_hold_for_mails_that_come_later(node):
    review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    review.split(node, campaign(node, 1), [digest(1)], ANN, "a test mail of ours")
    take_in(node, [4, 13, 22])
    assert groups(node) == [[2, 3, 4, 11, 12, 13], [21, 22]]


def test_what_was_said_while_the_index_was_away_is_taken_up_later(node, monkeypatch):
    from comity.values.errors import ServiceAway

    def away(*_):
        raise ServiceAway("away")

    with monkeypatch.context() as broken:
        broken.setattr(type(node.decisions), "add", away)
        with pytest.raises(ServiceAway):
            review.join(node, [campaign(node, 1), campaign(node, 11)], ANN, "same page")
    assert groups(node) == [[1, 2, 3], [11, 12]]
    reanalyse(node, reader(), everything=False)
    assert groups(node) == [[1, 2, 3, 11, 12]]


def test_looking_at_mails_does_not_make_campaigns_be_found_again(node, monkeypatch):
    from comity.evidence.event import Event

    node.journal.append(Event(EventKind.MAIL_SEEN, ANN, node.now(), digest(1)))
    monkeypatch.setattr(type(node.index), "replace_campaigns", lambda *_: pytest.fail("again"))
    reanalyse(node, reader(), everything=False)
    assert node.decisions.reached() == 1


def test_a_join_that_comes_while_campaigns_are_found_is_not_lost(node, monkeypatch):
    """Two at once: the slower one must not put back what it saw before the join."""
    kept = type(node.index).replace_campaigns
    waiting = [campaign(node, 1), campaign(node, 11)]

    def slow(index, *given):
        while waiting:
            ids, waiting[:] = list(waiting), []
            review.join(node, ids, ANN, "same page")
        kept(index, *given)

    monkeypatch.setattr(type(node.index), "replace_campaigns", slow)
    find_campaigns(node)
    assert groups(node) == [[1, 2, 3, 11, 12]]


WRONG = {  # name: (what is done, error, what it says)
    "no mail": (lambda n: review.correct(n, [], Label.OTHER, ANN), WrongUse, "no mail was chosen"),
    "an unknown mail": (
        lambda n: review.correct(n, ["f" * 64], Label.OTHER, ANN),
        BadData,
        "no mail ffffffffffff",
    ),
    "too many mails": (
        lambda n: review.correct(n, [str(i) for i in range(701)], Label.OTHER, ANN),
        WrongUse,
        "701 mails",
    ),
    "a long note": (
        lambda n: review.correct(n, [digest(1)], Label.OTHER, ANN, "x" * 2001),
        WrongUse,
        "2001 characters",
    ),
    "a long name": (
        lambda n: review.name(n, campaign(n, 1), "x" * 101, ANN),
        WrongUse,
        "101 characters",
    ),
    "no such campaign": (lambda n: review.name(n, "c-0", "x", ANN), BadData, "no campaign c-0"),
    "a join with itself": (
        lambda n: review.join(n, [campaign(n, 1), campaign(n, 2)], ANN, "x"),
        WrongUse,
        "two different",
    ),
    "a join without a reason": (
        lambda n: review.join(n, [campaign(n, 1), campaign(n, 11)], ANN, " "),
        WrongUse,
        "no reason",
    ),
    "a split of all": (
        lambda n: review.split(n, campaign(n, 11), [digest(11), digest(12)], ANN, "x"),
        WrongUse,
        "all mails",
    ),
    "a split of another campaign's mail": (
        lambda n: review.split(n, campaign(n, 1), [digest(11)], ANN, "x"),
        WrongUse,
        "not all of the chosen",
    ),
    "undoing nothing": (lambda n: review.undo(n, 99, ANN), BadData, "nothing that can be undone"),
    "undoing another's": (
        lambda n: review.undo(n, review.correct(n, [digest(1)], Label.OTHER, BEN), ANN),
        WrongUse,
        "only the person",
    ),
}


@pytest.mark.parametrize(("act", "error", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_says_so_and_what_to_do(node, act, error, words):
    before = groups(node)
    with pytest.raises(error, match=words) as raised:
        act(node)
    assert raised.value.advice
    assert groups(node) == before


def test_the_largest_event_fits(node, monkeypatch):
    mails = sorted(digest(n) for n in range(100_000, 100_000 + review.MOST_MAILS))
    monkeypatch.setattr(
        type(node.decisions), "labels", lambda self, wanted: dict.fromkeys(wanted, "fraud")
    )
    review.correct(node, mails, Label.OTHER, ANN, "\x01" * review.MAX_NOTE)
    (one,) = node.journal.events()
    assert len(one[1].print()) < MAX_BYTES
