# SPDX-License-Identifier: Apache-2.0
"""Fingerprints as fixed rows, so that a million of them are one array.

A row is what a `Fingerprint` holds, in little-endian numbers; the caller may keep rows in memory,
in a file or in a database. Touches no disk itself.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from comity.campaign.campaign import Fingerprint
from comity.campaign.key import KIND_MASK, Kind

SLOTS: dict[Kind, int] = {  # how many keys of each kind a row holds; ours
    Kind.URL_DOMAIN: 6,
    Kind.URL_PAGE: 4,
    Kind.ATTACHMENT: 3,
    Kind.IMAGE: 2,
    Kind.TEMPLATE: 1,
    Kind.MARK: 4,
    Kind.ADDRESS: 1,
    Kind.RANGE: 1,
    Kind.SIGNER: 2,
    Kind.ENVELOPE: 1,
    Kind.AUTHOR: 1,
    Kind.SUBJECT: 1,
    Kind.SUBJECT_PART: 2,
    Kind.MAILBOX: 1,
    Kind.ANSWER: 1,
}
_START: dict[int, int] = {}
_total = 0
for _kind, _count in SLOTS.items():
    _START[int(_kind)] = _total
    _total += _count
KEYS = _total


def slot(kind: Kind) -> int:
    """Where in `keys` the slots of this kind begin."""
    return _START[kind]


ROW = np.dtype(
    [
        ("digest", "V32"),
        ("version", "<u4"),
        ("reserved", "<u4"),
        ("text_exact", "<u8"),
        ("keys", "<u8", (KEYS,)),
        ("text", "<u4", (64,)),
        ("html", "<u4", (32,)),
    ]
)

Table = NDArray[np.void]  # of dtype ROW


def pack(fingerprint: Fingerprint) -> bytes:
    """One row as bytes (`ROW.itemsize` of them)."""
    return table((fingerprint,)).tobytes()


def read(rows: bytes | bytearray | memoryview) -> Table:
    """Rows as they were packed, one after the other. Does not copy.

    Raises ValueError if the length is not a whole number of rows.
    """
    return np.frombuffer(rows, dtype=ROW)


def table(fingerprints: Iterable[Fingerprint]) -> Table:
    """All fingerprints as rows, in the order given."""
    given = list(fingerprints)
    rows = np.zeros(len(given), dtype=ROW)
    for row, fingerprint in zip(rows, given, strict=True):
        row["digest"] = bytes.fromhex(fingerprint.digest)
        row["version"] = fingerprint.version
        row["text_exact"] = fingerprint.text_exact
        row["keys"] = _slots(fingerprint)
        if fingerprint.text:
            row["text"] = np.frombuffer(fingerprint.text, "<u4")
        if fingerprint.html:
            row["html"] = np.frombuffer(fingerprint.html, "<u4")
    return rows


def _slots(fingerprint: Fingerprint) -> list[int]:
    """Keys in their places: a kind that has more than its slots keeps its least ones."""
    slots = [0] * KEYS
    used: dict[int, int] = {}
    every = (
        *fingerprint.urls,
        *fingerprint.attachments,
        *fingerprint.template,
        *fingerprint.infrastructure,
        *fingerprint.subject_parts,
        fingerprint.subject,
    )
    for value in sorted(set(every) - {0}):
        kind = value & KIND_MASK
        start = _START.get(kind)
        at = used.get(kind, 0)
        if start is not None and at < SLOTS[Kind(kind)]:
            slots[start + at] = value
            used[kind] = at + 1
    return slots


def digests(rows: Table) -> list[str]:
    """The mails' digests, as `Fingerprint.digest` writes them."""
    return [bytes(value).hex() for value in rows["digest"]]


def ordered(rows: Table) -> Table:
    """One row for each mail, in order of digest: what the result depends on, and no more."""
    names = np.ascontiguousarray(rows["digest"]).view(">u8").reshape(len(rows), 4)
    order = np.lexsort((names[:, 3], names[:, 2], names[:, 1], names[:, 0]))
    names = names[order]
    new = np.ones(len(rows), bool)
    new[1:] = (names[1:] != names[:-1]).any(axis=1)
    return rows[order[new]]
