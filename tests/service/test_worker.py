# SPDX-License-Identifier: Apache-2.0
"""The worker while its index is away: it says so, waits longer each time, and goes on after."""

from types import SimpleNamespace

import pytest

from comity.bootstrap import worker
from comity.values.errors import ServiceAway, TryLater


@pytest.mark.parametrize("error", [ServiceAway, TryLater])
def test_an_index_that_is_away_is_told_of_and_asked_again(monkeypatch, error):
    answers = [error("away")] * 9 + [SimpleNamespace(reports=2), SimpleNamespace(reports=0)]
    told, waited = [], []

    def asked(node, run, *, everything):
        found = answers.pop(0)
        if isinstance(found, error):
            raise found
        return found

    def wait(seconds):
        waited.append(seconds)
        return not answers

    monkeypatch.setattr(worker, "analyser", lambda knowledge, jobs: None)
    monkeypatch.setattr(worker, "reanalyse", asked)
    worker.work(None, 1, wait, told.append)
    assert waited[:3] == [2, 4, 8]
    assert waited[6:] == [worker.LONGEST] * 3 + [worker.PAUSE] * 2
    assert ["away" in one.away for one in told] == [True] * 9 + [False]
    assert told[-1].done.reports == 2  # the last round read nothing: nothing is told
