# SPDX-License-Identifier: Apache-2.0
"""Text to shingles to MinHash, in whole-array steps.

Shingles: Broder 1997; one permutation hashing with densification by rotation: Li, Owen, Zhang
2012 and Shrivastava, Li 2014. Reads a text once, in linear time, and keeps nothing of it.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]

MAX_TEXT = 16_384  # characters read; ours: enough to tell any two mails apart
MAX_SUBJECT = 1_000
MAX_CODES = 24_576  # after folding, which can make a text longer
WORDS = 2  # words in a shingle
CHARACTERS = 5  # in scripts without spaces
MIN_SHINGLES = 8  # fewer say too little; ours, measured (docs/explanation/campaigns.md)
BINS = 64

_BASE = 0x9E37_79B9_7F4A_7C15  # odd, so it has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 2**64)

_APART, _LETTER, _OWN, _SKIP, _DIGIT = 0, 1, 2, 3, 4

# Letters that look Latin (UTS 39 has thousands; these are the ones that mail uses to hide words).
_LOOKALIKES = dict(zip("аеорсухіјѕһԁԛԝαεορτυνικ", "aeopcyxijshdqwaeoptuvik", strict=True))


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.uint8], U32]:
    """For each character of the Basic Multilingual Plane: its class, and what it folds to."""
    kinds = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        char = chr(code)
        category = unicodedata.category(char)
        if category in {"Cf", "Mn", "Me", "Mc"}:
            kinds[code] = _SKIP  # joiners, direction marks, accents standing alone
        elif category[0] == "L":
            kinds[code] = _OWN if _without_spaces(code) else _LETTER
        elif category == "Nd":
            kinds[code] = _DIGIT
    kinds[ord(_SPLIT)] = _OWN
    folds = np.arange(0x10000, dtype=np.uint32)
    for char, latin in _LOOKALIKES.items():
        folds[ord(char)] = ord(latin)
    return kinds, folds


def _without_spaces(code: int) -> bool:
    """Whether words are not parted by spaces in this script: Thai, Lao, Burmese, Khmer, CJK."""
    return (
        0x0E00 <= code < 0x0F00
        or 0x1000 <= code < 0x10A0
        or 0x1780 <= code < 0x1800
        or 0x3040 <= code < 0x3100
        or 0x3400 <= code < 0xA000
        or 0xF900 <= code < 0xFB00
        or 0xFF66 <= code < 0xFFA0
    )


@lru_cache(maxsize=1)
def _powers() -> tuple[U64, U64]:
    up = np.empty(MAX_CODES, np.uint64)
    down = np.empty(MAX_CODES, np.uint64)
    high = low = 1
    for i in range(len(up)):
        up[i], down[i] = high, low
        high, low = high * _BASE % 2**64, low * _INVERSE % 2**64
    return up, down


def mix(values: U64) -> U64:
    """The finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads every bit over all."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order, as hashes."""

    hashes: U64
    letters: int
    no_spaces: bool  # most are single characters of a script without spaces


_NO_WORDS = Words(np.empty(0, np.uint64), 0, no_spaces=False)
_SPLIT = "\x1f"  # never in a word; parts subject from text, so that one pass does both


def words(subject: str, text: str, names: frozenset[str] = frozenset()) -> tuple[Words, Words]:
    """The words of a subject and of a text.

    Left out: words with digits, marks, addresses of mail and web, and the words of `names` (who
    got the mail). Letters are folded by case, compatibility (NFKC) and the commonest lookalikes.
    """
    text = f"{_clean(subject[:MAX_SUBJECT])}{_SPLIT}{_clean(text[:MAX_TEXT])}"
    text = text.casefold()[:MAX_CODES]
    codes, classes = _codes(text)
    inside = classes != _APART
    own = classes == _OWN
    joined = inside & ~own  # a character of a longer word …
    joined = joined[1:] & joined[:-1]  # … that goes on
    edge = inside.copy()
    edge[1:] &= ~joined
    starts = np.flatnonzero(edge)
    edge[-1] = inside[-1]
    edge[:-1] = inside[:-1] & ~joined
    ends = np.flatnonzero(edge) + 1
    digits = classes == _DIGIT
    if digits.any():  # a word with a digit in it is a number or a made-up code
        seen = np.zeros(len(codes) + 1, np.int64)
        np.cumsum(digits, out=seen[1:])
        plain = seen[starts] == seen[ends]
        starts, ends = starts[plain], ends[plain]
    up, down = _powers()
    sums = np.empty(len(codes) + 1, np.uint64)
    sums[0] = 0
    np.cumsum(codes * up[: len(codes)], out=sums[1:])
    hashes = mix((sums[ends] - sums[starts]) * down[starts])
    at = int(np.searchsorted(starts, np.flatnonzero(codes == ord(_SPLIT))[0]))
    sizes = ends - starts
    known = [_word(name) for name in names if name in text]
    return (
        _words(hashes[:at], sizes[:at], own[starts[:at]], known),
        _words(hashes[at + 1 :], sizes[at + 1 :], own[starts[at + 1 :]], known),
    )


def _codes(text: str) -> tuple[U32, NDArray[np.uint8]]:
    """Characters, folded, and their classes."""
    kinds, folds = _tables()
    if text.isascii():
        codes = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.uint32)
        return codes, kinds[codes]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(codes, 0xFFFF)  # beyond: emoji and rare scripts, taken as marks
    classes = kinds[codes]
    keep = classes != _SKIP
    return folds[codes[keep]], classes[keep]


def _words(
    hashes: U64, sizes: NDArray[np.int64], own: NDArray[np.bool_], names: list[np.uint64]
) -> Words:
    if not len(hashes):
        return _NO_WORDS
    letters = int(sizes.sum())
    for name in names:
        hashes = hashes[hashes != name]
    return Words(hashes, letters, int(own.sum()) * 2 > letters)


def _clean(text: str) -> str:
    if "@" in text or "://" in text or "www." in text:
        text = " ".join(w for w in text.split() if not ("@" in w or "://" in w or "www." in w))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.replace(_SPLIT, " ")


@lru_cache(maxsize=16_384)
def _word(word: str) -> np.uint64:
    """The hash that `words` gives to this word standing alone."""
    _, folds = _tables()
    value, power = 0, 1
    for char in word:
        code = ord(char)
        value += int(folds[code] if code < 0x10000 else 0) * power
        power = power * _BASE % 2**64
    return np.uint64(mix(np.array([value % 2**64], np.uint64))[0])


def shingles(found: Words) -> U64:
    """The distinct shingles, sorted: three words, or five characters where there are no spaces."""
    joined = np.sort(_runs(found.hashes, CHARACTERS if found.no_spaces else WORDS))
    return joined[_first(joined)]


def _runs(hashes: U64, size: int) -> U64:
    """One hash for each run of `size` neighbours."""
    count = len(hashes) - size + 1
    if count < 1:
        return np.empty(0, np.uint64)
    joined = hashes[:count]
    for i in range(1, size):
        joined = joined * np.uint64(_BASE) + hashes[i : count + i]
    return mix(joined)


def _first(values: U64) -> NDArray[np.bool_]:
    """Which of the sorted values is the first of its kind."""
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return new


def minhash(distinct: U64, bins: int = BINS) -> U32:
    """One permutation hashing: the least hash of each bin; an empty bin borrows from the next.

    `distinct` must be sorted and not empty. Likeness of two sets ≈ share of equal values.
    """
    places, edges = _bins(bins)
    first = np.searchsorted(distinct, edges)  # the end of the last bin is the end of all
    last = np.append(first[1:], len(distinct))
    at = np.flatnonzero(first < last)
    if len(at) == bins:
        return distinct[first].astype(np.uint32)
    source = at[np.searchsorted(at, places) % len(at)]
    values = distinct[first[source]].astype(np.uint32)
    return values + ((source - places) % bins).astype(np.uint32) * np.uint32(0x9E37_79B1)


@lru_cache(maxsize=4)
def _bins(bins: int) -> tuple[NDArray[np.int64], U64]:
    places = np.arange(bins)
    return places, places.astype(np.uint64) << np.uint64(64 - bins.bit_length() + 1)


def sequence(items: tuple[str, ...], size: int) -> U64:
    """The sorted distinct shingles of a sequence of short names."""
    names = np.array(list(map(_NAMES.__getitem__, items)), np.uint64)
    joined = np.sort(_runs(names, size))
    return joined[_first(joined)]


class _Names(dict[str, int]):
    """Hashes of element names, kept for the first few thousand: real mail has about a hundred."""

    def __missing__(self, name: str) -> int:
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        if len(self) < 4_096:
            self[name] = value
        return value


_NAMES = _Names()


def whole(hashes: U64) -> int:
    """One hash of a sequence in its order; 0 for an empty one."""
    if not len(hashes):
        return 0
    return int.from_bytes(blake2b(hashes.tobytes(), digest_size=8).digest(), "little") or 1
