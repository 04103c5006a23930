# SPDX-License-Identifier: Apache-2.0
"""Which keys say something: one that goes with many different mails is nobody's own.

Mass providers, shorteners, shared hosts, common logos and subjects like "Hello" are not listed
anywhere: the mails themselves show that they go with everything. So no list ages, and the answer
depends on the set of mails only.
"""

import numpy as np
from numpy.typing import NDArray

from comity.campaign.join import Rows, distinct_per_key
from comity.campaign.shingle import U64

# A key seen in n mails is common if it goes with more than BASE + SLOPE·√n different contents.
# Ours: under nine mails never (too few to tell), one third at 50 mails, 2 % at 10,000. A sender
# of many campaigns stays below, a provider with its many customers does not.
BASE, SLOPE = 2.0, 2.0
SUBJECT_BASE, SUBJECT_SLOPE = 3.0, 2.0  # the same wording with varying text is a habit of campaigns


def common(
    keys: U64, contents: U64 | Rows, base: float = BASE, slope: float = SLOPE
) -> NDArray[np.bool_]:
    """For each pair (key, content): whether its key is common. Content 0 is none: not counted."""
    told = contents != 0
    names, counts, distinct = distinct_per_key(keys[told], contents[told])
    if not len(names):
        return np.zeros(len(keys), bool)
    at = np.minimum(np.searchsorted(names, keys), len(names) - 1)
    return np.asarray((distinct > base + slope * np.sqrt(counts))[at] & (names[at] == keys))
