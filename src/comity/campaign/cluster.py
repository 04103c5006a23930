# SPDX-License-Identifier: Apache-2.0
"""Campaigns of a set of fingerprints.

Two mails are linked when a content (near-identical text, subject or form) and another, independent
family agree, and neither is common (`campaign.weigh`). Links are made by sorting on the pair
(content, other key), so their cost grows with the number of mails. A pure function of the set:
neither order of arrival nor how it was cut into batches can matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comity.campaign import join, near, weigh
from comity.campaign.join import Rows
from comity.campaign.key import KIND_MASK, Kind
from comity.campaign.shingle import U64, mix
from comity.campaign.table import Table, ordered, slot

BAND = 3  # values in a band
TEXT_LEAST, LOOSE_LEAST, HTML_LEAST = 0.60, 0.50, 0.90  # ours: docs/explanation/campaigns.md
ID_DIGITS = 12

_NAMES = frozenset((Kind.SIGNER, Kind.ENVELOPE, Kind.AUTHOR, Kind.MAILBOX, Kind.ANSWER))
_LINKS = frozenset((Kind.URL_DOMAIN, Kind.URL_PAGE))
_FILES = frozenset((Kind.ATTACHMENT, Kind.IMAGE))
_ALL = _NAMES | _LINKS | _FILES | {Kind.ADDRESS, Kind.TEMPLATE}
PAIRS: dict[Kind, frozenset[Kind]] = {  # of independent families; common keys count nowhere …
    Kind.TEXT: _ALL,
    Kind.SUBJECT: _NAMES | _LINKS | _FILES,  # many write one subject from a provider's address
    Kind.SUBJECT_PART: _NAMES | _LINKS | _FILES,
    Kind.LOOSE_TEXT: _LINKS | {Kind.ANSWER, Kind.ATTACHMENT},
    Kind.ANSWER: frozenset((Kind.TEMPLATE, Kind.HTML, Kind.URL_DOMAIN)),
    # A bulk mailer gives many the same address, envelope and click page: no second family there.
    Kind.URL_PAGE: (_NAMES - {Kind.ENVELOPE}) | {Kind.HTML},
    Kind.ATTACHMENT: _NAMES | _LINKS | {Kind.ADDRESS, Kind.TEMPLATE},
}
CONFIRMS: dict[Kind, frozenset[Kind]] = {  # … but a common subject may confirm what is rare
    Kind.SUBJECT: _LINKS | _FILES,
}
ALONE: frozenset[Kind] = frozenset((Kind.ATTACHMENT,))  # cannot be chance


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each mail: rows of `table`, their keys, and which of these are common."""

    table: Table  # in order of digest, one row a mail
    rows: Rows  # ascending
    keys: U64
    common: NDArray[np.bool_]


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


def campaign_id(least_digest: str) -> str:
    """A campaign is named after the member with the least digest, so an old id names a member."""
    return f"c-{least_digest[:ID_DIGITS]}"


def cluster_table(rows: Table) -> Clustering:
    """The campaigns of these mails as labels; `campaign.find` makes objects with proofs of them."""
    evidence = weighed(ordered(rows))
    return Clustering(evidence, _linked(evidence))


def weighed(rows: Table) -> Evidence:
    """Classes of near-identical contents, and the keys that are not common."""
    loose, text = _classes(rows["text"], (Kind.LOOSE_TEXT, Kind.TEXT), (LOOSE_LEAST, TEXT_LEAST))
    (html,) = _classes(rows["html"], (Kind.HTML,), (HTML_LEAST,))
    texts = np.where(text > 0, text, rows["text_exact"])  # a short text is compared as a whole
    at, keys = _flat(rows)
    kinds = keys & np.uint64(KIND_MASK)
    subject = (kinds == Kind.SUBJECT) | (kinds == Kind.SUBJECT_PART)
    told = np.ones(int(subject.sum()), bool)
    for differing in (texts, _authors(rows)):  # many texts of one author are his habit
        told &= weigh.common(
            keys[subject], differing[at[subject]], weigh.SUBJECT_BASE, weigh.SUBJECT_SLOPE
        )
    contents = _contents(texts, at[subject][~told], keys[subject][~told])
    at = np.append(at, np.flatnonzero(html))
    keys = np.append(keys, html[html > 0])
    common = weigh.common(keys, contents[at])
    common[: len(subject)][subject] = told
    at = np.concatenate((at, np.flatnonzero(text), np.flatnonzero(loose)))
    keys = np.concatenate((keys, text[text > 0], loose[loose > 0]))
    common = np.append(common, np.zeros(len(keys) - len(common), bool))
    order = np.lexsort((keys, at))
    return Evidence(rows, at[order], keys[order], common[order])


def _authors(rows: Table) -> U64:
    """The claimed sender of each mail; one that is not known differs from all."""
    mailbox = rows["keys"][:, slot(Kind.MAILBOX)]
    return np.where(mailbox > 0, mailbox, np.arange(1, len(rows) + 1, dtype=np.uint64))


def _contents(texts: U64, at: Rows, subjects: U64) -> Rows:
    """What each mail says, by text and subject: 0 without a text (it shows no difference)."""
    label = join.alone(len(texts))
    has = np.flatnonzero(texts)
    label = join.join(label, texts[has], has)
    label = join.join(label, subjects, at)
    return np.where(texts > 0, label + 1, 0)


def _classes(
    values: NDArray[np.uint32], kinds: tuple[Kind, ...], least: tuple[float, ...]
) -> list[U64]:
    """For each kind, the class of each row as a key; 0 where the row has no MinHash."""
    has = np.flatnonzero(values.any(axis=1))
    out = [np.zeros(len(values), np.uint64) for _ in kinds]
    if len(has):
        found = near.classes(np.ascontiguousarray(values[has]), BAND, least)
        for keys, kind, classes in zip(out, kinds, found, strict=True):
            names = mix(has[classes].astype(np.uint64) + np.uint64(1)) & ~np.uint64(KIND_MASK)
            keys[has] = names | np.uint64(kind)
    return out


def _flat(rows: Table) -> tuple[Rows, U64]:
    """(row, key) of all keys, row ascending."""
    keys = rows["keys"]
    at, slot = np.nonzero(keys)
    return at, keys[at, slot]


def _linked(evidence: Evidence) -> Rows:
    label = join.alone(len(evidence.table))
    kinds = (evidence.keys & np.uint64(KIND_MASK)).astype(np.int64)
    for kind in ALONE:
        one = (kinds == kind) & ~evidence.common
        label = join.join(label, evidence.keys[one], evidence.rows[one])
    for rules, needs_rare in ((PAIRS, True), (CONFIRMS, False)):
        for kind, others in rules.items():
            one = (kinds == kind) & ~(evidence.common & needs_rare)
            other = np.isin(kinds, [int(kind) for kind in others]) & ~evidence.common
            left, right = _combined(evidence.rows, np.flatnonzero(one), np.flatnonzero(other))
            pairs = mix(evidence.keys[left] ^ mix(evidence.keys[right]))
            label = join.join(label, pairs, evidence.rows[left])
    return label


def _combined(rows: Rows, left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Each pair of one of `left` and one of `right` that stand in the same row."""
    starts = np.searchsorted(rows[right], rows[left], side="left")
    counts = np.searchsorted(rows[right], rows[left], side="right") - starts
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(left, counts), right[np.repeat(starts, counts) + within]


def linking(keys: dict[int, bool]) -> list[tuple[int, int]]:
    """What a mail with these keys (and whether each is common) is linked by, in order.

    (key, 0) for what links alone, else a pair of keys.
    """
    kinds = {key: Kind(key & KIND_MASK) for key in sorted(keys)}
    rare = {key: kind for key, kind in kinds.items() if not keys[key]}
    found = [(key, 0) for key, kind in rare.items() if kind in ALONE]
    for lefts, rules in ((rare, PAIRS), (kinds, CONFIRMS)):
        for left, kind in lefts.items():
            others = rules.get(kind, ())
            found.extend((left, right) for right, other in rare.items() if other in others)
    return found
