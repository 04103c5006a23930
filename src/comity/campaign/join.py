# SPDX-License-Identifier: Apache-2.0
"""Connected components over groups, in whole-array steps (after Shiloach and Vishkin 1982).

A group joins all its members at the cost of its size, never of its pairs. Knows nothing of mail.
"""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
U64 = NDArray[np.uint64]


def alone(count: int) -> Rows:
    """Each row a component of its own. A component is named by its least row."""
    return np.arange(count, dtype=np.int64)


def join(label: Rows, keys: U64, rows: Rows) -> Rows:
    """Join all rows that have an equal key, on top of what `label` has joined already."""
    if not len(keys):
        return label
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    new = np.ones(len(keys), bool)
    new[1:] = keys[1:] != keys[:-1]
    return join_pairs(label, rows[:-1][~new[1:]], rows[1:][~new[1:]])


def join_pairs(label: Rows, left: Rows, right: Rows) -> Rows:
    """Join left[i] with right[i], for every i."""
    label = label.copy()
    left, right = label[left], label[right]
    while True:
        open_ = left != right
        if not open_.any():
            return label
        left, right = left[open_], right[open_]
        low, high = np.minimum(left, right), np.maximum(left, right)
        np.minimum.at(label, high, low)  # a root hooks onto the least root it meets
        label = flat(label)
        left, right = label[low], label[high]


def flat(label: Rows) -> Rows:
    """Every row points straight at the least row of its component."""
    while True:
        shorter = label[label]
        if np.array_equal(shorter, label):
            return label
        label = shorter


def distinct_per_key(keys: U64, classes: U64 | Rows) -> tuple[U64, Rows, Rows]:
    """(each key, how often it occurs, with how many different classes), keys ascending."""
    if not len(keys):
        empty = np.empty(0, np.int64)
        return np.empty(0, np.uint64), empty, empty
    order = np.lexsort((classes, keys))
    keys, classes = keys[order], classes[order]
    new_key = np.ones(len(keys), bool)
    new_key[1:] = keys[1:] != keys[:-1]
    new_class = new_key.copy()
    new_class[1:] |= classes[1:] != classes[:-1]
    starts = np.flatnonzero(new_key)
    counts = np.diff(np.append(starts, len(keys)))
    return keys[starts], counts, np.add.reduceat(new_class.astype(np.int64), starts)
