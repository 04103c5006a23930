# SPDX-License-Identifier: Apache-2.0
"""The few file operations on which durability rests, each one a method that a test can make fail.

Does not decide what a failure means for the vault; `trouble` only gives it its exit code.
"""

import errno
import os
from pathlib import Path
from typing import Protocol

from comity.values.errors import ComityError, InputOutput, TryLater

_LATER = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM))


class Files(Protocol):
    """Every method may raise OSError; after that only what was synced is sure."""

    def create(self, path: Path) -> int:
        """A new empty file, readable and writable."""

    def open(self, path: Path) -> int:
        """An existing file, readable and writable."""

    def write(self, file: int, offset: int, content: bytes) -> None:
        """All of it or an error."""

    def truncate(self, file: int, length: int) -> None: ...

    def sync(self, file: int) -> None:
        """Returns only when the bytes are on the disk."""

    def sync_folder(self, path: Path) -> None:
        """Makes names in this folder durable."""

    def replace(self, source: Path, target: Path) -> None: ...

    def seal(self, path: Path) -> None:
        """Read-only from now on."""

    def close(self, file: int) -> None: ...


class Disk:
    """The operating system's files (POSIX)."""

    def create(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)

    def open(self, path: Path) -> int:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def write(self, file: int, offset: int, content: bytes) -> None:
        view = memoryview(content)
        while view:
            written = os.pwrite(file, view, offset)
            view, offset = view[written:], offset + written

    def truncate(self, file: int, length: int) -> None:
        os.ftruncate(file, length)

    def sync(self, file: int) -> None:
        os.fsync(file)

    def sync_folder(self, path: Path) -> None:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def seal(self, path: Path) -> None:
        path.chmod(0o400)

    def close(self, file: int) -> None:
        os.close(file)


def trouble(error: OSError, what: str) -> ComityError:
    """The error for a person: 75 where waiting or making room helps, 74 otherwise."""
    fact = f"{what}: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TryLater(fact, "Nothing of this batch was accepted. Make room, then send it again.")
    if error.errno in _LATER:
        return TryLater(fact, "Nothing of this batch was accepted. Send it again later.")
    return InputOutput(
        fact, "Nothing of this batch was accepted. Check the disk, then run: comity fsck"
    )
