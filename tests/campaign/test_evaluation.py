# SPDX-License-Identifier: Apache-2.0
"""The score of campaigns is itself tested, and a simulated world reaches its goal."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[1] / "evaluation" / "campaigns.py"


@pytest.fixture(scope="module")
def evaluation():
    spec = importlib.util.spec_from_file_location("campaign_evaluation", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GOLD = {"1": "a", "2": "a", "3": "a", "4": "b", "5": "b", "6": "s6"}
TABLE = {  # name: (clusters, related, precision, recall)
    "right": ({"1": 1, "2": 1, "3": 1, "4": 2, "5": 2, "6": 3}, {}, 1.0, 1.0),
    "all apart": ({}, {}, 1.0, (3 * 1 / 3 + 2 * 1 / 2 + 1) / 6),
    "all in one": (dict.fromkeys(GOLD, 1), {}, (3 * 3 + 2 * 2 + 1) / 36, 1.0),
    "b joined to a": (
        {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 3},
        {},
        (3 * 0.6 + 2 * 0.4 + 1) / 6,
        1.0,
    ),
    "b joined to a, which is related": (
        {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 3},
        {"a": {"b"}, "b": {"a"}},
        1.0,
        1.0,
    ),
}


@pytest.mark.parametrize(("found", "related", "precision", "recall"), TABLE.values(), ids=TABLE)
def test_b_cubed_by_hand(evaluation, found, related, precision, recall):
    score = evaluation.b_cubed(GOLD, related, found)
    assert (score.precision, score.recall) == pytest.approx((precision, recall))


def test_campaigns_of_a_small_simulated_world_are_found_in_spite_of_mutation(evaluation):
    ((_, score, _),) = evaluation.simulated_cases([(11, 500)])
    assert score.f1 >= 0.95, str(score)  # small worlds vary; the goal is measured on large ones
    assert score.precision >= 0.98
