# SPDX-License-Identifier: Apache-2.0
"""The layout of a vault segment: a header, then frames, each with its own checksums.

Layout as functions over bytes: the writer, the readers and `fsck` share this file and no more.
Little-endian. Opens no file, never raises on content. Drawn in docs/explanation/vault.md.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"COMITY01"
MARKER_BYTES = 8
_COPY = struct.Struct("<8sQ8sII")  # magic, first leaf, marker, zero, CRC-32 of what is before
_COPIES = 3  # the marker is needed to find frames, so one damaged byte must not lose it
HEADER_BYTES = _COPY.size * _COPIES

# marker, kind, leaf, leaf hash, lengths of record, path and body, CRC-32 of those, CRC-32 of head
_HEAD = struct.Struct("<8sIQ32sIIIII")
_HEAD_CHECKED = struct.Struct("<8sIQ32sIIII")
HEAD_BYTES = _HEAD.size

MAX_CONTENT = 256 << 20  # bytes of one report; ours: far above what mail systems carry
MAX_PATH = 4_096  # bytes of UTF-8
MAX_RECORD = 64_000  # bytes: a leaf record, or a signed checkpoint
MAX_BODY = MAX_CONTENT + (MAX_CONTENT >> 7) + 64  # zstd's own bound on bytes that do not shrink

_NAME = re.compile(r"([0-9]{20})\.segment")


class Kind(IntEnum):
    """What a frame holds."""

    REPORT = 1  # leaf record, path, bytes as one zstd frame
    AGAIN = 2  # leaf record and path: these bytes are here already
    CHECKPOINT = 3  # signed checkpoint of all leaves before it
    LOST = 4  # only the leaf hash, and the digest for people: the disk lost an accepted report


_KINDS = frozenset(int(kind) for kind in Kind)
LEAVES = frozenset((Kind.REPORT, Kind.AGAIN, Kind.LOST))


def name(first_leaf: int) -> str:
    """The file of the segment that begins with this leaf."""
    return f"{first_leaf:020d}.segment"


def first_leaf(file_name: str) -> int | None:
    """The inverse of `name`; None for a file that is no segment."""
    match = _NAME.fullmatch(file_name)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Header:
    first_leaf: int
    marker: bytes  # random: a mail cannot hold a frame that we would take for ours
    damaged: tuple[int, ...] = ()  # offsets of copies that cannot be read

    def print(self) -> bytes:
        copy = _COPY.pack(MAGIC, self.first_leaf, self.marker, 0, 0)[:-4]
        return (copy + struct.pack("<I", zlib.crc32(copy))) * _COPIES

    @classmethod
    def read(cls, content: bytes) -> "Header | None":
        """From the first HEADER_BYTES of a file. None if no copy is whole."""
        found, damaged = None, []
        for offset in range(0, HEADER_BYTES, _COPY.size):
            copy = content[offset : offset + _COPY.size]
            if len(copy) == _COPY.size and zlib.crc32(copy[:-4]) == _COPY.unpack(copy)[4]:
                magic, leaf, marker, zero, _ = _COPY.unpack(copy)
                if magic == MAGIC and zero == 0 and found in (None, (leaf, marker)):
                    found = (leaf, marker)
                    continue
            damaged.append(offset)
        return cls(*found, tuple(damaged)) if found else None


@dataclass(frozen=True, slots=True)
class Head:
    """The fixed part of a frame. Its own checksum held."""

    kind: Kind
    leaf: int  # index in the log; of a checkpoint, its size
    leaf_hash: bytes  # zeros for a checkpoint
    record: int  # bytes
    path: int
    body: int
    checksum: int  # of record, path and body

    @property
    def payload(self) -> int:
        """Bytes that follow the head."""
        return self.record + self.path + self.body

    @property
    def length(self) -> int:
        """Bytes of the whole frame."""
        return HEAD_BYTES + self.payload

    @classmethod
    def read(cls, content: bytes, marker: bytes) -> "Head | None":
        """From HEAD_BYTES bytes. None if they are no whole head of this segment."""
        if len(content) != HEAD_BYTES or content[:MARKER_BYTES] != marker:
            return None
        fields = _HEAD.unpack(content)
        if zlib.crc32(content[:-4]) != fields[8]:
            return None
        kind, record, path, body = fields[1], fields[4], fields[5], fields[6]
        if kind not in _KINDS or record > MAX_RECORD or path > MAX_PATH or body > MAX_BODY:
            return None
        return cls(Kind(kind), fields[2], fields[3], record, path, body, fields[7])

    def split(self, payload: bytes) -> tuple[bytes, bytes, bytes] | None:
        """Record, path and body; None if any byte of them changed."""
        if len(payload) != self.payload or zlib.crc32(payload) != self.checksum:
            return None
        at = self.record + self.path
        return payload[: self.record], payload[self.record : at], payload[at:]


def print_frame(
    marker: bytes,
    kind: Kind,
    leaf: int,
    leaf_hash: bytes,
    record: bytes = b"",
    path: bytes = b"",
    body: bytes = b"",
) -> bytes:
    """A whole frame."""
    payload = record + path + body
    sizes = (len(record), len(path), len(body), zlib.crc32(payload))
    head = _HEAD_CHECKED.pack(marker, kind, leaf, leaf_hash, *sizes)
    return head + struct.pack("<I", zlib.crc32(head)) + payload


def next_head(content: bytes, start: int, marker: bytes) -> int | None:
    """The offset of the first whole head at or after `start`."""
    at = content.find(marker, start)
    while at >= 0:
        if Head.read(content[at : at + HEAD_BYTES], marker):
            return at
        at = content.find(marker, at + 1)
    return None
