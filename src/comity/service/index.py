# SPDX-License-Identifier: Apache-2.0
"""Bring the index up to the vault and the journal: what it does not know yet is read, in order.

Safe to stop and to repeat at any point; vault and journal are never changed.
"""

from comity.evidence.event import Event
from comity.evidence.receipt import Damage, Entry
from comity.service.ports import Node

STEP = "reportings"
_BATCH = 1_000  # ours: rows in one transaction


def catch_up(node: Node) -> tuple[int, tuple[Damage, ...]]:
    """Index each reporting that is new. Gives how many, and the damage met. Raises ServiceAway."""
    start = node.index.reached(STEP)
    added, damaged = 0, []
    batch: list[Entry] = []
    reached = start
    for entry in node.archive.entries(start):
        if isinstance(entry, Damage):
            damaged.append(entry)
            continue
        batch.append(entry)
        reached = entry.leaf + 1
        if len(batch) == _BATCH:
            node.index.add_reportings(batch, reached)
            added, batch = added + len(batch), []
    if batch:
        node.index.add_reportings(batch, reached)
    return added + len(batch), tuple(damaged)


def catch_up_journal(node: Node) -> None:
    """Index each decision of the journal that is new. Damage is `fsck`'s to name."""
    reached = node.decisions.reached()
    batch: list[tuple[int, Event]] = []
    for one in node.journal.events(reached):
        if isinstance(one, Damage):
            continue
        batch.append(one)
        reached = one[0] + 1
        if len(batch) == _BATCH:
            node.decisions.add(batch, reached)
            batch = []
    if batch:
        node.decisions.add(batch, reached)
