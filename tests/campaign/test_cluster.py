# SPDX-License-Identifier: Apache-2.0
"""Which mails belong together, and which only look so."""

import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.campaign.cluster import cluster_table
from comity.campaign.find import cluster
from comity.campaign.key import Kind, key
from comity.campaign.table import digests, pack, read, slot, table

PDF = b"%PDF-1.4\n" + b"one and the same file " * 60
HTML = (
    "<html><body><table>"
    + "<tr><td>{text}<br><a href='{link}'>here</a></td></tr>" * 1
    + ("<tr><td><img><b>x</b></td></tr>" * 6 + "</table></body></html>")
)
OTHER = {  # nothing in common with the first mail but what a test gives back
    "author": "shop@flowers.example",
    "envelope": "b@flowers.example",
    "ip": "198.51.100.77",
    "subject": "Tulips this week",
    "mailer": "Loom 9",
    "message_id": "ABC-{n}@x.flowers.example",
}


def together(prints, *mails):
    return any(len(found.members) == len(mails) for found in cluster(prints(mails)))


LETTER = (  # as in conftest
    "Your parcel is waiting at our depot because the address on the label could not be read. "
    "Please confirm your street and pay the small handling charge today so that we can bring it "
    "to your door before the weekend. Parcels that nobody claims go back to the shop."
)
SAME_PROGRAM = {"mailer": "Mill 3", "message_id": "{n:08d}.4711@flowers.example"}
HALF = (
    " ".join(LETTER.split()[:36]) + " Our office in Harbour Lane is open until six every evening."
)
PAIRS = {  # name: (what both have, what the second has of its own, belong together)
    "text and landing site": ({"link": "https://pay.evil.example/a"}, {}, True),
    "text and address": ({"ip": "192.0.2.9"}, {}, True),
    "text and envelope": ({"envelope": "x@bulk.example"}, {}, True),
    "text and program": ({}, SAME_PROGRAM, True),
    "the same letter in other words and landing site": (
        {"link": "https://pay.evil.example/"},
        {"text": HALF},
        True,
    ),
    "the same letter in other words and address": ({"ip": "192.0.2.9"}, {"text": HALF}, False),
    "text alone": ({}, {}, False),
    "address alone": ({"ip": "192.0.2.9"}, {"text": "other"}, False),
    "landing site alone": ({"link": "https://pay.evil.example/"}, {"text": "other"}, False),
    "subject alone": ({"subject": "Parcel {n} waiting"}, {"text": "other"}, False),
    "subject and address": (
        {"subject": "Parcel {n} waiting", "ip": "192.0.2.9"},
        {"text": "other"},
        False,
    ),
    "subject and landing site": (
        {"subject": "Parcel {n} waiting", "link": "https://pay.evil.example/"},
        {"text": "other"},
        True,
    ),
    "subject with a made-up word and landing site": (
        {"link": "https://pay.evil.example/"},
        {"subject": "Your parcel is waiting qwxz", "text": "other"},
        True,
    ),
    "page and answer address": (
        {"link": "https://pay.evil.example/a/b", "reply": "claims@box.example"},
        {"text": "other"},
        True,
    ),
    "page, address and envelope, as a bulk mailer gives them to all": (
        {"link": "https://click.evil.example/a/b", "envelope": "x@bulk.example", "ip": "192.0.2.9"},
        {"text": "other"},
        False,
    ),
    "page and form": (
        {"link": "https://pay.evil.example/a/b", "html": HTML},
        {"text": "other"},
        True,
    ),
    "the same file": ({"file": PDF}, {"text": "other"}, True),
    "answer address and program": (
        {"reply": "claims@box.example"},
        {**SAME_PROGRAM, "text": "other"},
        True,
    ),
    "program alone": ({}, {**SAME_PROGRAM, "text": "other"}, False),
}


@pytest.mark.parametrize(("both", "own", "expected"), PAIRS.values(), ids=PAIRS)
def test_two_independent_families_or_one_that_cannot_be_chance(
    mail, prints, letters, both, own, expected
):
    first = {"subject": "Your parcel is waiting blorp"} if "qwxz" in str(own) else {}
    own = {**OTHER, **own, **({"text": letters[1]} if own.get("text") == "other" else {})}
    one, other = mail(number=1, **{**first, **both}), mail(number=2, **{**own, **both})
    assert together(prints, one, other) is expected


def unlike(count, dice=None):
    """Texts that share nothing."""
    dice = dice or random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for _ in range(count):
        made = ("".join(dice.choices(letters, k=7)) for _ in range(40))
        yield " ".join(made)


def test_a_provider_that_many_unlike_mails_share_links_nobody(mail, prints):
    mails = [
        mail(
            number=n,
            subject="Hello there",
            text=text,
            link="https://short.example/go",
            author=f"user{n}@parcels.example",
        )
        for n, text in enumerate(unlike(40))
    ]
    assert cluster(prints(mails)) == ()


def test_many_texts_under_one_subject_of_one_author_are_one_campaign(mail, prints):
    mails = [mail(number=n, text=text) for n, text in enumerate(unlike(40))]
    assert [len(found.members) for found in cluster(prints(mails))] == [40]


def test_one_text_under_one_subject_of_many_authors_does_not_make_the_subject_common(mail):
    mails = [mail(number=n, author=f"a@d{n}.example", ip=f"192.0.2.{n}") for n in range(60)]
    found = cluster_table(table([one.print() for one in mails])).evidence
    subject = (found.keys & np.uint64(31)) == Kind.SUBJECT
    assert subject.sum() == 60
    assert not found.common[subject].any()


def test_a_campaign_inside_a_provider_is_still_found(mail, prints, letters):
    crowd = [mail(number=n, subject=f"{text[:20]}", text=text) for n, text in enumerate(unlike(40))]
    campaign = [mail(number=100 + n, link="https://pay.evil.example/x") for n in range(5)]
    found = cluster(prints(crowd + campaign))
    assert [len(one.members) for one in found] == [5]


def test_a_logo_that_all_carry_is_no_evidence(mail, prints):
    logo = b"\x89PNG\r\n\x1a\n" + b"logo" * 300
    mails = [
        mail(
            number=n,
            text=text,
            subject="Good news for you",
            file=logo,
            file_type="image/png",
            author=f"a@d{n}.example",
            envelope=f"a@d{n}.example",
            ip=f"192.0.2.{n}",
            message_id=f"{n}@d{n}.example",
        )
        for n, text in enumerate(unlike(40))
    ]
    assert cluster(prints(mails)) == ()


def test_r08_a_good_firms_text_and_link_in_spam_do_not_pull_the_firm_in(mail, prints, letters):
    firm = {
        **OTHER,
        "text": letters[1],
        "link": "https://flowers.example/catalogue",
    }
    good = [mail(number=n, **firm) for n in range(6)]
    bad = [mail(number=50 + n, link="https://flowers.example/") for n in range(6)]
    found = cluster(prints(good + bad))
    assert sorted(len(one.members) for one in found) == [6, 6]


def test_two_campaigns_do_not_chain_through_one_mixed_mail(mail, prints, letters):
    one = [mail(number=n, link="https://a.evil.example/") for n in range(4)]
    two = [
        mail(number=20 + n, **{**OTHER, "text": letters[1], "link": "https://b.evil.example/"})
        for n in range(4)
    ]
    mixed = mail(
        number=40,
        text=" ".join(unlike(1)),
        subject="Nothing of both",
        link="https://a.evil.example/ https://b.evil.example/",
        author="x@third.example",
        envelope="x@third.example",
        ip="203.0.113.3",
        message_id="{n}@third.example",
        mailer="Third",
    )
    assert sorted(len(f.members) for f in cluster(prints([*one, *two, mixed]))) == [4, 4]


@pytest.fixture(scope="module")
def mixture(mail, prints, letters):
    """Twenty mails: two campaigns, singles, a provider, and one mail given twice."""
    mails = [mail(number=n, link="https://a.evil.example/x") for n in range(5)]
    mails += [mail(number=n, **{**OTHER, "text": letters[1]}) for n in range(20, 25)]
    mails += [
        mail(number=n, text=text, subject="Hello there") for n, text in enumerate(unlike(9), 40)
    ]
    return prints([*mails, mails[0]])


@given(st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_of_arrival_does_not_matter(mixture, dice):
    shuffled = list(mixture)
    dice.shuffle(shuffled)
    assert cluster(shuffled) == cluster(mixture)


@given(st.lists(st.integers(0, 20), max_size=4))
@settings(max_examples=20, deadline=None)
def test_batches_give_the_same_as_all_at_once(mixture, cuts):
    stored = bytearray()
    start = 0
    for cut in [*sorted(cuts), len(mixture)]:
        for one in mixture[start:cut]:
            stored += pack(one)
        start = cut
    assert cluster(read(stored)) == cluster(mixture)


def test_the_same_mail_twice_is_one_mail(mail, prints):
    one = mail().print()
    assert cluster([one, one]) == ()
    found = cluster([*prints([mail(number=1), mail(number=2)]), mail(number=1).print()])
    assert [len(f.members) for f in found] == [2]


def test_nothing_has_no_campaigns():
    assert cluster([]) == ()
    assert cluster_table(table([])).campaigns() == []


def test_a_campaign_is_named_after_a_member_so_an_old_name_still_finds_it(mixture):
    for found in cluster(mixture):
        assert found.members == tuple(sorted(found.members))
        assert found.members[0].startswith(found.id.removeprefix("c-"))


def test_campaigns_are_given_in_order_of_their_names(mixture):
    names = [found.id for found in cluster(mixture)]
    assert names == sorted(names)


def copies(row, count):
    """A hot campaign: one mail's row under many digests."""
    rows = np.repeat(row, count)
    rows["digest"] = np.frombuffer(random.Random(1).randbytes(32 * count), "V32")
    return rows


@pytest.mark.parametrize("alike", [True, False])
def test_o02_cost_per_mail_stays_flat_when_all_are_alike_or_all_different(mail, alike):
    base = table([mail(link="https://a.evil.example/x").print()])

    def seconds(count):
        rows = copies(base, count)
        if not alike:
            dice = np.random.default_rng(1)
            rows["text"] = dice.integers(0, 2**32, rows["text"].shape, np.uint32)
            rows["keys"][:, slot(Kind.ADDRESS)] = (
                dice.integers(0, 2**59, count, np.uint64) << np.uint64(5)
            ) | np.uint64(Kind.ADDRESS)
        start = time.process_time()
        found = cluster_table(rows)
        if alike:
            assert [len(one) for one in found.campaigns()] == [count]
        return time.process_time() - start

    seconds(500)
    few, many = min(seconds(2_000) for _ in range(3)), seconds(20_000)
    assert many < 30 * few + 0.05  # ten times the mails; square growth would be a hundred


def test_a_common_key_is_common_whatever_else_is_known_of_it(mail):
    rows = table(
        [
            mail(number=n, text=text, author=f"u{n}@parcels.example").print()
            for n, text in enumerate(unlike(30))
        ]
    )
    found = cluster_table(rows)
    at = found.evidence.keys == np.uint64(key(Kind.ENVELOPE, "parcels.example"))
    assert at.sum() == 30
    assert found.evidence.common[at].all()
    assert len(digests(found.evidence.table)) == 30
