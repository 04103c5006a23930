# SPDX-License-Identifier: Apache-2.0
"""What people said of campaigns wins over what was found, and means the same in any order of mails.

Mails are numbers here; "01|234" is two campaigns, of mails 0 and 1 and of 2, 3 and 4.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.campaign.campaign import Campaign, LinkProof
from comity.campaign.cluster import Clustering, Evidence
from comity.campaign.corrections import (
    DECISION,
    Change,
    Correction,
    Name,
    corrected,
    held,
    names,
    regrouped,
)
from comity.campaign.table import ROW, ordered

COUNT = 10


def digest(number):
    return f"{number:02d}" * 32


def clustering(text, mails=range(COUNT)):
    """The mails arrive in the order given; they are clustered as the text says."""
    table = np.zeros(len(mails), ROW)
    for row, number in zip(table, mails, strict=True):
        row["digest"] = bytes.fromhex(digest(number))
    table = ordered(table)
    place = {number: at for at, number in enumerate(sorted(mails))}
    label = np.arange(len(mails))
    for group in text.split("|"):
        rows = [place[int(one)] for one in group if int(one) in place]
        if rows:
            label[rows] = min(rows)
    none = np.empty(0, np.int64)
    return Clustering(Evidence(table, none, none.astype(np.uint64), none.astype(bool)), label)


def read(found):
    numbers = [int(bytes(row)[:1].hex()) for row in found.evidence.table["digest"]]
    return "|".join("".join(str(numbers[row]) for row in members) for members in found.campaigns())


def said(words):
    """ "+01" joins, "-01" splits."""
    change = {"+": Change.JOIN, "-": Change.SPLIT}
    return [
        Correction(change[word[0]], tuple(digest(int(one)) for one in word[1:]))
        for word in words.split()
    ]


TABLE = {  # name: (found, said, wanted)
    "nothing said": ("01|23", "", "01|23"),
    "join two": ("01|23", "+02", "0123"),
    "join three": ("01|23|45|67", "+024", "012345|67"),
    "join a mail that was alone": ("01", "+09", "019"),
    "join what is one already": ("012", "+02", "012"),
    "split one off": ("012", "-0", "12"),
    "split some off": ("01234", "-13", "024|13"),
    "split across campaigns": ("012|345", "-05", "05|12|34"),
    "split all of it": ("012", "-012", "012"),
    "a later join wins": ("0123", "-01 +02", "0123"),
    "a later split wins": ("01|23", "+02 -23", "01|23"),
    "a split that takes a mail of an earlier split": ("01234", "-12 -23", "04|23"),
    "a split keeps its own when the rest is joined": ("012|34", "-0 +13", "1234"),
    "a join of what was split brings it along": ("0123|45", "-01 +04", "0145|23"),
    "nobody is named": ("01", "+ -", "01"),
}


@pytest.mark.parametrize(("found", "words", "wanted"), TABLE.values(), ids=TABLE)
def test_table(found, words, wanted):
    assert read(corrected(clustering(found), said(words))) == wanted


def test_a_mail_that_is_not_there_counts_for_nothing():
    stranger = Correction(Change.JOIN, (digest(0), "f" * 64, "no digest"))
    assert read(corrected(clustering("01|23"), [stranger])) == "01|23"


# Any machine's partition, and anything said of it.
texts = st.lists(st.integers(0, 4), min_size=COUNT, max_size=COUNT).map(
    lambda groups: "|".join(
        "".join(str(n) for n in range(COUNT) if groups[n] == group) for group in sorted({*groups})
    )
)
mails = st.lists(st.integers(0, COUNT - 1), max_size=5, unique=True)
corrections = st.builds(
    lambda change, which: Correction(change, tuple(map(digest, which))),
    st.sampled_from(Change),
    mails,
)
lists = st.lists(corrections, max_size=6)


@given(texts, lists, st.permutations(range(COUNT)))
def test_the_order_of_arrival_does_not_matter(text, given_, order):
    expected = read(corrected(clustering(text), given_))
    assert read(corrected(clustering(text, order), given_)) == expected


@given(texts, lists, corrections)
def test_saying_it_twice_changes_nothing(text, before, last):
    once = corrected(clustering(text), [*before, last])
    assert read(corrected(clustering(text), [*before, last, last])) == read(once)


@given(texts, lists, corrections)
def test_the_last_word_holds(text, before, last):
    found = corrected(clustering(text), [*before, last])
    rows = [int(one[:2]) for one in last.mails]
    if not rows:
        return
    label = found.label[rows[0]]
    together = set(np.flatnonzero(found.label == label).tolist())
    assert together >= set(rows)
    if last.change is Change.SPLIT:
        assert together == set(rows)


@given(texts, lists, lists)
def test_step_by_step_is_the_same_as_all_at_once(text, first, then):
    by_steps = corrected(corrected(clustering(text), first), then)
    assert by_steps.label.tolist() == corrected(clustering(text), [*first, *then]).label.tolist()


def campaigns_of(found):
    """With a chain of links each, as if found by evidence."""
    mails = [bytes(row).hex() for row in found.evidence.table["digest"]]
    return [
        Campaign(
            f"c-{mails[rows[0]][:12]}",
            tuple(mails[row] for row in rows),
            tuple(
                LinkProof(mails[a], mails[b], {"text": 0.9}, 0.9, ("alike",))
                for a, b in itertools.pairwise(rows)
            ),
        )
        for rows in found.campaigns()
    ]


@given(texts, lists, corrections)
def test_the_short_way_gives_the_same_campaigns(text, before, last):
    """Only the campaigns that are named are touched; each that comes out is held together."""
    found = corrected(clustering(text), before)
    touched = [one for one in campaigns_of(found) if {*one.members} & {*last.mails}]
    rest = [one for one in campaigns_of(found) if one not in touched]
    inside = {mail for one in touched for mail in one.members}
    made = regrouped(touched, [mail for mail in last.mails if mail not in inside], last)
    wanted = campaigns_of(corrected(found, [last]))
    ids = {(one.id, one.members) for one in [*rest, *made]}
    assert ids == {(one.id, one.members) for one in wanted}
    for one in made:
        assert len(one.links) == len(one.members) - 1
        assert {link.a for link in one.links} | {link.b for link in one.links} == {*one.members}


@given(texts, lists)
def test_each_mail_is_in_one_campaign_named_by_its_least(text, given_):
    label = corrected(clustering(text), given_).label
    assert (label[label] == label).all()
    assert (label <= np.arange(COUNT)).all()


@given(texts, lists, corrections, lists)
def test_what_is_undone_leaves_no_trace(text, before, undone, after):
    """Undone corrections are not passed on; nothing of them is kept in what was found."""
    found = clustering(text)
    kept = found.label.copy()
    corrected(found, [*before, undone, *after])
    assert (found.label == kept).all()


def test_parts_without_evidence_are_held_by_a_persons_word():
    a, b, c, d = (digest(n) for n in range(4))
    proof = LinkProof(a, b, {"text": 0.9}, 0.9, ("their texts are nearly the same",))
    campaign = held(Campaign("c-0", (a, b, c, d), (proof,)))
    assert [(link.a, link.b) for link in campaign.links] == [(a, b), (a, c), (a, d)]
    assert [list(link.families) for link in campaign.links] == [["text"], [DECISION], [DECISION]]
    assert held(campaign) is campaign


NAMES = {  # name: (given, wanted); mails 0 1 2 are in x, 3 4 in y
    "one": ([("Parcels", "01")], {"x": "Parcels"}),
    "later wins": ([("Parcels", "0"), ("Tolls", "1")], {"x": "Tolls"}),
    "taken away": ([("Parcels", "0"), ("", "1")], {}),
    "where most of them are": ([("Parcels", "034")], {"y": "Parcels"}),
    "equal shares": ([("Parcels", "03")], {"x": "Parcels"}),
    "equal shares the other way round": ([("Parcels", "30")], {"x": "Parcels"}),
    "in none": ([("Parcels", "9")], {}),
}


@pytest.mark.parametrize(("given_", "wanted"), NAMES.values(), ids=NAMES)
def test_names(given_, wanted):
    campaign_of = {digest(n): place for n, place in enumerate("xxxyy")}
    said_ = [Name(name, tuple(digest(int(n)) for n in numbers)) for name, numbers in given_]
    assert names(said_, campaign_of) == wanted
