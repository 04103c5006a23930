# SPDX-License-Identifier: Apache-2.0
"""Take reports in. A receipt is given only for bytes that are durable.

Looks inside nothing, and needs no index: a database that is away stops no report.
"""

from collections.abc import Callable, Iterable, Iterator

from comity.evidence.receipt import Incoming, Receipt
from comity.evidence.segment import MAX_CONTENT
from comity.service.ports import Node
from comity.values.errors import BadData

BATCH = 512  # reports; ours: past this a larger batch gains nothing measurable
BATCH_BYTES = 8 << 20  # ours: what is held in memory, twice


def ingest(
    items: Iterable[tuple[str, bytes, str]],
    node: Node,
    *,
    refused: Callable[[str, str], None] | None = None,
    noted: Callable[[str], None] | None = None,
    batch: int = BATCH,
) -> Iterator[Receipt]:
    """Reports as (path, bytes, channel) in; receipts out, in the same order.

    A report over the cap is told to `refused` as (path, why) and the rest goes on; without
    `refused` it raises BadData. `noted` hears what was mended at opening. Raises TryLater (in use,
    or disk full: nothing after the last receipt was accepted) and InputOutput (the disk failed).
    """
    with node.writer() as vault:
        if noted:
            for note in vault.notes:
                noted(note)
        waiting: list[Incoming] = []
        size = 0
        for path, content, channel in items:
            if len(content) > MAX_CONTENT:
                why = f"{len(content)} bytes, more than the {MAX_CONTENT} of one report"
                if refused is None:
                    raise BadData(f"{path}: {why}", "Split it into its reports.")
                refused(path, why)
                continue
            waiting.append(Incoming(path, content, channel))
            size += len(content)
            if len(waiting) >= batch or size >= BATCH_BYTES:
                yield from vault.append(waiting)
                waiting, size = [], 0
        yield from vault.append(waiting)
