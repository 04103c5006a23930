# SPDX-License-Identifier: Apache-2.0
"""Classes of near-identical MinHashes: candidates by banding (Leskovec, Rajaraman, Ullman,
chapter 3), then compared in full.

Cost grows with the number of different MinHashes, not with pairs: in each band a row is compared
with its neighbour and with the first of its group. The result depends on the set of rows only.
"""

import numpy as np
from numpy.typing import NDArray

from comity.campaign.join import Rows, alone, join_pairs
from comity.campaign.shingle import U32, U64, mix

ROUNDS = 4  # times that those unlike the first of their group are given another first; ours
CHUNK = 1 << 16  # rows compared at once: bounds the working memory


def classes(values: U32, band: int, least: float) -> Rows:
    """For each row, the least row of its class.

    `band`: values in a band. `least`: share of equal values from which two rows are near.
    Rows must be in an order that does not depend on arrival.
    """
    names = _combine(values)
    _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")  # of the different ones, in order of row
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    different = first[order]
    label = alone(len(different))
    for start in range(0, values.shape[1], band):
        bands = _combine(values[different, start : start + band])
        after = _combine(values[different, (start + band) % values.shape[1] :][:, :band])
        label = _one_band(label, values, different, bands, after, least)
    return different[label][place[inverse]]


def _one_band(
    label: Rows, values: U32, different: Rows, bands: U64, after: U64, least: float
) -> Rows:
    order = np.lexsort((after, bands))
    bands = bands[order]
    same = bands[1:] == bands[:-1]
    label = _verified(label, values, different, order[:-1][same], order[1:][same], least)
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
        label = _verified(label, values, different, lead, order, least)
        other = label[lead] != label[order]
        order, bands = order[other], bands[other]
    return label


def _verified(
    label: Rows, values: U32, different: Rows, left: Rows, right: Rows, least: float
) -> Rows:
    """Join the pairs that are near; pairs that are joined already are not compared again."""
    open_ = label[left] != label[right]
    left, right = left[open_], right[open_]
    near = np.zeros(len(left), bool)
    for at in range(0, len(left), CHUNK):
        part = slice(at, at + CHUNK)
        pairs = values[different[left[part]]], values[different[right[part]]]
        near[part] = likeness(*pairs) >= least
    return join_pairs(label, left[near], right[near])


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
