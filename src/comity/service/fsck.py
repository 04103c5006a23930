# SPDX-License-Identifier: Apache-2.0
"""Check every stored byte, and the log against what was signed.

Recomputes all from the files: shares with the writer only the layout (`evidence.segment`,
`evidence.record`), and has its own tree. Repairs nothing and changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import zstandard

from comity.evidence.checkpoint import Checkpoint, open_checkpoint
from comity.evidence.receipt import Damage
from comity.evidence.record import LeafRecord
from comity.evidence.segment import (
    HEAD_BYTES,
    HEADER_BYTES,
    Head,
    Header,
    Kind,
    first_leaf,
    next_head,
)
from comity.service.ports import Node, Segments
from comity.values.errors import VerificationError


@dataclass(slots=True)
class Checked:
    """What `fsck` found."""

    records: int = 0  # whole ones
    checked_bytes: int = 0
    segments: int = 0
    damaged: list[Damage] = field(default_factory=list)
    checkpoint: Checkpoint | None = None  # the last one whose signature and root held
    set_aside: list[str] = field(default_factory=list)  # halves of torn writes, without a receipt

    def as_json(self) -> dict[str, object]:
        return {
            "records": self.records,
            "checked_bytes": self.checked_bytes,
            "segments": self.segments,
            "damaged": [damage.as_json() for damage in self.damaged],
            "checkpoint": self.checkpoint.as_json() if self.checkpoint else None,
            "set_aside": self.set_aside,
        }


def fsck(node: Node, *, progress: Callable[[int], None] | None = None) -> Checked:
    """Read the whole vault. `progress` hears of bytes checked. Raises OSError if it cannot read."""
    check = _Check(node, progress or (lambda count: None))
    check.run()
    return check.found


class _Tree:
    """RFC 6962 section 2.1, by a stack of subtrees; on purpose not `evidence.merkle`."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []  # leaves below, hash

    def add(self, leaf: bytes) -> None:
        self.size += 1
        count = 1
        while self._stack and self._stack[-1][0] == count:
            _, left = self._stack.pop()
            leaf, count = hashlib.sha256(b"\x01" + left + leaf).digest(), 2 * count
        self._stack.append((count, leaf))

    def root(self) -> bytes:
        if not self._stack:
            return hashlib.sha256().digest()
        root = self._stack[-1][1]
        for _, left in self._stack[-2::-1]:
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root


class _Check:
    def __init__(self, node: Node, progress: Callable[[int], None]) -> None:
        self._files: Segments = node.segments
        self._verifier = node.verifier
        self._progress = progress
        self._tree = _Tree()
        self._whole: set[bytes] = set()  # digests whose bytes are here
        self._broken = False  # a leaf hash is unknown: no root can be computed after it
        self._guessed = 0  # leaf hashes taken from a hint, until a signed root bears them out
        self._signed: Checkpoint | None = None
        self.found = Checked()

    def run(self) -> None:
        in_use = self._files.in_use()
        self.found.set_aside = self._files.set_aside()
        self._read_published()
        names = self._files.names()
        for name in names:
            with self._files.open(name) as file:
                content = file.read()
            last = name == names[-1]
            self._segment(name, content, last and (in_use or self._files.in_use()))
            self.found.segments += 1
            self.found.checked_bytes += len(content)
            self._progress(self.found.checked_bytes)
        size = self._tree.size
        if self._signed and self._signed.size > size and not in_use:
            name, end = (names[-1], len(content)) if names else ("", 0)
            problem = f"expected the {self._signed.size} leaves we signed, got {size}"
            self._damage(name, end, end, size, None, problem)

    def _read_published(self) -> None:
        note = self._files.checkpoint()
        if note is None:
            return
        self.found.checked_bytes += len(note)
        try:
            self._signed = open_checkpoint(note, self._verifier.name, [self._verifier])
        except VerificationError as error:
            self._damage("checkpoint", 0, len(note), None, None, error.fact)

    def _segment(self, name: str, content: bytes, in_flight: bool) -> None:
        header = Header.read(content[:HEADER_BYTES])
        if header is None:
            problem = "expected a segment's header, got other bytes"
            self._damage(name, 0, len(content), first_leaf(name), None, problem)
            return
        for offset in header.damaged:
            self._damage(name, offset, offset + HEADER_BYTES // 3, None, None, "header changed")
        if header.first_leaf != first_leaf(name):
            problem = f"expected the segment of leaf {first_leaf(name)}, got {header.first_leaf}"
            self._damage(name, 0, HEADER_BYTES, None, None, problem)
        if header.first_leaf > self._tree.size:
            self._missing(name, HEADER_BYTES, header.first_leaf)
        for offset, head, payload in _frames(content, header.marker):
            if isinstance(head, int):  # bytes up to here are no frame
                if not (in_flight and head == len(content)):
                    self._no_frame(name, offset, head, len(content))
            elif head.kind is Kind.CHECKPOINT:
                self._checkpoint(name, offset, head, payload)
            else:
                self._leaf(name, offset, head, payload, in_flight)

    def _no_frame(self, name: str, offset: int, end: int, size: int) -> None:
        leaf = self._tree.size
        what = "half a record" if end == size else "changed bytes"
        self._damage(name, offset, end, leaf, None, f"expected a whole record, got {what}")

    def _missing(self, name: str, offset: int, leaf: int) -> None:
        """Leaves below `leaf` that were not there."""
        while self._tree.size < leaf and not self._broken:
            hint = self._files.hint(self._tree.size)
            if hint is None:
                self._broken = True
            else:
                self._guessed += 1
                self._add(hint)
        if self._tree.size < leaf:
            self._tree.size = leaf
        last = self.found.damaged[-1] if self.found.damaged else None
        if not (last and last.segment == name and last.end == offset):
            problem = f"expected leaf {self._tree.size} or earlier, got a gap before leaf {leaf}"
            self._damage(name, offset, offset, leaf - 1, None, problem)

    def _leaf(self, name: str, offset: int, head: Head, payload: bytes, in_flight: bool) -> None:
        if head.leaf > self._tree.size:
            self._missing(name, offset, head.leaf)
        problem, sha256 = self._problem(head, payload)
        if head.leaf < self._tree.size:
            problem = f"expected leaf {self._tree.size}, got leaf {head.leaf} a second time"
        else:
            self._add(head.leaf_hash)
        if in_flight and problem and len(payload) < head.payload:
            return
        if problem:
            self._damage(name, offset, offset + head.length, head.leaf, sha256, problem)
        else:
            self.found.records += 1

    def _problem(self, head: Head, payload: bytes) -> tuple[str, str | None]:
        """What is wrong with a leaf's frame ("" if nothing), and whose bytes it held."""
        if head.kind is Kind.LOST:
            return "expected a report, got only its leaf hash: the disk had lost it", None
        leaf = hashlib.sha256(b"\x00" + payload[: head.record]).digest()
        known = leaf == head.leaf_hash  # so these words are what was written
        try:
            record = LeafRecord.read(payload[: head.record])
        except ValueError:
            known = False
        if len(payload) < head.payload:
            problem = f"expected {head.payload} bytes, got half a record of {len(payload)}"
            return problem, record.digest if known else None
        if not known:
            return f"expected leaf hash {head.leaf_hash.hex()}, got {leaf.hex()}", None
        parts = head.split(payload)
        if parts is None:
            return f"expected checksum {head.checksum:08x}, got changed bytes", record.digest
        if head.kind is Kind.AGAIN:
            here = bytes.fromhex(record.digest) in self._whole
            return "" if here else "expected these bytes in an earlier record, got none", (
                record.digest
            )
        return self._content(parts[2], record), record.digest

    def _content(self, body: bytes, record: LeafRecord) -> str:
        try:
            unpacker = zstandard.ZstdDecompressor()
            content = unpacker.decompress(body, max_output_size=record.length + 1)
        except zstandard.ZstdError as error:
            return f"expected a zstd frame, got {error}"
        got = hashlib.sha256(content).hexdigest()
        if len(content) != record.length or got != record.digest:
            expected = f"{record.length} bytes of SHA-256 {record.digest}"
            return f"expected {expected}, got {len(content)} of {got}"
        self._whole.add(bytes.fromhex(got))
        return ""

    def _add(self, leaf_hash: bytes) -> None:
        self._tree.add(leaf_hash)
        signed = self._signed
        if signed and signed.size == self._tree.size and not self._broken:
            if self._tree.root() == signed.root:
                self._holds(signed)
            else:
                self._other_root("checkpoint", 0, 0, signed)

    def _checkpoint(self, name: str, offset: int, head: Head, payload: bytes) -> None:
        end = offset + head.length
        if head.split(payload) is None:
            self._damage(name, offset, end, None, None, "expected a checkpoint, got changed bytes")
            return
        try:
            checkpoint = open_checkpoint(payload, self._verifier.name, [self._verifier])
        except VerificationError as error:
            self._damage(name, offset, end, None, None, error.fact)
            return
        if checkpoint.size > self._tree.size:
            self._missing(name, offset, checkpoint.size)
        if checkpoint.size < self._tree.size:
            problem = f"expected a checkpoint of {self._tree.size} leaves, got {checkpoint.size}"
            self._damage(name, offset, end, None, None, problem)
        elif not self._broken:
            if self._tree.root() == checkpoint.root:
                self._holds(checkpoint)
            else:
                self._other_root(name, offset, end, checkpoint)

    def _holds(self, checkpoint: Checkpoint) -> None:
        self._guessed = 0
        if self.found.checkpoint is None or self.found.checkpoint.size <= checkpoint.size:
            self.found.checkpoint = checkpoint

    def _other_root(self, name: str, offset: int, end: int, checkpoint: Checkpoint) -> None:
        since = self.found.checkpoint.size if self.found.checkpoint else 0
        problem = (
            f"leaves {since} to {checkpoint.size - 1}: "
            f"expected root {checkpoint.root.hex()}, got {self._tree.root().hex()}"
        )
        if not self._guessed:  # a wrong hint is no damage of the vault
            self._damage(name, offset, end, None, None, problem)
        self._broken = True

    def _damage(
        self, name: str, offset: int, end: int, leaf: int | None, sha256: str | None, problem: str
    ) -> None:
        self.found.damaged.append(Damage(name, offset, end, leaf, sha256, problem))


def _frames(content: bytes, marker: bytes) -> Iterator[tuple[int, Head | int, bytes]]:
    """Offset, head and payload of each frame; or, for other bytes, where they end."""
    offset = HEADER_BYTES
    while offset < len(content):
        start = offset + HEAD_BYTES
        head = Head.read(content[offset:start], marker)
        if head is None:
            found = next_head(content, offset + 1, marker)
            end = len(content) if found is None else found
            yield offset, end, b""
            offset = end
        else:
            yield offset, head, content[start : start + head.payload]
            offset += head.length
