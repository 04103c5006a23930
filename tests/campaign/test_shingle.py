# SPDX-License-Identifier: Apache-2.0
"""Texts that a reader takes for the same have the same words; MinHash tells how alike two are."""

import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.campaign.shingle import MAX_TEXT, minhash, sequence, shingles, whole, words

BASE = "Confirm your account before Friday or it will be closed"
SAME = {  # name: a text with the same words as BASE
    "case and marks": "CONFIRM -- your account, before FRIDAY; or it will be closed!!!",
    "numbers": "Confirm your account 4711 before Friday or it will be closed (9)",
    "made-up codes": "Confirm your account a8x2 before Friday or it will be closed QK77",
    "a mail address": "Confirm your account x@reader.example before Friday or it will be closed",
    "a link": "Confirm your account https://bad.example/a?b before Friday or it will be closed",
    "joiners": "Con\u200bfirm your acc\u200dount before Fri\u00adday or it will be closed",
    "Cyrillic lookalikes": "C\u043enfirm your \u0430ccount before Friday or it will b\u0435 closed",
    "wide letters": "\uff23onfirm your \uff41ccount before Friday or it will be closed",
    "mathematical letters": "\U0001d402onfirm your account before Friday or it will be closed",
    "emoji": "\U0001f600 Confirm your account before Friday \U0001f389 or it will be closed",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_a_reader_takes_for_the_same_text_has_the_same_words(text):
    assert whole(words("", text)[1].hashes) == whole(words("", BASE)[1].hashes)


def test_the_recipients_name_is_left_out():
    with_name = words("", f"Dear Margarethe, {BASE}", frozenset({"margarethe", "dear"}))[1]
    assert whole(with_name.hashes) == whole(words("", BASE)[1].hashes)


def test_subject_and_text_do_not_run_into_each_other():
    subject, text = words("red blue", "green grey")
    assert (len(subject.hashes), len(text.hashes)) == (2, 2)
    assert whole(subject.hashes) == whole(words("red blue", "")[0].hashes)
    assert [len(w.hashes) for w in words("red \x1f blue", "green \x1f grey")] == [2, 2]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("荷物をお届けしましたが不在でした", True),
        ("您的包裹正在等待确认请立即登录", True),
        ("พัสดุของคุณรอการยืนยันกรุณาเข้าสู่ระบบ", True),
        ("고객님의 택배가 도착하였습니다", False),
        ("Ваша посылка ожидает подтверждения", False),
        ("طردك في انتظار التأكيد", False),
    ],
)
def test_scripts_without_spaces_are_read_by_character(text, alone):
    found = words("", text)[1]
    assert found.no_spaces is alone
    assert len(found.hashes) > (8 if alone else 1)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_words(subject, text):
    left, right = words(subject, text, frozenset({"some", "name"}))
    for found in (left, right):
        distinct = shingles(found)
        assert list(distinct) == sorted(set(distinct.tolist()))
        if len(distinct):
            assert minhash(distinct).shape == (64,)
    assert whole(words(subject, text)[1].hashes) == whole(words("", text)[1].hashes)


@given(st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=200))
@settings(max_examples=50, deadline=None)
def test_minhash_depends_on_the_set_and_fills_every_bin(members):
    values = np.array(sorted(members), np.uint64)
    assert np.array_equal(minhash(values), minhash(np.unique(values)))
    assert minhash(values, 32).shape == (32,)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("size", [40, 400])
def test_likeness_is_close_to_the_true_one(share, size):
    dice = random.Random(7)
    errors = []
    for _ in range(60):
        both = int(size * share)
        common = [dice.getrandbits(64) for _ in range(both)]
        sets = [common + [dice.getrandbits(64) for _ in range((size - both) // 2)] for _ in "ab"]
        left, right = (minhash(np.array(sorted(s), np.uint64)) for s in sets)
        errors.append((left == right).mean() - both / (2 * len(sets[0]) - both))
    assert abs(float(np.mean(errors))) < 0.03
    assert float(np.std(errors)) < 0.12


def test_a_sequence_is_compared_by_its_runs():
    alike = sequence(("a", "b") * 20, 3)
    assert set(alike.tolist()) == set(sequence(("b", "a") * 9, 3).tolist())
    assert set(alike.tolist()).isdisjoint(sequence(("a", "c") * 20, 3).tolist())
    assert len(sequence(("a",), 5)) == 0


BAIT = {
    "one long word": "a" * 200_000,
    "at signs": "@" * 200_000,
    "half an address": "x@" * 100_000,
    "links": "http://" * 30_000,
    "accents": "a\u0301" * 100_000,
    "one ligature that unfolds": "\ufdfa" * 100_000,
    "joiners only": "\u200b" * 200_000,
    "separators": "\x1f" * 200_000,
    "surrogates": "\ud800" * 100_000,
}


@pytest.mark.parametrize("text", BAIT.values(), ids=BAIT)
def test_m15_bait_costs_no_more_than_its_cap(text):
    words(text, text)  # tables are made once
    start = time.process_time()
    words(text, text)
    assert time.process_time() - start < 1


def test_what_stands_behind_the_cap_does_not_count():
    text = "word " * (MAX_TEXT // 5 + 1)
    assert whole(words("", text)[1].hashes) == whole(words("", text + "more")[1].hashes)
