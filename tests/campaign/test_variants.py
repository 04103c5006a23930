# SPDX-License-Identifier: Apache-2.0
"""How the variants of a subject are shown: what came instead of what, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.campaign.variants import MAX_WORDS, Run, differences, variants

TABLE = {  # name: (sample, other, how it is shown: [-removed-] {+added+})
    "the same": ("Your parcel", "Your parcel", "Your parcel"),
    "a number": ("Parcel 17 waits", "Parcel 18 waits", "Parcel [-17-]{+18+} waits"),
    "a word more": ("Parcel waits", "Parcel still waits", "Parcel {+still +}waits"),
    "a word less": ("Parcel still waits", "Parcel waits", "Parcel [-still -]waits"),
    "Korean by character": ("택배 보관", "택배 반송", "택배 [-보관-]{+반송+}"),
    "from nothing": ("", "New", "{+New+}"),
    "to nothing": ("Old", "", "[-Old-]"),
}
FORM = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


@pytest.mark.parametrize(("sample", "other", "wanted"), TABLE.values(), ids=TABLE)
def test_table(sample, other, wanted):
    runs = differences(sample, other)
    assert "".join(FORM[run.kind].format(run.text) for run in runs) == wanted


def test_a_text_is_compared_with_the_likest_before_it_or_stands_whole():
    found = variants(["Parcel 1 waits", "Your prize is here", "Parcel 2 waits", "Your prize: here"])
    assert found[0] == (Run("same", "Parcel 1 waits"),)
    assert found[1] == (Run("same", "Your prize is here"),)
    shown = ["".join(FORM[run.kind].format(run.text) for run in runs) for runs in found[2:]]
    assert shown == ["Parcel [-1-]{+2+} waits", "Your prize[- is-]{+:+} here"]
    assert variants([]) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_from_it(sample, other):
    runs = differences(sample, other)
    assert "".join(run.text for run in runs if run.kind != "removed") == other
    assert "".join(run.text for run in runs if run.kind != "added") == sample


def test_a_long_text_is_compared_by_its_beginning():
    long = "a " * MAX_WORDS
    runs = differences(long + "x", long + "y")
    assert len(runs) == 3
    assert runs[-1].text.endswith("y")
