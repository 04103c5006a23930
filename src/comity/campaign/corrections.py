# SPDX-License-Identifier: Apache-2.0
"""What people said of campaigns, put on top of what was found: joins, splits, names.

Pure. A correction names mails, never campaigns, so it means the same whenever the mails are
clustered again. They are taken in the order in which they were said: a later one wins.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from comity.campaign.campaign import Campaign, LinkProof
from comity.campaign.cluster import Clustering, campaign_id
from comity.campaign.join import Rows, alone, join_pairs
from comity.campaign.table import digests

DECISION = "decision"  # stands where a family stands: a person decided, no evidence was found
WHY = "a person put them into one campaign"


class Change(StrEnum):
    JOIN = "join"  # these mails, and all that is in one campaign with any of them, are one
    SPLIT = "split"  # these mails and no others are one


@dataclass(frozen=True, slots=True)
class Correction:
    change: Change
    mails: tuple[str, ...]  # digests; those that are not there count for nothing


@dataclass(frozen=True, slots=True)
class Name:
    """What a person calls the campaign that most of these mails are in; "" takes a name away."""

    name: str
    mails: tuple[str, ...]


def corrected(found: Clustering, corrections: Sequence[Correction]) -> Clustering:
    """The clustering as people want it. Depends on the set of mails and on `corrections` only."""
    if not corrections:
        return found
    mails = digests(found.evidence.table)
    said = [(one.change, _rows(mails, one.mails)) for one in corrections]
    return replace(found, label=_applied(found.label, said))


def regrouped(found: Sequence[Campaign], alone: Iterable[str], said: Correction) -> list[Campaign]:
    """One correction taken into campaigns as they stand, without their evidence.

    `found`: every campaign that a mail of `said` is in; `alone`: its mails that are in none. Gives
    the campaigns that `corrected` would, with the links that are left.
    """
    mails = sorted({*alone, *(mail for one in found for mail in one.members)})
    label = np.arange(len(mails), dtype=np.int64)
    for one in found:
        rows = _rows(mails, one.members)
        label[rows] = rows[0]
    groups: dict[int, list[str]] = {}
    of = dict(zip(mails, _applied(label, [(said.change, _rows(mails, said.mails))]), strict=True))
    for mail in mails:
        groups.setdefault(int(of[mail]), []).append(mail)
    links: dict[int, list[LinkProof]] = {}
    for link in (link for one in found for link in one.links):
        if of[link.a] == of[link.b]:
            links.setdefault(int(of[link.a]), []).append(link)
    return [
        held(Campaign(campaign_id(members[0]), tuple(members), tuple(links.get(group, ()))))
        for group, members in groups.items()
        if len(members) > 1
    ]


def _rows(mails: list[str], wanted: Iterable[str]) -> list[int]:
    """Where these digests stand in the ascending list."""
    found = []
    for digest in sorted(set(wanted)):
        at = bisect_left(mails, digest)
        if at < len(mails) and mails[at] == digest:
            found.append(at)
    return found


def _applied(label: Rows, said: Sequence[tuple[Change, list[int]]]) -> Rows:
    """Only campaigns that are named are taken apart: the cost does not grow with the others."""
    named = sorted({row for _, rows in said for row in rows})
    touched = np.flatnonzero(np.isin(label, label[named]))
    of = {row: int(label[row]) for row in touched.tolist()}
    groups: dict[int, set[int]] = {}
    for row, group in of.items():
        groups.setdefault(group, set()).add(row)
    for number, (change, rows) in enumerate(said, 1):
        if change is Change.JOIN:
            # Not a `Change.SPLIT` of all of them: what stands beside them comes along.
            rows = [row for group in {of[row] for row in rows} for row in groups[group]]
        for row in rows:
            groups[of[row]].discard(row)
            of[row] = -number  # no row has this number
        groups[-number] = set(rows)
    label = label.copy()
    for members in groups.values():
        if members:
            label[list(members)] = min(members)
    return label


def held(campaign: Campaign) -> Campaign:
    """With a link of its own for each part that only a person's word holds to the rest."""
    if len(campaign.links) >= len(campaign.members) - 1:  # a spanning set: all evidence
        return campaign
    place = {mail: at for at, mail in enumerate(campaign.members)}
    left = np.array([place[link.a] for link in campaign.links], np.int64)
    right = np.array([place[link.b] for link in campaign.links], np.int64)
    first, *others = np.unique(join_pairs(alone(len(place)), left, right)).tolist()
    said = [
        LinkProof(campaign.members[first], campaign.members[other], {DECISION: 1.0}, 1.0, (WHY,))
        for other in others
    ]
    links = sorted((*campaign.links, *said), key=lambda link: (link.a, link.b))
    return replace(campaign, links=tuple(links))


def names(given: Sequence[Name], campaign_of: Mapping[str, str]) -> dict[str, str]:
    """By campaign id, for those that have a name. `campaign_of`: the campaign of a mail."""
    found: dict[str, str] = {}
    for one in given:
        places = Counter(campaign_of[mail] for mail in one.mails if mail in campaign_of)
        if places:
            # Equal shares: that of the least id, so that the answer is always the same.
            found[min(places, key=lambda place: (-places[place], place))] = one.name
    return {place: name for place, name in found.items() if name}
