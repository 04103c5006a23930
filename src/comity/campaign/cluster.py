# SPDX-License-Identifier: Apache-2.0
"""Campaigns of a set of fingerprints.

Two mails are linked when a content (near-identical text, subject or form) and another, independent
family agree, and neither is common (`campaign.weigh`). Links are made by sorting on the pair
(content, other key), so their cost grows with the number of mails. A pure function of the set:
neither order of arrival nor how it was cut into batches can matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.campaign import join, near, weigh
from comity.campaign.campaign import Campaign, Fingerprint
from comity.campaign.join import Rows
from comity.campaign.key import KIND_MASK, Kind
from comity.campaign.shingle import U64, mix
from comity.campaign.table import Table, digests, ordered, table

TEXT_BAND, TEXT_LEAST = 4, 0.70  # rows a band, likeness: ours, see docs/explanation/campaigns.md
HTML_BAND, HTML_LEAST = 4, 0.90
ID_DIGITS = 12

_OTHERS = frozenset(
    (
        Kind.URL_DOMAIN,
        Kind.URL_PAGE,
        Kind.LANDING,
        Kind.ATTACHMENT,
        Kind.INLINE_IMAGE,
        Kind.TEMPLATE,
        Kind.ADDRESS,
        Kind.RANGE,
        Kind.SIGNER,
        Kind.ENVELOPE,
        Kind.AUTHOR,
    )
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What counts of each mail: rows of `table`, keys that are not common."""

    table: Table  # in order of digest, one row a mail
    text: U64  # class of the text as a key, 0 where it is too short
    subject: U64  # 0 where there is none or it is common
    html: U64
    rows: Rows  # row and key of all other evidence, row ascending
    keys: U64


@dataclass(frozen=True, slots=True)
class Clustering:
    """`label[i]` is the least row of the campaign of row i; a row alone is its own label."""

    evidence: Evidence
    label: Rows

    def campaigns(self) -> list[Rows]:
        """Rows of each set of two or more, in order of their least row."""
        order = np.argsort(self.label, kind="stable")
        sorted_ = self.label[order]
        starts = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1]))
        return [part for part in np.split(order, starts[1:]) if len(part) > 1]


def cluster(fingerprints: Iterable[Fingerprint] | Table) -> tuple[Campaign, ...]:
    """Campaigns of two mails or more, each with the links that hold it together, in order of id."""
    from comity.campaign.proof import links

    rows = fingerprints if isinstance(fingerprints, np.ndarray) else table(fingerprints)
    found = cluster_table(rows)
    names = digests(found.evidence.table)
    return tuple(
        Campaign(
            id=campaign_id(names[members[0]]),
            members=tuple(names[row] for row in members),
            links=links(found.evidence, members, names),
        )
        for members in found.campaigns()
    )


def campaign_id(least_digest: str) -> str:
    """A campaign is named after the member with the least digest, so an old id names a member."""
    return f"c-{least_digest[:ID_DIGITS]}"


def cluster_table(rows: Table) -> Clustering:
    """The same for many mails: labels instead of objects."""
    evidence = weighed(ordered(rows))
    return Clustering(evidence, _linked(evidence))


def weighed(rows: Table) -> Evidence:
    """Classes of near-identical contents, and the keys that are not common."""
    count = len(rows)
    label = join.alone(count)
    text = _classes(rows["text"], Kind.TEXT, TEXT_BAND, TEXT_LEAST)
    short = np.where(text == 0, rows["text_exact"], 0)  # compared as a whole only
    texts = np.where(text > 0, text, np.where(short > 0, short, label.astype(np.uint64)))
    subject = rows["subject"].copy()
    has = subject > 0
    subject[has] = np.where(
        weigh.common(subject[has], texts[has], weigh.SUBJECT_BASE, weigh.SUBJECT_SLOPE),
        np.uint64(0),
        subject[has],
    )
    for keys in (text, short, subject):
        at = np.flatnonzero(keys)
        label = join.join(label, keys[at], at)
    html = _classes(rows["html"], Kind.HTML, HTML_BAND, HTML_LEAST)
    has = html > 0
    html[has] = np.where(weigh.common(html[has], label[has]), np.uint64(0), html[has])
    at, keys = _flat(rows)
    told = ~weigh.common(keys, label[at])
    return Evidence(rows, text, subject, html, at[told], keys[told])


def _classes(values: NDArray[np.uint32], kind: Kind, band: int, least: float) -> U64:
    """Class of each row as a key of this kind; 0 where the row has no MinHash."""
    has = np.flatnonzero(values.any(axis=1))
    out = np.zeros(len(values), np.uint64)
    if len(has):
        found = has[near.classes(np.ascontiguousarray(values[has]), band, least)]
        names = mix(found.astype(np.uint64) + np.uint64(1)) & ~np.uint64(KIND_MASK)
        out[has] = names | np.uint64(kind)
    return out


def _flat(rows: Table) -> tuple[Rows, U64]:
    """(row, key) of each key that may link."""
    keys = rows["keys"]
    at, slot = np.nonzero(keys)
    values = keys[at, slot]
    kinds = (values & np.uint64(KIND_MASK)).astype(np.int64)
    wanted = np.zeros(KIND_MASK + 1, bool)
    wanted[[int(kind) for kind in _OTHERS]] = True
    kept = wanted[kinds]
    return at[kept], values[kept]


def _linked(evidence: Evidence) -> Rows:
    label = join.alone(len(evidence.table))
    for content in (evidence.text, evidence.subject):
        has = content[evidence.rows] > 0
        at = evidence.rows[has]
        label = join.join(label, mix(content[at] ^ mix(evidence.keys[has])), at)
    return label


def contents_of(evidence: Evidence, row: int, keys: frozenset[int]) -> list[tuple[int, int]]:
    """The pairs (content, other key) by which this row is linked, in a fixed order."""
    contents = (int(evidence.text[row]), int(evidence.subject[row]))
    return [(content, other) for content in contents if content for other in sorted(keys)]
