# SPDX-License-Identifier: Apache-2.0
"""Files that fail on purpose, so that a test can break the vault at any call.

For tests only; `Disk` does the work until the chosen moment. Never used by a node.
"""

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from comity.store.files import Disk


class PowerLoss(BaseException):
    """The machine is off: nothing catches this."""


class Faulty(Disk):
    """Fails at the call of number `at`, counted over all calls that `what` names."""

    def __init__(self, at: int, code: int, what: str = "") -> None:
        self._at, self._code, self._what = at, code, what
        self.calls: list[str] = []
        self.failed = ""

    def _count(self, name: str) -> None:
        if self._what and name != self._what:
            return
        self.calls.append(name)
        if len(self.calls) == self._at + 1:
            self.failed = name
            raise OSError(self._code, os.strerror(self._code))

    def create(self, path: Path) -> int:
        self._count("create")
        return super().create(path)

    def open(self, path: Path) -> int:
        self._count("open")
        return super().open(path)

    def write(self, file: int, offset: int, content: bytes) -> None:
        try:
            self._count("write")
        except OSError:
            super().write(file, offset, content[: len(content) // 2])  # as a full disk does
            raise
        super().write(file, offset, content)

    def truncate(self, file: int, length: int) -> None:
        self._count("truncate")
        super().truncate(file, length)

    def sync(self, file: int) -> None:
        self._count("sync")

    def sync_folder(self, path: Path) -> None:
        self._count("sync_folder")

    def replace(self, source: Path, target: Path) -> None:
        self._count("replace")
        super().replace(source, target)

    def seal(self, path: Path) -> None:
        self._count("seal")
        super().seal(path)


class PowerCut(Disk):
    """Remembers what was synced and goes dark at call `at`; `states` are what a disk may then hold.

    The model: bytes are sure after `sync`, names after `sync_folder`; before that any part of
    them may be there, also later parts without earlier ones.
    """

    def __init__(self, at: int) -> None:
        self._at = at
        self.calls = 0
        self._file: dict[int, int] = {}  # open file → serial number
        self._now: dict[int, bytes] = {}  # serial number → content
        self._synced: dict[int, bytes] = {}
        self._names: dict[Path, int] = {}
        self._sure_names: dict[Path, int] = {}
        self._serial = itertools.count()

    def _tick(self) -> None:
        self.calls += 1
        if self.calls > self._at:
            raise PowerLoss

    def create(self, path: Path) -> int:
        self._tick()
        file = super().create(path)
        serial = next(self._serial)
        self._file[file], self._names[path] = serial, serial
        self._now[serial] = self._synced[serial] = b""
        return file

    def open(self, path: Path) -> int:
        self._tick()
        file = super().open(path)
        self._file[file] = self._names[path]
        return file

    def write(self, file: int, offset: int, content: bytes) -> None:
        self._tick()
        super().write(file, offset, content)
        old = self._now[self._file[file]].ljust(offset, b"\0")
        self._now[self._file[file]] = old[:offset] + content + old[offset + len(content) :]

    def truncate(self, file: int, length: int) -> None:
        self._tick()
        super().truncate(file, length)
        self._now[self._file[file]] = self._now[self._file[file]][:length]

    def sync(self, file: int) -> None:
        self._tick()
        self._synced[self._file[file]] = self._now[self._file[file]]

    def sync_folder(self, path: Path) -> None:
        self._tick()
        here = {name: serial for name, serial in self._names.items() if name.parent == path}
        kept = {n: s for n, s in self._sure_names.items() if n.parent != path}
        self._sure_names = kept | here

    def replace(self, source: Path, target: Path) -> None:
        self._tick()
        super().replace(source, target)
        self._names[target] = self._names.pop(source)

    def states(self) -> Iterator[tuple[str, dict[Path, bytes]]]:
        """Name and files of each different state that is tried."""
        seen: list[dict[Path, bytes]] = []
        for words, names in (("old names", self._sure_names), ("new names", self._names)):
            for how, part in _PARTS.items():
                files = {
                    path: part(self._synced[serial], self._now[serial])
                    for path, serial in names.items()
                }
                if files not in seen:
                    seen.append(files)
                    yield f"{words}, {how}", files


class LosesPages(Disk):
    """A failed sync leaves its pages in memory, marked clean: a later sync does not write them.

    So Linux does on most file systems. Reading shows them until the power is gone.
    """

    def __init__(self) -> None:
        self.failing = False
        self._path: dict[int, Path] = {}
        self._dirty: dict[Path, list[tuple[int, bytes]]] = {}
        self.durable: dict[Path, bytearray] = {}

    def create(self, path: Path) -> int:
        file = super().create(path)
        self._path[file], self._dirty[path] = path, []
        self.durable[path] = bytearray()
        return file

    def open(self, path: Path) -> int:
        file = super().open(path)
        self._path[file] = path
        return file

    def write(self, file: int, offset: int, content: bytes) -> None:
        super().write(file, offset, content)
        self._dirty[self._path[file]].append((offset, content))

    def truncate(self, file: int, length: int) -> None:
        if self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().truncate(file, length)
        del self.durable[self._path[file]][length:]

    def sync(self, file: int) -> None:
        path = self._path[file]
        dirty, self._dirty[path] = self._dirty[path], []
        if self.failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        for offset, content in dirty:
            held = self.durable[path]
            held.extend(bytes(max(0, offset - len(held))))
            held[offset : offset + len(content)] = content

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self.durable[target] = self.durable.pop(source)
        self._dirty[target] = self._dirty.pop(source)


def _hole(synced: bytes, now: bytes) -> bytes:
    """The first half of what was not synced is zeros, the rest is there."""
    middle = (len(synced) + len(now)) // 2
    return (
        now[: len(synced)] + bytes(max(0, middle - len(synced))) + now[max(middle, len(synced)) :]
    )


_PARTS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "nothing more": lambda synced, now: synced,
    "everything": lambda synced, now: now,
    "a third of it": lambda synced, now: now[: len(synced) + max(0, len(now) - len(synced)) // 3],
    "all but a byte": lambda synced, now: now[:-1] if len(now) > len(synced) else now,
    "a hole before the end": _hole,
    "the length and zeros": lambda synced, now: synced.ljust(len(now), b"\0"),
}

FULL = errno.ENOSPC
BROKEN = errno.EIO
