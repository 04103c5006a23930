# SPDX-License-Identifier: Apache-2.0
"""Why mails belong together is said for each of them, and who may stand behind campaigns."""

import pytest

from comity.campaign.actor import actors
from comity.campaign.campaign import Family
from comity.campaign.cluster import CONFIRMS, PAIRS, cluster_table
from comity.campaign.find import cluster
from comity.campaign.key import FAMILY, Kind
from comity.campaign.proof import WEIGHT, WORDS
from comity.campaign.table import table

SHOP = {
    "author": "shop@flowers.example",
    "envelope": "b@flowers.example",
    "message_id": "ABC-{n}@x.flowers.example",
    "mailer": "Loom 9",
    "subject": "Tulips",
}


@pytest.fixture(scope="module")
def found(mail, prints, letters):
    mails = [mail(number=n, link=f"https://p{n % 3}.evil.example/x") for n in range(9)]
    mails += [mail(number=20 + n, ip=f"192.0.2.{n}", **SHOP, text=letters[1]) for n in range(4)]
    return cluster(prints(mails))


def test_each_campaign_is_held_by_one_link_fewer_than_it_has_members(found):
    assert len(found) == 2
    for campaign in found:
        assert len(campaign.links) == len(campaign.members) - 1
        reached = {campaign.members[0]}
        for _ in campaign.members:
            for link in campaign.links:
                if reached & {link.a, link.b}:
                    reached |= {link.a, link.b}
        assert reached == set(campaign.members)


def test_every_link_names_two_families_or_a_file(found):
    for link in (link for campaign in found for link in campaign.links):
        assert len(link.families) >= 2 or set(link.families) == {Family.ATTACHMENT}
        assert 0.0 < link.strength <= 1.0
        assert all(0.0 < value <= 1.0 for value in link.families.values())
        assert link.a < link.b


def test_a_link_is_said_in_words_that_name_no_one(found):
    said = {why for campaign in found for link in campaign.links for why in link.why}
    assert "their texts are nearly the same (100% alike)" in said
    assert "they link to the same page" in said
    assert not [why for why in said if "evil" in why or "192.0.2" in why]


def test_what_is_said_once_is_not_said_again_in_other_words(found):
    for link in (link for campaign in found for link in campaign.links):
        assert len(set(link.why)) == len(link.why)
        if WORDS[Kind.URL_PAGE] in link.why:
            assert WORDS[Kind.URL_DOMAIN] not in link.why


def test_rules_pair_only_independent_families():
    for rules in (PAIRS, CONFIRMS):
        for kind, others in rules.items():
            assert all(FAMILY[other] is not FAMILY[kind] for other in others)
    assert set(WEIGHT) == set(Kind)
    assert set(WORDS) | {Kind.TEXT, Kind.HTML, Kind.LOOSE_TEXT} == set(Kind)


def test_a_common_subject_that_confirms_a_landing_site_is_said_to_be_common(mail, prints):
    import random

    dice = random.Random(4)
    crowd = []
    for n in range(40):
        text = " ".join("".join(dice.choices("abcdefghijklm", k=7)) for _ in range(30))
        crowd.append(
            mail(
                number=n,
                subject="Important notice",
                text=text,
                author=f"a@d{n}.example",
                envelope=f"a@d{n}.example",
                ip=f"198.51.100.{n}",
                message_id=f"{n}@d{n}.example",
                link="https://pay.evil.example/x" if n < 2 else "",
            )
        )
    (campaign,) = cluster(prints(crowd))
    assert len(campaign.members) == 2
    assert f"{WORDS[Kind.SUBJECT]}, which others use too" in campaign.links[0].why


def campaigns_of_one(mail, letters, **shared):
    one = [mail(number=n, **shared) for n in range(3)]
    two = [mail(number=20 + n, **{**SHOP, "text": letters[1], **shared}) for n in range(3)]
    return cluster_table(table([m.print() for m in one + two]))


def test_campaigns_that_share_site_and_host_may_be_one_actors(mail, letters):
    found = campaigns_of_one(mail, letters, ip="192.0.2.9", link="https://pay.evil.example/")
    (actor,) = actors(found)
    assert len(found.campaigns()) == len(actor.campaigns) == 2
    assert actor.links[0].why == (WORDS[Kind.URL_DOMAIN], WORDS[Kind.ADDRESS])
    assert actor.id == "a-" + actor.campaigns[0][2:]


def test_what_very_many_campaigns_share_names_no_actor(mail, letters, monkeypatch):
    monkeypatch.setattr("comity.campaign.actor.MAX_CAMPAIGNS", 1)
    found = campaigns_of_one(mail, letters, ip="192.0.2.9", link="https://pay.evil.example/")
    assert actors(found) == ()


def test_campaigns_that_share_a_host_only_are_not_put_together(mail, letters):
    assert actors(campaigns_of_one(mail, letters, ip="192.0.2.9")) == ()


def test_no_campaigns_no_actors():
    assert actors(cluster_table(table([]))) == ()
