# SPDX-License-Identifier: Apache-2.0
"""Words of a text in a form in which spelling tricks do not count.

Case, accents, typographic letters (bold mathematical, full width) and Cyrillic or Greek letters
inside Latin words are folded away. Knows no language and no phrase; never raises on content.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_PLAIN_WORD = re.compile(r"[^\W_]+")
# Combining marks, also foreign ones put on Latin letters to break words up ("A\u073fmazon").
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u0730-\u074a"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
TOKEN = re.compile(f"[^\\W_]+(?:[{_MARKS}]+[^\\W_]*)*")
# The same, with a mail address as one word: "password for x@y.example has expired".
_ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}"
_PLAIN_OR_ADDRESS = re.compile(f"{_ADDRESS}|{_PLAIN_WORD.pattern}")
_TOKEN_OR_ADDRESS = re.compile(f"{_ADDRESS}|{TOKEN.pattern}")
_SPACE = re.compile(r"[ \n]")
# Text that Windows-1252 can write, as most Western mail, is in words once all but its letters and
# digits are spaces: twice as fast as the pattern. No combining mark is in it.
_WESTERN = "cp1252"
_TO_SPACE = bytes(
    code if bytes((code,)).decode(_WESTERN, "replace").isalnum() else ord(" ")
    for code in range(256)
)
# Scripts that put no space between words, or join particles to them: phrases are looked for as
# written there. Han, Kana, Hangul, Arabic, Hebrew, Thai and neighbours.
UNSPACED = re.compile(
    "[\u0590-\u06ff\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def has_unspaced(text: str) -> bool:
    return not text.isascii() and UNSPACED.search(text) is not None


_PLAIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th"})
# Letters of other alphabets that look Latin (own list, after UTS 39): only in words that mix.
_LIKE_LATIN = str.maketrans("аеорсухікмнтвгѕјԁɡοαερτυνικ", "aeopcyxikmhtbrsjdgoaeptuvik")
_LATIN = re.compile("[a-z]")
_NOT_LATIN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0261]")


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """One word, folded. Plain ASCII only changes its case."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c)).translate(_PLAIN)
    if _NOT_LATIN.search(folded) and _LATIN.search(folded):
        folded = folded.translate(_LIKE_LATIN)
    return folded


def _pattern(text: str, addresses: bool) -> re.Pattern[str]:
    if addresses and "@" in text:
        return _PLAIN_OR_ADDRESS if text.isascii() else _TOKEN_OR_ADDRESS
    return _PLAIN_WORD if text.isascii() else TOKEN


def tokens(text: str, addresses: bool = False) -> list[str]:
    """Words as written, in order; with `addresses`, a mail address is one word."""
    if addresses and "@" in text:
        return _around_addresses(text)
    try:
        western = text.encode("ascii" if text.isascii() else _WESTERN)
    except UnicodeEncodeError:
        return TOKEN.findall(text)
    return western.translate(_TO_SPACE).decode(_WESTERN).split()


def _around_addresses(text: str) -> list[str]:
    """The same, the slow pattern used only from the space before an @ to the one after it."""
    found: list[str] = []
    at = 0
    while (sign := text.find("@", at)) >= 0:
        start = max(text.rfind(" ", at, sign), text.rfind("\n", at, sign), at)
        space = _SPACE.search(text, sign)
        end = space.start() if space else len(text)
        found += tokens(text[at:start])
        found += _pattern(text, True).findall(text, start, end)
        at = end
    found += tokens(text[at:])
    return found


def matches(text: str, addresses: bool = False) -> Iterator[re.Match[str]]:
    """The same words as matches, with their places."""
    return _pattern(text, addresses).finditer(text)


def joined(words: list[str]) -> list[str]:
    """Runs of four or more single letters made one word: "L E D G E R"."""
    if len(words) < 4 or [*map(len, words)].count(1) < 4:
        return words
    out: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        out += ["".join(run)] if len(run) >= 4 else run
        run = []
        if word:
            out.append(word)
    return out
