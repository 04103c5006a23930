# SPDX-License-Identifier: Apache-2.0
"""The vault: reports as received, durable before anybody hears of it. The one writer.

A batch is one write and one sync of its reports, then one of the signed checkpoint over them.
Knows nothing of what a report says. After a failed sync it stops: what the disk holds is then
unknown, and a second sync would answer "done" without having done it.
"""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import zstandard

from comity.evidence.checkpoint import Checkpoint
from comity.evidence.merkle import Frontier, Node, leaf_hash
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
from comity.values.errors import (
    BadData,
    ComityError,
    InputOutput,
    TryLater,
    VerificationError,
    WrongUse,
)

SEGMENT_BYTES = 64 << 20  # ours: read whole by fsck, small enough to move
_LEVEL = 1  # of zstd; ours: on 1,500 real mails level 3 is 2 % smaller and takes 40 % longer
_LOCK_TRIES, _LOCK_PAUSE = 3, 0.01  # seconds; ours: fsck asks for the lock for a moment
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
        self._stopped: ComityError | None = None
        self._file = -1
        self._locator: Locator | None = None
        self._lock = _lock(folder)
        try:
            opened = self._open(locator)
            self.notes: tuple[str, ...] = opened.notes  # what was mended, for people
            self._frontier: Frontier = opened.frontier
            self._tail: Tail | None = opened.tail
            self._published = opened.frontier.size if opened.clean else -1
            if not opened.clean:
                self._sign_again()
        except BaseException:
            self._let_go()
            raise

    def _open(self, locator: Path) -> Opened:
        verifier = self._signer.verifier
        try:
            locator.parent.mkdir(parents=True, exist_ok=True)
            opened = recover(self.folder, locator, self._files, verifier.name, verifier)
            self._locator = opened.locator
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
        if self._lock >= 0:
            self.publish()
            self._let_go()

    def _let_go(self) -> None:
        self._stopped = self._stopped or WrongUse("the vault was closed")
        if self._locator:
            self._locator.close()
        if self._file >= 0:
            with contextlib.suppress(OSError):  # all that matters was synced
                self._files.close(self._file)
        os.close(self._lock)
        self._lock = self._file = -1

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
            raise self._stopped
        if not batch:
            return ()
        for report in batch:
            _check(report)
        tail = self._room()
        receipts, rows, block = self._pack(batch, tail)
        frontier, nodes = self._frontier.extend(row.hash for row in rows)
        signed = self._checkpoint_frame(frontier, tail)
        self._write(tail.offset, block, tail.offset)
        self._write(tail.offset + len(block), signed, tail.offset)
        end = tail.offset + len(block) + len(signed)
        self._tail = Tail(tail.segment, tail.path, tail.marker, end)
        self._frontier = frontier
        self._locate(rows, nodes, (tail.segment, end))
        return receipts

    def _locate(self, rows: Sequence[Row], nodes: list[Node], scanned: tuple[int, int]) -> None:
        """These leaves are durable whatever happens here; without a locator we take no more."""
        assert self._locator
        try:
            self._locator.add(rows, nodes, scanned)
        except sqlite3.Error as error:
            self._stopped = TryLater(
                f"the vault's locator cannot be written: {error}",
                "Every receipt given holds. Make room or end what locks it, then go on.",
            )

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
        assert self._locator
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

    def _write(self, offset: int, block: bytes, undo: int) -> None:
        """Write and sync; or cut the file back to `undo` and raise."""
        self._stop("a write was interrupted")  # holds if we are thrown out of here
        try:
            self._files.write(self._file, offset, block)
        except OSError as error:
            if self._cut_back(undo):
                self._stopped = None
            raise trouble(error, f"writing to the vault {self.folder}") from error
        self._sync(self._file, undo)
        self._stopped = None

    def _sync(self, file: int, undo: int) -> None:
        try:
            self._files.sync(file)
        except OSError as error:
            self._stop(f"a sync failed ({error.strerror or error})")
            self._cut_back(undo)
            raise trouble(error, f"syncing the vault {self.folder}") from error

    def _cut_back(self, length: int) -> bool:
        try:
            self._files.truncate(self._file, length)
        except OSError as error:
            self._stop(f"a failed write could not be undone ({error.strerror or error})")
            return False
        return True

    def _stop(self, why: str) -> None:
        self._stopped = InputOutput(
            f"the vault takes nothing more: {why}",
            "Every receipt given holds. End this process, check the disk, run: comity fsck",
        )

    def _room(self) -> Tail:
        """The segment to write to: a new one where there is none or the last is full."""
        tail = self._tail
        if tail and (tail.offset < self._segment_bytes or tail.segment == self.size):
            return tail
        new = Tail(
            self.size, self.folder / name(self.size), self._entropy(MARKER_BYTES), HEADER_BYTES
        )
        try:
            file = self._files.create(new.path)
            try:
                self._files.write(file, 0, Header(new.segment, new.marker).print())
                self._sync(file, tail.offset if tail else 0)
                self._files.sync_folder(self.folder)
            except BaseException:
                self._files.close(file)
                raise
            if tail:
                self._files.close(self._file)
            self._file, self._tail = file, new
            if tail:
                self._files.seal(tail.path)
        except OSError as error:
            raise trouble(error, f"beginning a segment in {self.folder}") from error
        return new

    def _sign_again(self) -> None:
        """After a run that was cut off: a checkpoint over what it left whole."""
        if self._tail is None or self.size == 0:
            return
        frame = self._checkpoint_frame(self._frontier, self._tail)
        tail = self._tail
        self._write(tail.offset, frame, tail.offset)
        self._tail = Tail(tail.segment, tail.path, tail.marker, tail.offset + len(frame))
        self._locate((), [], (tail.segment, self._tail.offset))
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
    for attempt in range(_LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError as error:
            if isinstance(error, BlockingIOError) and attempt + 1 < _LOCK_TRIES:
                time.sleep(_LOCK_PAUSE)
                continue
            holder = os.pread(file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(file)
            if not isinstance(error, BlockingIOError):
                raise trouble(error, f"locking {folder / 'lock'}") from error
            raise TryLater(
                f"the vault {folder} is in use by pid {holder}",
                "Wait until that process is done, or give it the reports.",
            ) from None
    with contextlib.suppress(OSError):  # only the name of the holder would be lost
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
    return file
