# SPDX-License-Identifier: Apache-2.0
"""Actors: campaigns that share what a sender must own or pay for.

A hypothesis with its reasons, for an officer to judge: it names no person, and no campaign is
changed by it. Two campaigns are put together when two different families of evidence agree, or one
that cannot be chance (the same file, the same page), and none is common (`campaign.weigh`).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from comity.campaign import join
from comity.campaign.cluster import Clustering, campaign_id
from comity.campaign.key import FAMILY, KIND_MASK, Kind
from comity.campaign.proof import WORDS
from comity.campaign.table import digests

OWNED = frozenset(  # what is compared: a text or a program can be copied, these cannot
    (
        Kind.URL_DOMAIN,
        Kind.URL_PAGE,
        Kind.ATTACHMENT,
        Kind.ADDRESS,
        Kind.SIGNER,
        Kind.ENVELOPE,
        Kind.ANSWER,
    )
)
ENOUGH_ALONE = frozenset((Kind.ATTACHMENT, Kind.URL_PAGE, Kind.ANSWER))
MAX_CAMPAIGNS = 50  # that may share a key; more, and it is a service rather than one actor. Ours


@dataclass(frozen=True, slots=True)
class ActorLink:
    """Why two campaigns may be one actor's."""

    a: str  # campaign id, a < b
    b: str
    families: tuple[str, ...]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    id: str  # after its least campaign
    campaigns: tuple[str, ...]  # ids, sorted
    links: tuple[ActorLink, ...]


def actors(found: Clustering) -> tuple[Actor, ...]:
    """Actors of two campaigns or more, in order of id. Depends on the set of mails only."""
    members = found.campaigns()
    if not members:
        return ()
    evidence = found.evidence
    campaign = np.full(len(evidence.table), -1, np.int64)
    for number, rows in enumerate(members):
        campaign[rows] = number
    names = digests(evidence.table[[rows[0] for rows in members]])
    shared = _shared(campaign[evidence.rows], evidence.keys, evidence.common)
    strong = {pair: kinds for pair, kinds in shared.items() if _enough(kinds)}
    left = np.array([a for a, _ in strong], np.int64)
    right = np.array([b for _, b in strong], np.int64)
    label = join.join_pairs(join.alone(len(members)), left, right)
    grouped: dict[int, list[ActorLink]] = {}
    for (a, b), kinds in sorted(strong.items()):
        grouped.setdefault(int(label[a]), []).append(_link(names[a], names[b], kinds))
    return tuple(_actor(links) for _, links in sorted(grouped.items()))


def _shared(
    campaign: join.Rows, keys: join.U64, common: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> dict[tuple[int, int], set[Kind]]:
    """For each two campaigns: the kinds of owned things that both have."""
    kinds = (keys & np.uint64(KIND_MASK)).astype(np.int64)
    chosen = (campaign >= 0) & ~common & np.isin(kinds, [int(kind) for kind in OWNED])
    have: dict[int, set[int]] = {}
    for key, number in zip(keys[chosen].tolist(), campaign[chosen].tolist(), strict=True):
        have.setdefault(key, set()).add(number)
    shared: dict[tuple[int, int], set[Kind]] = {}
    for key, numbers in have.items():
        if 1 < len(numbers) <= MAX_CAMPAIGNS:
            for pair in combinations(sorted(numbers), 2):
                shared.setdefault(pair, set()).add(Kind(key & KIND_MASK))
    return shared


def _enough(kinds: set[Kind]) -> bool:
    return bool(kinds & ENOUGH_ALONE) or len({FAMILY[kind] for kind in kinds}) > 1


def _link(a: str, b: str, kinds: set[Kind]) -> ActorLink:
    families = sorted({FAMILY[kind] for kind in kinds})
    why = tuple(WORDS[kind] for kind in sorted(kinds))
    return ActorLink(campaign_id(a), campaign_id(b), tuple(families), why)


def _actor(links: list[ActorLink]) -> Actor:
    ids = sorted({name for link in links for name in (link.a, link.b)})
    return Actor(f"a-{ids[0][2:]}", tuple(ids), tuple(links))
