# SPDX-License-Identifier: Apache-2.0
"""The world keeps its promises: the same bytes for a seed, and truth that its bytes bear out."""

import hashlib
import re
import tracemalloc
from email import message_from_bytes
from ipaddress import ip_address

import pytest

from comity.values.address import DEMO_RANGES
from comity.values.country import ASSIGNED
from simulator.letters import LABELS, LANGUAGES, letters
from simulator.recipients import places
from simulator.world import Mix, World

SIZE = 400


@pytest.fixture(scope="module")
def mails():
    return list(World(7, SIZE).mails())


def digest(mails):
    whole = hashlib.sha256()
    for mail in mails:
        whole.update(mail.raw)
        whole.update(repr(mail.truth).encode())
    return whole.hexdigest()


def test_the_same_seed_and_size_give_the_same_bytes(mails):
    assert digest(World(7, SIZE).mails()) == digest(mails)


def test_another_seed_gives_other_bytes(mails):
    assert digest(World(8, SIZE).mails()) != digest(mails)


def test_mails_can_be_made_in_any_order_and_in_slices(mails):
    world = World(7, SIZE)
    assert [world.mail(i).raw for i in (399, 0, 17)] == [mails[i].raw for i in (399, 0, 17)]
    assert digest(World(7, SIZE).mails(100, 110)) == digest(mails[100:110])


def test_the_bytes_do_not_hang_on_what_was_made_before_and_is_kept(mails):
    world = World(7, SIZE)
    world._kept.cache_clear()
    assert world.mail(250).raw == mails[250].raw


def received(mail):
    return message_from_bytes(mail.raw).get_all("Received")


def test_the_last_vouched_line_names_the_origin(mails):
    for mail in mails:
        line = received(mail)[mail.truth.vouched - 1]
        assert str(mail.truth.origin_ip) in line, line


def test_forged_lines_stand_below_the_vouched_ones(mails):
    liars = [mail for mail in mails if mail.truth.forged]
    assert liars
    for mail in liars:
        assert len(received(mail)) >= mail.truth.vouched + mail.truth.forged


def test_some_forged_lines_name_the_recipients_own_host(mails):
    def names_own(mail):
        below = received(mail)[mail.truth.vouched :]
        domain = mail.truth.recipient.partition("@")[2]
        return any(re.search(rf"by mx\d\.{re.escape(domain)}", line) for line in below)

    assert any(mail.truth.forged and names_own(mail) for mail in mails)


_FOUR = re.compile(rb"(?<![\d.-])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_SIX = re.compile(rb"[\[( ](?:IPv6:)?((?:2001|3fff):[0-9a-f:]+)")
_INSIDE = re.compile(r"10\.|192\.168\.|127\.")


def test_all_addresses_are_documentation_addresses_or_private(mails):
    seen = 0
    for mail in mails:
        head = re.split(rb"\r?\n\r?\n", mail.raw, maxsplit=1)[0]
        hops = b"\n".join(line for line in re.split(rb"\n(?=\S)", head) if b"Received" in line[:20])
        hops = re.sub(rb" id [^\s;]+|\(Exim [\d.]+\)|[\d./]+/[\d.]+", b"", hops)
        for text in _FOUR.findall(hops) + _SIX.findall(hops):
            name = text.decode()
            ip = ip_address(name)
            assert _INSIDE.match(name) or any(
                ip.version == net.version and ip in net for net in DEMO_RANGES
            ), name
            seen += 1
    assert seen > SIZE


def test_every_link_and_sender_is_under_a_reserved_name(mails):
    for mail in mails:
        assert mail.outer.address.endswith(".example")
        assert re.fullmatch(r"https://[a-z0-9.-]+\.example/\S*", mail.written.url)


def test_every_label_language_and_way_is_met():
    truths = [mail.truth for mail in World(3, 1200).mails()]
    assert {truth.label for truth in truths} == set(LABELS)
    assert {truth.language for truth in truths} == set(LANGUAGES)
    assert {truth.way for truth in truths} == {
        "bot", "snowshoe", "web-server", "bulk", "mailbox", "stolen-relay", "office",
    }  # fmt: skip
    mutations = {name for truth in truths for name in truth.mutation}
    assert mutations >= {
        "words", "sentences", "subject", "padding", "hash-buster", "links", "from", "hosts",
        "image-only", "qr", "languages", "joe-job", "header",
    }  # fmt: skip
    assert {truth.country for truth in truths} <= ASSIGNED


def test_each_recipient_place_prints_its_own_received_style():
    marks = {
        "thornbury-council.example": "(Postfix)",
        "millbrook-college.example": "(Exim ",
        "ashdown-foods.example": "Microsoft SMTP",
        "dongbaek-elec.example": "(HELO ",
        "seorak-gov.example": "8.17.1",
        "brightmail.example": "with ESMTPS id ",
        "purplemail.example": "(EHLO ",
    }
    seen = {}
    for mail in World(3, 900).mails():
        place = mail.truth.recipient.partition("@")[2]
        lines = received(mail)[: mail.truth.vouched]
        seen.setdefault(place, []).append(" ".join(" ".join(lines).split()))
    assert set(seen) == {place.domain for place in places()}
    for place, mark in marks.items():
        assert any(mark in text for text in seen[place]), place


def test_non_commercial_mail_is_wanted_and_never_counted_as_spam(mails):
    assert all(mail.truth.wanted for mail in mails if mail.truth.label == "non-commercial")


def test_campaigns_grow_in_number_and_the_largest_takes_a_large_share():
    def sizes(size):
        count = {}
        for index in range(size):
            world = worlds[size]
            name = world.mail(index).truth.campaign
            if name and name.startswith("c-"):
                count[name] = count.get(name, 0) + 1
        return sorted(count.values(), reverse=True)

    worlds = {size: World(5, size, size_bytes=1000) for size in (100, 1000)}
    small, large = sizes(100), sizes(1000)
    assert len(large) > 2 * len(small)
    assert large[0] > 10 * (sum(large) / len(large))


def test_mails_of_a_campaign_differ_but_share_actor_and_label():
    by_name = {}
    for mail in World(5, 600).mails():
        if mail.truth.campaign:
            by_name.setdefault(mail.truth.campaign, []).append(mail)
    large = [group for group in by_name.values() if len(group) >= 5]
    assert large
    for group in large:
        assert len({mail.truth.actor for mail in group}) == 1
        assert len({mail.truth.label for mail in group}) == 1
        assert len({mail.raw for mail in group}) == len(group)


def test_a_median_size_is_kept_to():
    sizes = sorted(len(mail.raw) for mail in World(2, 300, size_bytes=12_000).mails())
    assert 6_000 < sizes[150] < 20_000
    sizes = sorted(len(mail.raw) for mail in World(2, 300).mails())
    assert 3_000 < sizes[150] < 9_000
    assert sizes[-1] < 90_000


def test_memory_stays_flat_in_a_world_of_ten_million():
    world = World(1, 10_000_000, size_bytes=1000)
    for index in range(1200):
        world.mail(index * 5_000)
    tracemalloc.start()
    first = tracemalloc.get_traced_memory()[0]
    for index in range(1100, 1400):
        world.mail(index * 5_000)
    grown = tracemalloc.get_traced_memory()[0] - first
    tracemalloc.stop()
    assert grown < 30_000_000  # the cache of mailings is full and only exchanges them
    assert world._kept.cache_info().currsize <= world._kept.cache_info().maxsize


def test_a_world_of_no_mail_is_refused():
    with pytest.raises(ValueError, match="at least one mail"):
        World(1, 0)


def test_a_mix_can_leave_only_single_mails():
    mails = list(World(1, 200, mix=Mix(unwanted=1.0, singles=1.0)).mails())
    assert {mail.truth.campaign for mail in mails} == {None}
    assert not any(mail.truth.wanted for mail in mails)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_letters_of_each_label(language):
    for label in LABELS:
        assert letters(label, language), (label, language)
