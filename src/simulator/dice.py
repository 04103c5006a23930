# SPDX-License-Identifier: Apache-2.0
"""Seeded chance. Each thing in the world has dice of its own, made from names and numbers.

Draws use only `random()` and `getrandbits()`, whose streams Python keeps stable, so the same seed
gives the same world on every version. May not be fed from clock or environment.
"""

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


class Dice(Random):
    """A stream of chance."""

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self.random() * len(things))]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def upto(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def hex(self, digits: int) -> str:
        return f"{self.getrandbits(4 * digits):0{digits}x}"

    def word(self, length: int) -> str:
        return "".join([_LOWER[int(self.random() * 26)] for _ in range(length)])

    def token(self, length: int) -> str:
        bits = self.getrandbits(5 * length)
        return "".join([_BASE32[bits >> (5 * at) & 31] for at in range(length)])

    def weighted(self, table: Sequence[tuple[T, float]]) -> T:
        """One thing of (thing, share) rows; shares sum to about 1, the last row takes the rest."""
        left = self.random()
        for thing, share in table:
            left -= share
            if left < 0:
                return thing
        return table[-1][0]


def dice(*names: str | int) -> Dice:
    """Dice of the thing with these names: dice(seed, "mail", 17)."""
    digest = blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return Dice(int.from_bytes(digest, "big"))
