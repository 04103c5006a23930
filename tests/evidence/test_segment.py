# SPDX-License-Identifier: Apache-2.0
"""The layout of a segment: round trips, and no changed bit that goes unseen."""

import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.segment import (
    HEAD_BYTES,
    HEADER_BYTES,
    MAX_BODY,
    Head,
    Header,
    Kind,
    first_leaf,
    name,
    next_head,
    print_frame,
)

MARKER = b"\x01marker\xff"
FRAME = print_frame(MARKER, Kind.REPORT, 7, b"h" * 32, b"record", b"path", b"body")


@given(
    st.sampled_from(Kind),
    st.integers(0, (1 << 64) - 1),
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=50),
    st.binary(max_size=50),
    st.binary(max_size=50),
)
def test_a_frame_reads_back(kind, leaf, leaf_hash, record, path, body):
    frame = print_frame(MARKER, kind, leaf, leaf_hash, record, path, body)
    head = Head.read(frame[:HEAD_BYTES], MARKER)
    assert (head.kind, head.leaf, head.leaf_hash, head.length) == (
        kind,
        leaf,
        leaf_hash,
        len(frame),
    )
    assert head.split(frame[HEAD_BYTES:]) == (record, path, body)


def test_every_changed_bit_of_a_frame_is_seen():
    for at in range(len(FRAME) * 8):
        changed = bytearray(FRAME)
        changed[at // 8] ^= 1 << at % 8
        head = Head.read(bytes(changed[:HEAD_BYTES]), MARKER)
        assert head is None or head.split(bytes(changed[HEAD_BYTES:])) is None, at


def test_every_changed_bit_of_a_header_is_named_and_the_rest_still_serves():
    whole = Header(7, MARKER).print()
    assert Header.read(whole) == Header(7, MARKER)
    for at in range(HEADER_BYTES * 8):
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        copy = HEADER_BYTES // 3
        assert Header.read(bytes(changed)) == Header(7, MARKER, (at // 8 // copy * copy,))


def test_bytes_of_a_mail_cannot_pass_as_a_frame():
    inside = print_frame(b"guess\0\0\0", Kind.REPORT, 8, b"h" * 32, b"", b"", b"")
    outer = print_frame(MARKER, Kind.REPORT, 7, b"h" * 32, b"", b"", inside)
    assert next_head(outer, 1, MARKER) is None
    assert next_head(outer + FRAME, 1, MARKER) == len(outer)


def test_a_length_over_the_cap_is_no_frame():
    frame = bytearray(print_frame(MARKER, Kind.REPORT, 0, bytes(32)))
    frame[60:64] = struct.pack("<I", MAX_BODY + 1)
    frame[-4:] = struct.pack("<I", zlib.crc32(frame[:-4]))
    assert Head.read(bytes(frame), MARKER) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_none(content):
    assert Header.read(content) is None
    Head.read(content[:HEAD_BYTES], content[:8])
    next_head(content, 0, content[:8] or MARKER)


def test_names_sort_as_their_leaves():
    assert sorted([name(10), name(9), name(1 << 60)]) == [name(9), name(10), name(1 << 60)]
    assert first_leaf(name(12)) == 12
    assert [first_leaf(x) for x in ("checkpoint", "1.segment", name(1) + ".bak")] == [None] * 3
