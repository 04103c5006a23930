# SPDX-License-Identifier: Apache-2.0
"""A small linear model over hashed words, to tilt the balance where rules are near each other.

It never accuses alone: `decide` wants a strong named reason. Weights are trained by
`tools/train_category.py` on mail whose licence allows it, and shipped as 8-bit numbers.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comity.category.words import fold

BITS = 15
SIZE = 1 << BITS
MAX_WORDS = 250  # words of a mail that are hashed, ours
LIMIT = 1.0  # log-odds that the model may add or take at most, ours
# The model's labels: those of `assessment.Label` without "undetermined".
LABELS = ("commercial", "fraud", "phishing", "malware", "other", "non-commercial")

_LIFT = 128
_DIGIT = 20  # bits: room for 255 times the MAX_WORDS words, pairs and pairs of letters
_MASK = (1 << _DIGIT) - 1


class _Hashes(dict[str, int]):
    """Word as written → its place in the table, worked out once."""

    MAX = 200_000

    def __missing__(self, word: str) -> int:
        folded = fold(word)
        if "@" in folded:
            folded = "@"
        if folded.isdigit():  # which number it is says little
            folded = "0" * min(len(folded), 8)
        number = zlib.crc32(folded.encode()) & (SIZE - 1)
        if len(self) >= self.MAX:
            self.clear()
        self[word] = number
        return number


_hashes = _Hashes()


def features(words: list[str], unspaced: str = "") -> NDArray[np.int64]:
    """Places in the table: words, pairs of words; pairs of letters of a text without spaces."""
    some = [word for word in words[: MAX_WORDS + 8] if word][:MAX_WORDS]
    if unspaced:
        letters = unspaced[:MAX_WORDS]
        some += [letters[at : at + 2] for at in range(len(letters) - 1)]
    if not some:
        return np.zeros(0, dtype=np.int64)
    single = np.array([_hashes[word] for word in some], dtype=np.int64)
    pairs = (single[:-1] * 31 + single[1:] + 7) & (SIZE - 1)
    return np.concatenate((single, pairs))


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights as bytes with one scale, a bias, and how much of it counts.

    For adding, three labels' weights stand side by side in one number, so that a row is two.
    """

    weights: NDArray[np.int8]  # (SIZE, labels)
    scale: float
    bias: tuple[float, ...]
    _packed: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def of(cls, weights: NDArray[np.int8], scale: float, bias: tuple[float, ...]) -> "Linear":
        lifted = weights.astype(np.int64) + _LIFT  # no digit below 0
        halves = (
            lifted[:, at] | lifted[:, at + 1] << _DIGIT | lifted[:, at + 2] << 2 * _DIGIT
            for at in (0, 3)
        )
        return cls(weights, scale, bias, (next(halves), next(halves)))

    def scores(self, words: list[str], unspaced: str = "") -> list[float]:
        """Log-odds by label, centred and kept within LIMIT."""
        places = features(words, unspaced)
        if not len(places):
            return [0.0] * len(LABELS)
        factor = self.scale / len(places) ** 0.5
        lift = _LIFT * len(places)
        scores: list[float] = []
        for half in self._packed:
            total = int(half[places].sum())
            for _ in range(3):
                scores.append(((total & _MASK) - lift) * factor + self.bias[len(scores)])
                total >>= _DIGIT
        mean = sum(scores) / len(scores)
        return [min(max(score - mean, -LIMIT), LIMIT) for score in scores]


def empty() -> Linear:
    """A model that says nothing: for tests and before training."""
    return Linear.of(np.zeros((SIZE, len(LABELS)), np.int8), 0.0, (0.0,) * len(LABELS))


def load(stored: Any) -> Linear:
    """From the arrays of an .npz file."""
    return Linear.of(
        np.asarray(stored["weights"], dtype=np.int8),
        float(stored["scale"]),
        tuple(float(one) for one in stored["bias"]),
    )
