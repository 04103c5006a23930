# SPDX-License-Identifier: Apache-2.0
"""Connected components and classes of near-identical MinHashes, against the plain way."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.campaign.join import alone, distinct_per_key, join, join_pairs
from comity.campaign.near import classes
from comity.campaign.weigh import common


def plainly(count, pairs):
    """The least row that each row can be reached from."""
    label = list(range(count))
    for _ in range(count):
        for a, b in pairs:
            label[a] = label[b] = min(label[a], label[b])
    return label


PAIRS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=25)


@given(PAIRS, PAIRS)
@settings(max_examples=150, deadline=None)
def test_pairs_join_what_can_be_reached(first, second):
    label = alone(15)
    for pairs in (first, second):
        left, right = (np.array([p[i] for p in pairs], np.int64) for i in (0, 1))
        label = join_pairs(label, left, right)
    assert label.tolist() == plainly(15, first + second)


def test_a_long_chain_is_joined_in_few_steps():
    rows = np.arange(200_000)
    start = time.process_time()
    assert not join_pairs(alone(200_001), rows, rows + 1).any()
    assert time.process_time() - start < 5


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 14)), max_size=30))
@settings(max_examples=80, deadline=None)
def test_equal_keys_join_their_rows(pairs):
    keys = np.array([key for key, _ in pairs], np.uint64)
    rows = np.array([row for _, row in pairs], np.int64)
    expected = plainly(15, [(a[1], b[1]) for a in pairs for b in pairs if a[0] == b[0]])
    assert join(alone(15), keys, rows).tolist() == expected


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=30))
@settings(max_examples=80, deadline=None)
def test_distinct_classes_are_counted_per_key(pairs):
    keys = np.array([key for key, _ in pairs], np.uint64)
    kinds = np.array([kind for _, kind in pairs], np.int64)
    names, counts, distinct = distinct_per_key(keys, kinds)
    for name, count, different in zip(names, counts, distinct, strict=True):
        of_key = [kind for key, kind in pairs if key == name]
        assert (count, different) == (len(of_key), len(set(of_key)))
    assert len(names) == len({key for key, _ in pairs})


@pytest.mark.parametrize(
    ("mails", "contents", "expected"),
    [
        (2, 2, False),
        (8, 7, False),
        (40, 40, True),
        (40, 3, False),  # a campaign
        (10_000, 100, False),  # a sender of many campaigns
        (10_000, 900, True),  # a provider
    ],
)
def test_a_key_is_common_that_goes_with_many_different_contents(mails, contents, expected):
    keys = np.full(mails, 77, np.uint64)
    found = common(keys, np.arange(mails) % contents + 1)
    assert found.all() == found.any() == expected


def test_mails_without_a_text_neither_make_a_key_common_nor_hide_that_it_is():
    keys = np.full(500, 77, np.uint64)
    assert not common(keys, np.zeros(500, np.int64)).any()
    assert common(keys, np.append(np.zeros(480, np.int64), np.arange(1, 21))).all()


def mutated(base, share, count, dice):
    """MinHashes that are alike to the base by 1 - share."""
    rows = np.repeat(base[None, :], count, axis=0)
    change = dice.random(rows.shape) < share
    rows[change] = dice.integers(0, 2**32, int(change.sum()), np.uint32)
    return rows


def test_near_identical_rows_are_one_class_and_far_ones_are_not():
    dice = np.random.default_rng(5)
    bases = dice.integers(0, 2**32, (6, 64), np.uint32)
    rows = np.concatenate([mutated(base, 0.1, 50, dice) for base in bases])
    loose, tight = classes(rows, 3, (0.5, 0.6))
    for at in range(6):
        assert set(tight[at * 50 : at * 50 + 50]) == {at * 50}
    assert (loose == tight).all()


def test_nearly_all_near_pairs_are_found_among_many_families():
    dice = np.random.default_rng(8)
    bases = dice.integers(0, 2**32, (40, 64), np.uint32)
    bases[:, :6] = bases[0, :6]  # two whole bands that all have in common
    rows = np.concatenate([mutated(base, 0.15, 25, dice) for base in bases])
    order = dice.permutation(len(rows))
    (found,) = classes(rows[order], 3, (0.6,))
    sizes = np.unique(found, return_counts=True)[1]
    assert (sizes <= 25).all()
    assert (sizes == 25).sum() >= 38


def test_classes_of_a_wider_bound_hold_those_of_a_narrower_one():
    dice = np.random.default_rng(6)
    base = dice.integers(0, 2**32, 64, np.uint32)
    rows = np.concatenate([mutated(base, share, 40, dice) for share in (0.1, 0.3, 0.5)])
    loose, tight = classes(rows, 3, (0.4, 0.7))
    for name in set(tight.tolist()):
        assert len(set(loose[tight == name].tolist())) == 1
    assert len(set(loose.tolist())) < len(set(tight.tolist()))
