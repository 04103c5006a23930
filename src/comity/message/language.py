# SPDX-License-Identifier: Apache-2.0
"""Language (BCP 47) and scripts (ISO 15924 names as in UAX 24) of the text a reader sees.

CLD2 guesses the language; where it is not sure the answer is None. Never a finding by itself:
a language says nothing of intent.
"""

import re
from bisect import bisect_right
from collections import Counter
from unicodedata import normalize

import pycld2

from comity.message import show

MAX_TEXT = 1_200  # characters that are looked at, ours: CLD2 needs some 200
UNSURE_SHARE = 60  # percent of the text: taken although CLD2 is not sure, ours
UNSURE_LENGTH = 150  # characters, ours
MIN_LETTERS = 12  # ours: below, a guess is noise

_RETIRED = {"iw": "he", "jw": "jv", "in": "id", "ji": "yi", "mo": "ro", "tl": "fil"}
_SOLE = {  # a script that in mail serves one language
    "Hangul": "ko",
    "Kana": "ja",
    "Thai": "th",
    "Greek": "el",
    "Hebrew": "he",
    "Armenian": "hy",
    "Georgian": "ka",
    "Khmer": "km",
    "Lao": "lo",
    "Tamil": "ta",
    "Telugu": "te",
    "Sinhala": "si",
}
# First code point of each block, its script. Blocks of Unicode 16 that mail uses.
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0041, "Latin"),
    (0x005B, ""),
    (0x0061, "Latin"),
    (0x007B, ""),
    (0x00AA, "Latin"),
    (0x00AB, ""),
    (0x00C0, "Latin"),
    (0x02B0, ""),
    (0x0370, "Greek"),
    (0x0400, "Cyrillic"),
    (0x0530, "Armenian"),
    (0x0590, "Hebrew"),
    (0x0600, "Arabic"),
    (0x0700, ""),
    (0x0750, "Arabic"),
    (0x0780, ""),
    (0x0900, "Devanagari"),
    (0x0980, "Bengali"),
    (0x0A00, "Gurmukhi"),
    (0x0A80, "Gujarati"),
    (0x0B00, ""),
    (0x0B80, "Tamil"),
    (0x0C00, "Telugu"),
    (0x0C80, "Kannada"),
    (0x0D00, "Malayalam"),
    (0x0D80, "Sinhala"),
    (0x0E00, "Thai"),
    (0x0E80, "Lao"),
    (0x0F00, ""),
    (0x1000, "Myanmar"),
    (0x10A0, "Georgian"),
    (0x1100, "Hangul"),
    (0x1200, "Ethiopic"),
    (0x13A0, ""),
    (0x1780, "Khmer"),
    (0x1800, ""),
    (0x1E00, "Latin"),
    (0x1F00, "Greek"),
    (0x2000, ""),
    (0x2E80, "Han"),
    (0x2FE0, ""),
    (0x3005, "Han"),
    (0x3008, ""),
    (0x3041, "Kana"),
    (0x3100, ""),
    (0x3131, "Hangul"),
    (0x3190, ""),
    (0x31F0, "Kana"),
    (0x3200, ""),
    (0x3400, "Han"),
    (0x4DC0, ""),
    (0x4E00, "Han"),
    (0xA000, ""),
    (0xAC00, "Hangul"),
    (0xD7B0, ""),
    (0xF900, "Han"),
    (0xFB00, "Latin"),
    (0xFB13, ""),
    (0xFB1D, "Hebrew"),
    (0xFB50, "Arabic"),
    (0xFE00, ""),
    (0xFE70, "Arabic"),
    (0xFEFF, ""),
    (0xFF21, "Latin"),
    (0xFF3B, ""),
    (0xFF41, "Latin"),
    (0xFF5B, ""),
    (0xFF66, "Kana"),
    (0xFFA0, ""),
    (0x20000, "Han"),
    (0x33480, ""),
)
_STARTS = tuple(start for start, _ in _BLOCKS)
_REFUSED = re.compile(  # CLD2 raises on these: controls, surrogates, noncharacters
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff\U000e0000-\U0010ffff]+"
)
_NOT_WORDS = re.compile(r"(?:https?://|www\.)\S*+")


def script_of(char: str) -> str:
    """Script of a letter, "" for what has none (digits, signs, emoji)."""
    return _BLOCKS[bisect_right(_STARTS, ord(char)) - 1][1] if char >= "A" else ""


def scripts(text: str) -> tuple[str, ...]:
    """Scripts by share, most used first; only those with at least 1 in 100 letters."""
    return tuple(_shares(_plain(text)))


def _plain(text: str) -> str:
    """What is looked at: the beginning, letters of unusual make as the letters they are read as."""
    text = text[:MAX_TEXT]
    return normalize("NFKC", text) if show.styled(text) else text


def _shares(text: str) -> dict[str, int]:
    if text.isascii():
        return {"Latin": len(text)} if _LETTER.search(text) else {}
    letters = text.encode("ascii", "ignore").translate(None, _NO_LETTERS)
    counted = {"Latin": len(letters)}
    for char, times in Counter(show.beyond_ascii(text)).items():
        script = script_of(char)
        if script:
            counted[script] = counted.get(script, 0) + times
    least = sum(counted.values()) / 100
    return {
        name: n
        for name, n in sorted(counted.items(), key=lambda at: (-at[1], at[0]))
        if n and n >= least
    }


_LETTER = re.compile("[A-Za-z]")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())


def read(text: str) -> tuple[str | None, tuple[str, ...]]:
    """(primary language tag or None, scripts) of a text."""
    text = _plain(text)
    shares = _shares(text)
    if not shares:
        return None, ()
    return _language(text, shares), tuple(shares)


def _language(text: str, shares: dict[str, int]) -> str | None:
    total = sum(shares.values())
    sole = next((_SOLE[s] for s, n in shares.items() if s in _SOLE and n * 5 >= total * 2), None)
    words = _NOT_WORDS.sub(" ", text) if "http" in text or "www." in text else text
    if total < MIN_LETTERS or len(words) < MIN_LETTERS:
        return sole if total >= 3 else None
    # Lines of printable ASCII hold nothing that is refused: told faster than by the pattern.
    if not (words.isascii() and words.replace("\n", " ").isprintable()):
        words = words if words.isprintable() else _REFUSED.sub(" ", words)
    try:
        sure, _, guesses = pycld2.detect(words)
    except (pycld2.error, UnicodeError):
        return sole
    unsure = guesses[0][2] < UNSURE_SHARE or guesses[1][2] >= 10 or len(words) < UNSURE_LENGTH
    code = str(guesses[0][1]).partition("-")[0]
    if (unsure and not sure) or code in ("un", "xxx") or code.startswith("x"):
        return sole
    return _RETIRED.get(code, str(code))
