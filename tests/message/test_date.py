# SPDX-License-Identifier: Apache-2.0
"""The Date field: a truth table (M10) and a property."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.date import FIRST_YEAR, LAST_YEAR, read

TABLE = {  # name: (field, ISO 8601 or None, defect codes)
    "as RFC 5322": ("Tue, 1 Jan 2019 10:00:00 +0100", "2019-01-01T10:00:00+01:00", []),
    "no weekday": ("1 Jan 2019 10:00 -0330", "2019-01-01T10:00:00-03:30", []),
    "comment": ("Tue, 1 Jan 2019 10:00:00 -0800 (PST)", "2019-01-01T10:00:00-08:00", []),
    "obsolete zone": ("Tue, 1 Jan 2019 10:00:00 EST", "2019-01-01T10:00:00-05:00", []),
    "GMT": ("Tue, 1 Jan 2019 10:00:00 GMT", "2019-01-01T10:00:00+00:00", []),
    "GMT and offset": ("Tue, 1 Jan 2019 10:00:00 GMT+0200", "2019-01-01T10:00:00+02:00", []),
    "offset with a colon": ("Tue, 1 Jan 2019 10:00:00 +02:00", "2019-01-01T10:00:00+02:00", []),
    "two digits, this century": ("1 Jan 19 10:00:00 +0000", "2019-01-01T10:00:00+00:00", []),
    "two digits, last century": ("1 Jan 99 10:00:00 +0000", "1999-01-01T10:00:00+00:00", []),
    "three digits": ("1 Jan 103 10:00:00 +0000", "2003-01-01T10:00:00+00:00", []),
    "asctime": ("Tue Jan  1 10:00:00 2019", "2019-01-01T10:00:00+00:00", ["date-zone-unknown"]),
    "asctime with zone": ("Tue Jan  1 10:00:00 2019 +0900", "2019-01-01T10:00:00+09:00", []),
    "ISO 8601": ("2019-01-01T10:00:00Z", "2019-01-01T10:00:00+00:00", []),
    "month in full": ("Tuesday, January 1, 2019 10:00:00", None, ["date-unreadable"]),
    "hyphens": ("Tue, 1-Jan-2019 10:00:00 +0000", "2019-01-01T10:00:00+00:00", []),
    "afternoon": ("1 Jan 2019 3:04:05 PM +0000", "2019-01-01T15:04:05+00:00", []),
    "leap second": ("31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00", []),
    "-0000": ("1 Jan 2019 10:00:00 -0000", "2019-01-01T10:00:00+00:00", ["date-zone-unknown"]),
    "no zone": ("1 Jan 2019 10:00:00", "2019-01-01T10:00:00+00:00", ["date-zone-unknown"]),
    "military letter": (
        "1 Jan 2019 10:00:00 A",
        "2019-01-01T10:00:00+00:00",
        ["date-zone-unknown"],
    ),
    "day 99": ("99 Jan 2019 10:00:00 +0000", None, ["date-out-of-range"]),
    "30 February": ("30 Feb 2019 10:00:00 +0000", None, ["date-out-of-range"]),
    "hour 25": ("1 Jan 2019 25:00:00 +0000", None, ["date-out-of-range"]),
    "year 99999": ("1 Jan 99999 10:00:00 +0000", None, ["date-out-of-range"]),
    "zone +9999": ("1 Jan 2019 10:00:00 +9999", None, ["date-out-of-range"]),
    "in 2090": ("1 Jan 2090 10:00:00 +0000", None, ["date-out-of-range"]),
    "in 1904": ("1 Jan 1904 10:00:00 +0000", None, ["date-out-of-range"]),
    "no month": ("1 Foo 2019 10:00:00 +0000", None, ["date-out-of-range"]),
    "words": ("yesterday", None, ["date-unreadable"]),
    "empty": ("", None, ["date-unreadable"]),
    "too long": ("1 Jan 2019 10:00:00 +0000" + " " * 200, None, ["date-unreadable"]),
}


@pytest.mark.parametrize(("field", "when", "codes"), TABLE.values(), ids=TABLE)
def test_m10_table(field, when, codes):
    found, defects = read(field)
    assert (found and found.isoformat(), [defect.code for defect in defects]) == (when, codes)


@given(st.text(alphabet="0123456789 :+-JanFebTueGMT,()/.", max_size=60) | st.text(max_size=80))
def test_a_date_has_a_zone_or_is_none_with_a_defect(field):
    found, defects = read(field)
    if found is None:
        assert defects
    else:
        assert found.tzinfo is not None
        assert FIRST_YEAR <= found.year <= LAST_YEAR


@given(st.datetimes(datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31)))
def test_what_a_mailer_prints_is_read_back(when):
    printed = when.strftime("%a, %d %b %Y %H:%M:%S +0000")
    found, defects = read(printed)
    assert found is not None
    assert found.replace(tzinfo=None) == when.replace(microsecond=0)
    assert defects == ()


@given(
    st.sampled_from(("Tue, ", "Xyz, ", "")),
    st.tuples(*[st.integers(0, 62)] * 4),
    st.sampled_from(("Jan", "Feb", "Dec", "Xyz")),
    st.integers(FIRST_YEAR - 2, LAST_YEAR + 2),
    st.sampled_from("+-"),
    st.tuples(st.integers(0, 17), st.integers(0, 65)),
    st.sampled_from(("", " (PDT)")),
)
def test_the_short_way_of_the_usual_form_tells_the_same(
    name, numbers, month, year, sign, zone, note
):
    day, hour, minute, second = numbers
    written = (
        f"{name}{day} {month} {year} {hour:02}:{minute:02}:{second:02}"
        f" {sign}{zone[0]:02}{zone[1]:02}{note}"
    )
    when, defects = read(written)
    other, others = read(f" {written}")  # a space in front: not the usual form
    assert when == other
    assert when is None or when.utcoffset() == other.utcoffset()
    assert [d.code for d in defects] == [d.code for d in others]
