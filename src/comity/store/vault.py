# SPDX-License-Identifier: Apache-2.0
"""The vault: reports as received, durable before anybody hears of it. The one writer.

A batch is one write and one sync of its reports, then one of the signed checkpoint over them.
Knows nothing of what a report says. After a failed sync it stops: what the disk holds is then
unknown, and a second sync would answer "done" without having done it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import zstandard

from comity.evidence.checkpoint import Checkpoint
from comity.evidence.merkle import Frontier, leaf_hash
from comity.evidence.note import Signer
from comity.evidence.receipt import Incoming, Receipt
from comity.evidence.record import SALT_BYTES, LeafRecord, channel
from comity.evidence.segment import (
    HEADER_BYTES,
    MARKER_BYTES,
    MAX_CONTENT,
    MAX_PATH,
    Header,
    Kind,
    name,
    print_frame,
)
from comity.store.archive import Archive, content_at
from comity.store.files import Disk, Files, trouble
from comity.store.locator import Locator, Row
from comity.store.recovery import Opened, Tail, recover
from comity.values.digest import Digest, digest_of
from comity.values.errors import BadData, InputOutput, TryLater, VerificationError

SEGMENT_BYTES = 64 << 20  # ours: read whole by fsck, small enough to move
_LEVEL = 3  # zstd's default; ours: level 1 saves 5 % of the time and costs 6 % of the room
_NO_LEAF = bytes(32)


class Vault:
    """Open for writing: at most one at a time."""

    def __init__(
        self,
        folder: Path,
        locator: Path,
        signer: Signer,
        *,
        now: Callable[[], datetime],
        entropy: Callable[[int], bytes] = os.urandom,
        files: Files | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """Raises TryLater if another process writes here, InputOutput if it cannot be continued."""
        self.folder = folder
        self.archive = Archive(folder, locator)
        self._signer, self._now, self._entropy = signer, now, entropy
        self._files: Files = files or Disk()
        self._segment_bytes = segment_bytes
        self._packer = zstandard.ZstdCompressor(level=_LEVEL)
        self._stopped = ""
        self._file = -1
        self._unlocated: list[Row] = []  # durable, but the locator could not take them yet
        self._lock = _lock(folder)
        try:
            opened = self._open(locator)
        except BaseException:
            os.close(self._lock)
            raise
        self.notes = opened.notes  # what was found and done at opening, for people
        self._locator: Locator = opened.locator
        self._frontier: Frontier = opened.frontier
        self._tail: Tail | None = opened.tail
        self._published = opened.frontier.size if opened.clean else -1
        if not opened.clean:
            self._sign_again()

    def _open(self, locator: Path) -> Opened:
        locator.parent.mkdir(parents=True, exist_ok=True)
        verifier = self._signer.verifier
        try:
            opened = recover(self.folder, locator, self._files, verifier.name, verifier)
            if opened.tail:
                self._file = self._files.open(opened.tail.path)
        except OSError as error:
            raise trouble(error, f"opening the vault {self.folder}") from error
        return opened

    def __enter__(self) -> "Vault":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Publish the last checkpoint and let go. Raises nothing: all receipts hold already."""
        if self._lock < 0:
            return
        self.publish()
        self._locator.close()
        if self._file >= 0:
            self._files.close(self._file)
        os.close(self._lock)
        self._lock = self._file = -1
        self._stopped = self._stopped or "the vault was closed"

    @property
    def size(self) -> int:
        """Leaves in the log."""
        return self._frontier.size

    def checkpoint(self) -> Checkpoint:
        """Of all that is durable."""
        return Checkpoint(self._signer.verifier.name, self.size, self._frontier.root())

    def append(self, batch: Sequence[Incoming]) -> tuple[Receipt, ...]:
        """Take a batch whole or not at all; when this returns, it is durable.

        Raises TryLater (disk full), InputOutput (disk failed), BadData (a report over the caps).
        """
        if self._stopped:
            raise InputOutput(
                f"the vault takes nothing more: {self._stopped}",
                "Stop this process, check the disk, then run: comity fsck",
            )
        if not batch:
            return ()
        for report in batch:
            _check(report)
        tail = self._room()
        receipts, rows, block = self._pack(batch, tail)
        frontier, nodes = self._frontier.extend(row.hash for row in rows)
        signed = self._checkpoint_frame(frontier, tail)
        self._write(tail.offset, block)
        self._write(tail.offset + len(block), signed, undo=tail.offset)
        end = tail.offset + len(block) + len(signed)
        self._tail = Tail(tail.segment, tail.path, tail.marker, end)
        self._frontier = frontier
        self._unlocated += rows
        try:
            self._locator.add(self._unlocated, nodes, (tail.segment, end))
            self._unlocated = []
        except sqlite3.Error:
            self._stopped = "its locator cannot be written"  # these receipts hold all the same
        return receipts

    def publish(self) -> bool:
        """Replace the file `checkpoint` by one of all that is durable; False if that failed."""
        if self._published == self.size or self._stopped:
            return self._published == self.size
        target = self.folder / "checkpoint"
        draft = self.folder / "checkpoint.new"
        try:
            file = self._files.create(draft)
            try:
                self._files.write(file, 0, self.checkpoint().sign(self._signer))
                self._files.sync(file)
            finally:
                self._files.close(file)
            self._files.replace(draft, target)
            self._files.sync_folder(self.folder)
        except OSError:
            return False  # the log itself holds the same checkpoint
        self._published = self.size
        return True

    def _pack(
        self, batch: Sequence[Incoming], tail: Tail
    ) -> tuple[tuple[Receipt, ...], list[Row], bytes]:
        """The batch as frames, with where each will lie."""
        now = self._now()
        digests = [digest_of(report.content) for report in batch]
        here = self._here(digests)
        salts = self._entropy(SALT_BYTES * len(batch))
        receipts, rows, frames = [], [], []
        offset, leaf = tail.offset, self.size
        for number, (report, digest) in enumerate(zip(batch, digests, strict=True)):
            salt = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES]
            record = LeafRecord(report.channel, digest, len(report.content), now, salt).print()
            again = digest in here
            kind = Kind.AGAIN if again else Kind.REPORT
            body = b"" if again else self._packer.compress(report.content)
            here.add(digest)
            path = _path(report.path)
            hashed = leaf_hash(record)
            frame = print_frame(tail.marker, kind, leaf, hashed, record, path, body)
            frames.append(frame)
            rows.append(Row(leaf, tail.segment, offset, kind, bytes.fromhex(digest), hashed))
            receipts.append(Receipt(report.path, digest, leaf, now, again, report.channel))
            offset, leaf = offset + len(frame), leaf + 1
        return tuple(receipts), rows, b"".join(frames)

    def _here(self, digests: Sequence[Digest]) -> set[Digest]:
        """Those whose bytes are here and still whole: damaged ones are taken anew."""
        found = self._locator.holders([bytes.fromhex(digest) for digest in digests])
        whole = set()
        for key, rows in found.items():
            digest = Digest(key.hex())
            try:
                content_at(self.folder, rows[0], digest)
            except VerificationError:
                continue
            whole.add(digest)
        return whole

    def _checkpoint_frame(self, frontier: Frontier, tail: Tail) -> bytes:
        checkpoint = Checkpoint(self._signer.verifier.name, frontier.size, frontier.root())
        note = checkpoint.sign(self._signer)
        return print_frame(tail.marker, Kind.CHECKPOINT, frontier.size, _NO_LEAF, note)

    def _write(self, offset: int, block: bytes, undo: int | None = None) -> None:
        """Write and sync, or leave the file as it was and raise."""
        undo = offset if undo is None else undo
        try:
            self._files.write(self._file, offset, block)
        except OSError as error:
            self._undo(undo)
            raise trouble(error, f"writing to the vault {self.folder}") from error
        self._sync(undo)

    def _sync(self, undo: int) -> None:
        try:
            self._files.sync(self._file)
        except OSError as error:
            self._stopped = f"a sync failed ({error.strerror or error})"
            self._undo(undo)
            raise trouble(error, f"syncing the vault {self.folder}") from error

    def _undo(self, length: int) -> None:
        try:
            self._files.truncate(self._file, length)
        except OSError as error:
            self._stopped = f"a failed write could not be undone ({error.strerror or error})"

    def _room(self) -> Tail:
        """The segment to write to: a new one where there is none or the last is full."""
        tail = self._tail
        if tail and tail.offset < self._segment_bytes:
            return tail
        marker = self._entropy(MARKER_BYTES)
        path = self.folder / name(self.size)
        try:
            if tail:
                self._files.seal(tail.path)
            file = self._files.create(path)
            if self._file >= 0:
                self._files.close(self._file)
            self._file = file
            self._tail = None  # until the new one is durable
            self._files.write(file, 0, Header(self.size, marker).print())
        except OSError as error:
            raise trouble(error, f"beginning a segment in {self.folder}") from error
        self._sync(0)
        try:
            self._files.sync_folder(self.folder)
        except OSError as error:
            self._stopped = f"a sync failed ({error.strerror or error})"
            raise trouble(error, f"syncing the vault {self.folder}") from error
        self._tail = Tail(self.size, path, marker, HEADER_BYTES)
        return self._tail

    def _sign_again(self) -> None:
        """After a run that was cut off: a checkpoint over what it left whole."""
        if self._tail is None or self.size == 0:
            return
        frame = self._checkpoint_frame(self._frontier, self._tail)
        tail = self._tail
        self._write(tail.offset, frame)
        self._tail = Tail(tail.segment, tail.path, tail.marker, tail.offset + len(frame))
        self._locator.add((), (), (tail.segment, self._tail.offset))
        self.publish()


def _check(report: Incoming) -> None:
    if len(report.content) > MAX_CONTENT:
        raise BadData(
            f"{report.path}: {len(report.content)} bytes, more than the {MAX_CONTENT} of one report"
        )
    try:
        channel(report.channel)
    except ValueError as error:
        raise BadData(str(error)) from error


def _path(path: str) -> bytes:
    """As UTF-8, cut to the cap; names of other bytes keep them as escapes."""
    whole = path.encode("utf-8", "backslashreplace")
    return whole[:MAX_PATH].decode("utf-8", "ignore").encode()


def _lock(folder: Path) -> int:
    """Hold the vault for this process until the file is closed. Raises TryLater."""
    try:
        file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise trouble(error, f"opening {folder / 'lock'}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(file, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(file)
        raise TryLater(
            f"the vault {folder} is in use by pid {holder}",
            "Wait until that process is done, or give it the reports.",
        ) from None
    except OSError as error:
        os.close(file)
        raise trouble(error, f"locking {folder / 'lock'}") from error
    try:
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        pass  # only the name of the holder is lost
    return file
