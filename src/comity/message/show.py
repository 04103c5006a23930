# SPDX-License-Identifier: Apache-2.0
"""Makes characters visible that hide or turn text: zero width, direction, control (UTS 55).

The reader's text has them taken out or marked; the original stays in the raw bytes.
May not decide whether they were meant to deceive: Persian and emoji need some of them.
"""

import re

# Direction overrides, embeddings and isolates: with them "fdp.exe" is shown as "exe.pdf".
DIRECTION = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
# Nothing to see at any size. U+034F is the combining grapheme joiner of preheader padding,
# U+3164, U+115F, U+1160 and U+FFA0 are Hangul fillers, U+2800 is the empty Braille pattern.
_BLANK = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"  # written in Persian, Indic scripts and emoji sequences
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"

_MARKED = re.compile(
    f"[{_CONTROL}{DIRECTION}{_BLANK}{_JOINERS}\t\r\n\x85\u2028\u2029\ud800-\udfff]"
)
_UNSEEN = re.compile(f"[{_CONTROL}{DIRECTION}{_BLANK}]+")
# A joiner stays after a letter that joins (Arabic … Mongolian) or a pictograph.
_LOOSE_JOINER = re.compile(
    f"(?<![\u0600-\u1fff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[{_JOINERS}]+"
)
_ANY_UNSEEN = re.compile(f"[{_CONTROL}{DIRECTION}{_BLANK}{_JOINERS}]")
_INSIDE_WORD = re.compile(
    f"[A-Za-z][{DIRECTION}\u00ad\u034f\u200b\u2060-\u2064\ufeff{_JOINERS}]+[A-Za-z]"
)
_REORDERED = re.compile("[\u202d\u202e]")


def marked(text: str) -> str:
    """`text` with each character that cannot be seen, or turns others, written as [U+202E]."""
    if text.isascii() and text.isprintable():
        return text
    return _MARKED.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def seen(text: str) -> str:
    """`text` without the characters that leave no trace on the screen."""
    if (text.isascii() and text.isprintable()) or _ANY_UNSEEN.search(text) is None:
        return text
    return _LOOSE_JOINER.sub("", _UNSEEN.sub("", text))


def unseen(text: str) -> bool:
    """Whether any character in `text` leaves no trace on the screen, or turns others."""
    return not text.isascii() and _ANY_UNSEEN.search(text) is not None


def splits_words(text: str) -> int:
    """How many Latin words are cut by a character that nobody sees."""
    if text.isascii():
        return 0
    return len(_INSIDE_WORD.findall(text))


def reorders(text: str) -> bool:
    """Whether an override makes letters appear in another order than they stand."""
    return not text.isascii() and _REORDERED.search(text) is not None


# Cyrillic and Greek letters that print like Latin ones (UTS 39 confusables, the common ones).
_LIKE_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсухԁһԛԝӏүΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν",
    "ABESIJKMHOPCTXYaesijopcyxdhqwlyABEZHIKMNOPTYXoav",
)
# Greek, Cyrillic, Cherokee: the scripts whose letters pass for Latin ones.
_FOREIGN = "\u0370-\u052f\u13a0-\u13ff\uab70-\uabbf"
_MIXED_WORD = re.compile(f"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
MIXED_LEAST = 3  # places, ours: one or two are units and names ("µm", "Кlub")


def mixes_scripts(text: str) -> int:
    """In how many places a Latin letter stands beside a foreign one; 0 below MIXED_LEAST."""
    if text.isascii():
        return 0
    found = len(_MIXED_WORD.findall(text))
    return found if found >= MIXED_LEAST else 0


def unmixed(text: str) -> str:
    """`text` with look-alike letters as the Latin letters that they print like."""
    return text.translate(_LIKE_LATIN)


_ASCII = bytes(range(128))
_STYLED = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9]")


def styled(text: str) -> int:
    """How many letters are mathematical, full-width or circled ones: read as Latin, spelt else."""
    return 0 if text.isascii() else len(_STYLED.findall(beyond_ascii(text)))


def beyond_ascii(text: str) -> str:
    """The characters of `text` outside ASCII. By way of bytes: a pattern takes thrice as long."""
    encoded = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return encoded.decode("utf-8", "surrogatepass")
