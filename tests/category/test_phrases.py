# SPDX-License-Identifier: Apache-2.0
"""Words and phrases: spelling tricks, gaps, word ends, languages; against a plain search."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.category.evidence import Evidence
from comity.category.ideas import _offsets
from comity.category.ideas import read as read_ideas
from comity.category.phrases import SERVES, Phrases, build, read_file
from comity.category.walk import Steps
from comity.category.words import TOKEN, fold, joined, matches, tokens
from comity.values.errors import BadData

FOLDED = {  # as written → folded
    "PayPal": "paypal",
    "Straße": "strasse",
    "Élysée": "elysee",
    "İŞLEM": "islem",
    "łódź": "lodz",
    "РayРal": "paypal",  # Cyrillic Р
    "𝐕𝐢𝐫𝐮𝐬": "virus",
    "ＶＩＳＡ": "visa",
    "Aܿmܿaܿzܿoܿn": "amazon",  # Syriac marks
    "почта": "почта",
}


@pytest.mark.parametrize(("written", "folded"), FOLDED.items())
def test_spelling_tricks_are_folded_away(written, folded):
    assert fold(written) == folded


def test_spaced_letters_become_a_word():
    assert joined(tokens("[ L E D G E R ] update")) == ["LEDGER", "update"]
    assert joined(tokens("a b c of it")) == ["a", "b", "c", "of", "it"]


def test_a_mail_address_is_one_word_where_asked():
    text = "password for a.b@mail.example has expired"
    assert tokens(text, addresses=True)[2] == "a.b@mail.example"
    assert len(tokens(text)) == 8


@given(st.text(alphabet="ab é_.-+@ \n,́", max_size=60), st.booleans())
def test_quick_splitting_gives_the_words_the_pattern_gives(text, addresses):
    assert tokens(text, addresses) == [one[0] for one in matches(text, addresses)]


def test_each_western_letter_is_split_as_the_pattern_splits_it():
    for code in range(0x3000):
        text = f"a{chr(code)}b"
        assert tokens(text) == TOKEN.findall(text)


@given(st.text(alphabet="aab é_.-+@ \n,", max_size=60))
def test_each_word_is_found_where_it_stands(text):
    places = [one.start() for one in matches(text, addresses=True)]
    assert _offsets(text, tokens(text, addresses=True)) == places


def test_words_that_are_forgotten_are_found_again(monkeypatch):
    monkeypatch.setattr(Steps, "MAX", 3)
    phrases = small("click here", "account _ suspended")
    for _ in range(3):
        assert found(phrases, "click here, your account was suspended") == {
            "click here",
            "account _ suspended",
        }


def found(phrases: Phrases, text: str) -> set[str]:
    return {phrases.phrases[hit[0]].text for hit in phrases.find(tokens(text))}


def small(*texts: str) -> Phrases:
    made = Phrases()
    for text in texts:
        made.add("idea", text, ("en",))
    made.close()
    return made


def test_a_gap_stands_for_up_to_two_words():
    phrases = small("account _ suspended")
    for text in ("account suspended", "account is suspended", "account has been suspended"):
        assert found(phrases, text)
    assert not found(phrases, "account may well be suspended")


def test_a_star_ends_a_word_that_goes_on():
    phrases = small("verif* your account")
    assert found(phrases, "Verifying YOUR account") and not found(phrases, "ver your account")


def test_a_phrase_is_reported_once_where_it_stands_first():
    phrases = small("click here")
    assert phrases.find(tokens("so click here or click here")) == [(0, 1, 2)]


@given(
    st.lists(st.sampled_from("a b c d e".split()), max_size=12),
    st.lists(st.lists(st.sampled_from("a b c _".split()), min_size=1, max_size=4), max_size=5),
)
def test_finds_what_a_regular_expression_finds(words, patterns):
    patterns = [p for p in patterns if p[0] != "_" and p[-1] != "_"]
    phrases = small(*(" ".join(pattern) for pattern in patterns))
    text = " ".join(words)
    for number, pattern in enumerate(patterns):
        plain = r"\b" + " ".join(pattern).replace(" _", r"(?: \w+){0,2}") + r"\b"
        hits = {hit[0] for hit in phrases.find(words)}
        assert (number in hits) == bool(re.search(plain, text)), (pattern, text)


def test_a_single_word_counts_only_in_its_own_language(mail, model):
    german = "Wir waren gestern im Garten und haben die Blumen gegossen, es war ein schöner Tag."
    evidence = Evidence()
    read_ideas(mail(text=german), model.phrases, evidence)
    assert "political" not in evidence.counts  # English "war" is no German war


def test_scripts_without_spaces_are_searched_as_written(mail, model):
    evidence = Evidence()
    read_ideas(mail(text="お客様のアカウントが停止されました。"), model.phrases, evidence)
    assert "account-threat" in evidence.counts


def test_a_short_arabic_word_is_not_found_inside_a_longer_one():
    phrases = small("جدي")  # "my grandfather"; "جديد" is "new"
    assert not list(phrases.find_unspaced("وصل كتاب جديد اليوم"))
    assert list(phrases.find_unspaced("جديد، كتاب جدي")) == [(0, 11, 14)]
    assert list(phrases.find_unspaced("وجدي"))  # with "and" joined before it


def test_a_word_in_the_lists_of_several_languages_counts_once(mail, model):
    evidence = Evidence()
    read_ideas(mail(subject="Newsletter", text="Hello all."), model.phrases, evidence)
    assert evidence.counts["news"] == 2.0  # once, and double because it is the subject


@pytest.mark.parametrize("language", SERVES)
def test_every_language_says_the_main_ideas(language, model):
    ideas = {p.idea for p in model.phrases.phrases if set(SERVES[language]) <= set(p.languages)}
    wanted = "account-threat parcel-trouble prize-won advance-fee offer political charity".split()
    assert set(wanted) <= ideas


def test_a_phrase_before_any_idea_is_refused_with_its_line():
    with pytest.raises(BadData, match=r"xx\.txt:2"):
        list(read_file("# head\nloose phrase\n", "xx.txt"))


def test_files_are_read_with_marks():
    built = build([("en", "[idea]\none two | thr*\n")])
    assert [phrase.text for phrase in built.phrases] == ["one two", "thr*"]


def test_m15_hostile_text_is_read_in_linear_time(mail, model, no_trace):
    from comity.category.decide import decide

    for bait in (
        "a" * 50_000 + "!",
        "1," * 20_000,
        "> " * 20_000,
        "$1" * 20_000,
        "1 (2) " * 9_000,
        "account " * 9_000,
        "Ȁ̀" * 9_000,
        "wrote " * 9_000,
    ):
        message = mail(f'"{bait[:200]}" <a@x.example>', bait[:900].strip(), bait)
        begun = time.process_time()
        decide(message, no_trace, model)
        assert time.process_time() - begun < 3, bait[:10]
