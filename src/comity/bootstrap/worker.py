# SPDX-License-Identifier: Apache-2.0
"""The worker: reads what waits in the vault as it comes, and finds the campaigns anew.

Joins `service.reanalyse` with a node and its pool. There is no queue that could lose anything: what
waits is the part of the log that the index has not reached (decision 5). Safe to kill at any point.
"""

from collections.abc import Callable
from dataclasses import dataclass

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.node import Node
from comity.bootstrap.pool import analyser
from comity.service.reanalyse import Reanalysed, reanalyse
from comity.values.errors import ServiceAway, TryLater

PAUSE = 1.0  # seconds between two looks at the log; ours: an officer reads a page in more
LONGEST = 60.0  # seconds between two tries of an index that does not answer


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the log did. `away`: why nothing could be done."""

    done: Reanalysed | None = None
    away: str = ""


def work(
    node: Node, jobs: int, wait: Callable[[float], bool], told: Callable[[Round], None]
) -> None:
    """Until `wait(seconds)` says True. `told` hears of each round that read something or failed."""
    run = analyser(lambda: of_node(node), jobs)
    pause = PAUSE
    while True:
        try:
            done = reanalyse(node, run, everything=False)
            pause = PAUSE
            if done.reports:
                told(Round(done))
        except (ServiceAway, TryLater) as error:
            told(Round(away=str(error)))
            pause = min(pause * 2, LONGEST)
        if wait(pause):
            return
