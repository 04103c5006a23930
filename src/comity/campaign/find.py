# SPDX-License-Identifier: Apache-2.0
"""Campaigns with the links that prove them: joins `campaign.cluster` and `campaign.proof`.

A pure function of the set of fingerprints; decides nothing itself.
"""

from collections.abc import Iterable

import numpy as np

from comity.campaign.campaign import Campaign, Fingerprint
from comity.campaign.cluster import Clustering, campaign_id, cluster_table
from comity.campaign.proof import links
from comity.campaign.table import Table, digests, table


def cluster(fingerprints: Iterable[Fingerprint] | Table) -> tuple[Campaign, ...]:
    """Campaigns of two mails or more, each with the links that hold it together, in order of id."""
    rows = fingerprints if isinstance(fingerprints, np.ndarray) else table(fingerprints)
    return campaigns(cluster_table(rows))


def campaigns(found: Clustering) -> tuple[Campaign, ...]:
    """The same for mails that are clustered already."""
    names = digests(found.evidence.table)
    return tuple(
        Campaign(
            id=campaign_id(names[members[0]]),
            members=tuple(names[row] for row in members),
            links=links(found.evidence, members, names),
        )
        for members in found.campaigns()
    )
