# SPDX-License-Identifier: Apache-2.0
"""The vault's files as they lie on the disk, for `fsck`. Opens for reading only."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import BinaryIO

from comity.store.locator import Locator
from comity.store.scan import segments


class StoredSegments:
    """Fills the port `service.ports.Segments`."""

    def __init__(self, folder: Path, locator: Path) -> None:
        self._folder, self._locator = folder, locator

    def names(self) -> list[str]:
        return [path.name for _, path in segments(self._folder)]

    def open(self, name: str) -> BinaryIO:
        return (self._folder / name).open("rb")

    def checkpoint(self) -> bytes | None:
        path = self._folder / "checkpoint"
        return path.read_bytes() if path.exists() else None

    def set_aside(self) -> list[str]:
        folder = self._folder / "torn"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def in_use(self) -> bool:
        """Asks for the lock and gives it back at once; a writer that opens just then asks again."""
        try:
            file = os.open(self._folder / "lock", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def hint(self, leaf: int) -> bytes | None:
        try:
            locator = Locator(self._locator, writer=False)
            try:
                row = locator.at(leaf)
            finally:
                locator.close()
        except sqlite3.DatabaseError:
            return None
        return row.hash if row else None
