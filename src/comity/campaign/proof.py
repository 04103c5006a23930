# SPDX-License-Identifier: Apache-2.0
"""Why two mails belong together, in numbers and in words.

Reads the evidence that `campaign.cluster` used; finds no new links. Names no domain, address or
word of a mail: the evidence holds only hashes.
"""

from collections.abc import Iterator

import numpy as np

from comity.campaign.campaign import Family, LinkProof
from comity.campaign.cluster import Evidence, linking
from comity.campaign.join import Rows
from comity.campaign.key import FAMILY, KIND_MASK, Kind

# How much one agreement says by itself, 0 to 1: orders the links that are shown. Ours.
WEIGHT: dict[Kind, float] = {
    Kind.ATTACHMENT: 0.95,
    Kind.TEXT: 0.90,
    Kind.URL_PAGE: 0.85,
    Kind.URL_DOMAIN: 0.70,
    Kind.ADDRESS: 0.70,
    Kind.SIGNER: 0.60,
    Kind.ENVELOPE: 0.60,
    Kind.SUBJECT: 0.60,
    Kind.IMAGE: 0.60,
    Kind.TEMPLATE: 0.55,
    Kind.AUTHOR: 0.50,
    Kind.HTML: 0.50,
    Kind.RANGE: 0.40,
    Kind.SUBJECT_PART: 0.45,
    Kind.MAILBOX: 0.55,
    Kind.ANSWER: 0.70,
    Kind.LOOSE_TEXT: 0.60,
    Kind.MARK: 0.20,
}

_BY_NUMBER = [WEIGHT[Kind(n)] if n in set(Kind) else 0.0 for n in range(KIND_MASK + 1)]

WORDS: dict[Kind, str] = {
    Kind.ATTACHMENT: "they carry the same file",
    Kind.URL_PAGE: "they link to the same page",
    Kind.URL_DOMAIN: "they link to the same registered domain",
    Kind.ADDRESS: "they came from the same address",
    Kind.SIGNER: "they are signed for the same domain (DKIM)",
    Kind.ENVELOPE: "their envelope senders have the same domain",
    Kind.SUBJECT: "their subjects are the same but for digits and addresses",
    Kind.IMAGE: "they show the same picture",
    Kind.TEMPLATE: "the same program wrote them (order of fields, Message-ID, boundary)",
    Kind.AUTHOR: "their From addresses have the same domain",
    Kind.RANGE: "they came from the same address range",
    Kind.MAILBOX: "their From addresses are the same",
    Kind.ANSWER: "answers to them go to the same address",
    Kind.MARK: "the program that wrote them left the same mark",
    Kind.SUBJECT_PART: "their subjects are the same but for one word at an end",
}


_IMPLIES = (  # who has the first has the second: said once
    (Kind.SUBJECT, Kind.SUBJECT_PART),
    (Kind.TEXT, Kind.LOOSE_TEXT),
    (Kind.URL_PAGE, Kind.URL_DOMAIN),
    (Kind.ADDRESS, Kind.RANGE),
    (Kind.MAILBOX, Kind.AUTHOR),
    (Kind.TEMPLATE, Kind.MARK),
)


def links(evidence: Evidence, members: Rows, names: list[str]) -> tuple[LinkProof, ...]:
    """The strongest links that hold these members together: one fewer than there are members."""
    keys = _keys_of(evidence, members)
    found: set[tuple[int, int]] = set()
    first: dict[tuple[int, int], int] = {}
    for row in members.tolist():
        for pair in linking(keys[row]):
            other = first.setdefault(pair, row)
            if other != row:
                found.add((other, row))
    best = sorted(found, key=lambda pair: (-_rough(keys, *pair), pair))
    proofs = [prove(evidence, a, b, keys, names) for a, b in _spanning(best)]
    return tuple(sorted(proofs, key=lambda proof: (proof.a, proof.b)))


def _rough(keys: dict[int, dict[int, bool]], a: int, b: int) -> float:
    """How much two rows share, cheaply: to choose the links that are then proved."""
    both = keys[a].keys() & keys[b].keys()
    return sum(_BY_NUMBER[key & KIND_MASK] for key in both if not keys[a][key])


def _spanning(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Kruskal 1956: each pair that joins what was apart."""
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        while (up := parent.setdefault(row, row)) != row:
            parent[row] = parent[up]
            row = up
        return row

    for pair in pairs:
        left, right = root(pair[0]), root(pair[1])
        if left != right:
            parent[max(left, right)] = min(left, right)
            yield pair


def _keys_of(evidence: Evidence, members: Rows) -> dict[int, dict[int, bool]]:
    """For each member: its keys, and whether each is common."""
    starts = np.searchsorted(evidence.rows, members)
    ends = np.searchsorted(evidence.rows, members, side="right")
    return {
        row: dict(
            zip(evidence.keys[start:end].tolist(), evidence.common[start:end].tolist(), strict=True)
        )
        for row, start, end in zip(members.tolist(), starts, ends, strict=True)
    }


def prove(
    evidence: Evidence, a: int, b: int, keys: dict[int, dict[int, bool]], names: list[str]
) -> LinkProof:
    """All that rows a and b share, strongest family first."""
    said: list[tuple[float, Family, str]] = []
    both = keys[a].keys() & keys[b].keys()
    shared = {Kind(key & KIND_MASK) for key in both if not keys[a][key]}
    common = {Kind(key & KIND_MASK) for key in both if keys[a][key]} & {Kind.SUBJECT} - shared
    for more, less in _IMPLIES:
        if more in shared:
            shared.discard(less)
    for kind in sorted(shared):
        alike, words = 1.0, WORDS.get(kind, "")
        if kind is Kind.TEXT:
            alike = _alike(evidence, "text", a, b)
            words = _text_words(alike)
        elif kind is Kind.HTML:
            alike = _alike(evidence, "html", a, b)
            words = f"their HTML is built alike ({alike:.0%})"
        elif kind is Kind.LOOSE_TEXT:
            alike = _alike(evidence, "text", a, b)
            words = f"their texts are the same letter in other words ({alike:.0%} alike)"
        said.append((WEIGHT[kind] * alike, FAMILY[kind], words))
    for kind in sorted(common):
        said.append((WEIGHT[kind] / 2, FAMILY[kind], f"{WORDS[kind]}, which others use too"))
    said.sort(key=lambda item: (-item[0], item[1], item[2]))
    families: dict[str, float] = {}
    left = 1.0
    for weight, family, _ in said:
        families[family] = round(max(families.get(family, 0.0), weight), 4)
        left *= 1.0 - weight
    first, second = sorted((names[a], names[b]))
    return LinkProof(first, second, families, round(1.0 - left, 4), tuple(s[2] for s in said))


def _alike(evidence: Evidence, column: str, a: int, b: int) -> float:
    values = evidence.table[column]
    return float((values[a] == values[b]).mean())


def _text_words(alike: float) -> str:
    if alike < 0.5:
        return f"their texts are of one family ({alike:.0%} alike, closer through other members)"
    return f"their texts are nearly the same ({alike:.0%} alike)"
