# SPDX-License-Identifier: Apache-2.0
"""Bring the index up to the vault. What it does not know yet is read from there, in order.

Safe to stop and to repeat at any point; the vault is never changed.
"""

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
