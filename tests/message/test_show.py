# SPDX-License-Identifier: Apache-2.0
"""Characters that cannot be seen: marked, taken out, counted (M14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.show import marked, mixes_scripts, reorders, seen, splits_words, styled, unmixed

MARKED = {
    "plain": ("invoice.pdf", "invoice.pdf"),
    "override": ("invoice\u202efdp.exe", "invoice[U+202E]fdp.exe"),
    "zero width": ("pay\u200bpal", "pay[U+200B]pal"),
    "control": ("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"),
    "line end": ("a\r\nb", "a[U+000D][U+000A]b"),
    "tag letters": ("a\U000e0061", "a[U+E0061]"),
    "umlaut stays": ("größe", "größe"),
}
SEEN = {
    "zero width between letters": ("pay\u200bpal", "paypal"),
    "soft hyphen": ("pay\u00adpal", "paypal"),
    "byte order mark": ("\ufeffhello", "hello"),
    "filler": ("a\u034f\u200c b", "a b"),
    "Persian keeps its joiner": ("می\u200cخواهم", "می\u200cخواهم"),
    "emoji keeps its joiner": ("👩\u200d💻", "👩\u200d💻"),
    "override goes": ("a\u202eb", "ab"),
}


@pytest.mark.parametrize(("text", "shown"), MARKED.values(), ids=MARKED)
def test_m14_marks(text, shown):
    assert marked(text) == shown


@pytest.mark.parametrize(("text", "shown"), SEEN.values(), ids=SEEN)
def test_what_a_reader_sees(text, shown):
    assert seen(text) == shown


def test_a_word_cut_by_what_nobody_sees_is_counted():
    assert splits_words("Pay\u200bPal and Ama\u00adzon") == 2
    assert splits_words("می\u200cخواهم") == 0
    assert splits_words("one \u200b two") == 0


def test_an_override_is_told_from_a_mark():
    assert reorders("a\u202eb")
    assert not reorders("a\u200eb")


def test_latin_and_cyrillic_in_one_word_are_counted_from_three_places_on():
    assert mixes_scripts("Kееріng уоur") > 2
    assert mixes_scripts("Кlub") == 0
    assert mixes_scripts("Москва and London") == 0


def test_look_alikes_become_the_letters_they_look_like():
    assert unmixed("Ѕесurіtу") == "Security"


def test_styled_letters_are_counted():
    assert styled("𝖥𝗂𝗋𝗌𝗍 first") == 5


@given(st.text(max_size=200))
def test_marked_text_can_all_be_seen(text):
    shown = marked(text)
    assert marked(shown) == shown
    assert not any(ord(char) < 32 or 0xD800 <= ord(char) < 0xE000 for char in shown)
