# SPDX-License-Identifier: Apache-2.0
"""The journal: what people did at a node, in a sealed log beside that of the reports.

The same files, checksums, tree and signed checkpoints as the vault (`store.vault`), so `fsck`
checks it with the same code. Appends and reads; which acts are recorded is `service.journal`'s.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from comity.evidence.event import Event, read_event
from comity.evidence.note import Verifier
from comity.evidence.receipt import Damage, Incoming
from comity.store.archive import Archive
from comity.store.segments import StoredSegments
from comity.store.vault import Vault
from comity.values.errors import TryLater

CHANNEL = "journal"
_PATIENCE = 2.0  # seconds to wait for another process that writes; ours: an append takes 3 ms
_PAUSE = 0.01


class JournalStore:
    """Fills the port `service.ports.Journal`, and what `fsck` asks of a log."""

    def __init__(
        self, folder: Path, locator: Path, verifier: Verifier, open_writer: Callable[[], Vault]
    ) -> None:
        self.verifier = verifier
        self.archive = Archive(folder, locator)
        self.segments = StoredSegments(folder, locator)
        self._open = open_writer
        self._turn = threading.Lock()

    def append(self, event: Event) -> int:
        """Durable when it returns; gives its leaf. Raises TryLater and InputOutput."""
        item = Incoming(event.kind.value, event.print(), CHANNEL)
        with self._turn:
            end = time.monotonic() + _PATIENCE
            while True:
                try:
                    with self._open() as writer:
                        return writer.append([item])[0].leaf
                except TryLater:
                    if time.monotonic() > end:
                        raise
                time.sleep(_PAUSE)

    def events(self, start: int = 0) -> Iterator[tuple[int, Event] | Damage]:
        """From leaf `start` on, in order; damage is named and stepped over."""
        for entry in self.archive.entries(start, content=True):
            if isinstance(entry, Damage):
                yield entry
            elif entry.content is not None:
                yield entry.leaf, read_event(entry.content)

    def size(self) -> int:
        return self.archive.size()
