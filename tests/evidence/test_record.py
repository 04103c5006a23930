# SPDX-License-Identifier: Apache-2.0
"""The leaf record: one spelling only, and everything in it counts."""

import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.record import LeafRecord, channel, print_time, read_time
from comity.values.digest import digest_of

TIME = datetime(2026, 11, 24, 6, 0, 0, 5, tzinfo=UTC)
RECORD = LeafRecord("cli", digest_of(b"x"), 1, TIME, bytes(range(16)))
LINE = RECORD.print()

times = st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC))
records = st.builds(
    LeafRecord,
    st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True),
    st.binary(max_size=3).map(digest_of),
    st.integers(0, 1 << 40),
    times,
    st.binary(min_size=16, max_size=16),
)


@given(records)
def test_what_is_printed_reads_back(record):
    assert LeafRecord.read(record.print()) == record


def test_the_leaf_can_be_recomputed_by_hand():
    assert (
        b'{"channel":"cli","digest":"' + digest_of(b"x").encode() + b'","length":1,'
        b'"received_at":"2026-11-24T06:00:00.000005Z",'
        b'"salt":"000102030405060708090a0b0c0d0e0f","version":1}'
    ) == LINE
    assert RECORD.leaf() == hashlib.sha256(b"\x00" + LINE).digest()


def test_every_field_changes_the_leaf():
    others = [
        replace(RECORD, channel="smtp"),
        replace(RECORD, digest=digest_of(b"y")),
        replace(RECORD, length=2),
        replace(RECORD, received_at=TIME + timedelta(microseconds=1)),
        replace(RECORD, salt=bytes(16)),
    ]
    assert len({record.leaf() for record in [RECORD, *others]}) == 6


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        LINE + b" ",
        LINE.replace(b":1,", b": 1,"),
        LINE.replace(b'"length":1', b'"length":1.0'),
        LINE.replace(b'"length":1', b'"length":-1'),
        LINE.replace(b'"version":1', b'"version":2'),
        LINE.replace(b"000005Z", b"000005"),
        LINE.replace(b"000005Z", b"000005+00:00"),
        LINE.replace(b"cli", b"CLI"),
        LINE.replace(b'"length":1', b'"length":1,"length":1'),
        LINE.replace(b"0e0f", b"0e"),
        LINE.replace(b"2026-11-24T06:00:00.000005Z", b"0001-01-01T00:00:00.000000+23:00"),
        b"[" * 500,
        b"\xff" * 100,
        b"x" * 10_000,
    ],
)
def test_any_other_spelling_is_refused(line):
    with pytest.raises(ValueError):
        LeafRecord.read(line)


@given(st.binary(max_size=300))
def test_any_bytes_read_or_are_refused(line):
    with contextlib.suppress(ValueError):
        LeafRecord.read(line)


def test_times_are_utc_to_the_microsecond():
    kst = datetime(2026, 11, 24, 15, tzinfo=timezone(timedelta(hours=9)))
    assert print_time(kst) == "2026-11-24T06:00:00.000000Z"
    assert read_time(print_time(kst)) == kst
    with pytest.raises(ValueError, match="UTC"):
        read_time("2026-11-24T06:00:00")


@pytest.mark.parametrize("text", ["", "SMTP", "a b", "a" * 33, '"', "1a"])
def test_a_channel_is_a_short_word(text):
    with pytest.raises(ValueError, match="no channel"):
        channel(text)
