# SPDX-License-Identifier: Apache-2.0
"""The written matter: every letter of every language can be said, in many ways."""

import pytest

from simulator.dice import dice
from simulator.disguise import disguised
from simulator.fill import filled
from simulator.grammar import say
from simulator.letters import LABELS, LANGUAGES, brands, letters
from simulator.mailing import settled
from simulator.plans import fixed_words


def written(language):
    return [one for label in LABELS for one in letters(label, language)]


def said(letter, number):
    d = dice("letter", number)
    fixed = fixed_words(letter, "Brand", "Sender", d)
    draft = settled(letter, d, fixed, 0.5, 0.5)
    fill = filled(fixed, "Ann", "ann@a.example")
    nodes = [draft.subjects, draft.greeting, draft.closing, draft.footer, draft.unsubscribe]
    nodes += [node for node, _ in draft.paragraphs]
    nodes += [draft.anchors] if draft.anchors else []
    return [say(node, d, fill) for node in nodes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_can_be_said_in_several_ways(language):
    for letter in written(language):
        ways = {tuple(said(letter, number)) for number in range(4)}
        assert len(ways) > 1, letter
        for texts in ways:
            assert texts[0], letter
            assert not any(mark in text for text in texts for mark in "{}"), letter


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_that_imitates_has_brands_to_choose_from(language):
    for letter in written(language):
        assert letter.brand_kind is None or brands()[letter.brand_kind]


def test_phishing_imitates_real_and_invented_brands():
    names = {name for rows in brands().values() for name, _ in rows}
    assert {"DHL", "PayPal", "HSBC"} <= names
    assert {"Harrowgate Bank", "SwiftCrate Parcel"} <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_loud_speech_is_written_in_every_language(language):
    kinds = {one.subtype for one in letters("non-commercial", language)}
    assert {"personal", "political", "religious", "charity"} <= kinds


def test_a_disguise_keeps_the_look_and_changes_the_letters():
    plain = "Please confirm your account today, or it will be closed"
    assert any(disguised(plain, dice(n)) != plain for n in range(5))
    assert disguised(plain, dice(1)) == disguised(plain, dice(1))
