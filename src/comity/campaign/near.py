# SPDX-License-Identifier: Apache-2.0
"""Classes of near-identical MinHashes: candidates by banding (Leskovec, Rajaraman, Ullman,
chapter 3), then compared in full.

Cost grows with the number of different MinHashes, not with pairs: in each band a row is compared
with its neighbour and with the first of its group. The result depends on the set of rows only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.campaign.join import Rows, alone, join_pairs
from comity.campaign.shingle import U32, U64, mix

ROUNDS = 4  # times that those unlike the first of their group are given another first; ours
CHUNK = 1 << 16  # rows compared at once: bounds the working memory


def classes(values: U32, band: int, least: tuple[float, ...]) -> list[Rows]:
    """For each bound of `least` (ascending) and each row: the least row of its class.

    `band`: values in a band. `least`: share of equal values from which two rows are near.
    Rows must be in an order that does not depend on arrival.
    """
    names = _combine(values)
    _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # of the different ones, in order of row
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    different = first[order]
    search = _Search(values, different, least, [alone(len(different)) for _ in least])
    for start in range(0, values.shape[1] - band + 1, band):
        bands = _combine(values[different, start : start + band])
        after = _combine(np.roll(values[different], -start - band, axis=1)[:, :band])
        search.one_band(bands, after)
    return [different[label][place[inverse]] for label in search.labels]


@dataclass(slots=True)
class _Search:
    """What has been joined so far, for each bound."""

    values: U32
    different: Rows
    least: tuple[float, ...]
    labels: list[Rows]

    def one_band(self, bands: U64, after: U64) -> None:
        order = np.lexsort((after, bands))
        bands = bands[order]
        same = bands[1:] == bands[:-1]
        self.compare(order[:-1][same], order[1:][same])
        inside = np.zeros(len(order), bool)
        inside[1:] |= same
        inside[:-1] |= same
        order, bands = order[inside], bands[inside]
        for _ in range(ROUNDS):
            if not len(order):
                break
            new = np.ones(len(order), bool)
            new[1:] = bands[1:] != bands[:-1]
            lead = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
            self.compare(lead, order)
            other = self.labels[-1][lead] != self.labels[-1][order]
            order, bands = order[other], bands[other]

    def compare(self, left: Rows, right: Rows) -> None:
        """Join the pairs that are near; pairs that are joined already are not compared again."""
        open_ = self.labels[-1][left] != self.labels[-1][right]
        left, right = left[open_], right[open_]
        alike = np.zeros(len(left))
        for at in range(0, len(left), CHUNK):
            part = slice(at, at + CHUNK)
            one, other = self.different[left[part]], self.different[right[part]]
            alike[part] = likeness(self.values[one], self.values[other])
        for at, bound in enumerate(self.least):
            near = alike >= bound
            self.labels[at] = join_pairs(self.labels[at], left[near], right[near])


def likeness(left: U32, right: U32) -> NDArray[np.float64]:
    """Estimated Jaccard likeness, row by row."""
    return np.asarray((left == right).mean(axis=-1), dtype=np.float64)


def _combine(values: U32) -> U64:
    """One hash a row, of all its values in order."""
    out = np.empty(len(values), np.uint64)
    for at in range(0, len(values), CHUNK):
        part = values[at : at + CHUNK]
        hashes = np.zeros(len(part), np.uint64)
        for column in range(part.shape[1]):
            hashes = mix(hashes * np.uint64(0x9E37_79B9_7F4A_7C15) + part[:, column] + np.uint64(1))
        out[at : at + CHUNK] = hashes
    return out
