# SPDX-License-Identifier: Apache-2.0
"""The time a Received field states (RFC 5322 section 3.3, and the forms found beside it).

A claim of the host that wrote it. Never raises; never asks what time it is now.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

# Ours: mail is older than the web in some archives, and a clock past 2100 is no clock.
FIRST_YEAR, LAST_YEAR = 1970, 2100
MAX_TEXT = 512  # characters looked at; ours
MAX_KEPT = 255  # characters of a text whose answer is kept; ours

_MONTHS = {
    name: number
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}
# RFC 5322 section 4.3 and the names mail servers still write.
_ZONES = {
    "ut": 0, "gmt": 0, "utc": 0, "z": 0, "wet": 0,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "bst": 60, "cet": 60, "cest": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180,
    "msk": 180, "jst": 540, "kst": 540,
}  # fmt: skip

_RFC = re.compile(
    r"(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{2,4}),? (\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d{1,9})?"
    r" ?([+-]\d{2}:?\d{2}|[A-Za-z]{1,4}\b)?"
)
# The one form that nearly all servers write, for `datetime.fromisoformat`; the rest goes below.
_USUAL = re.compile(
    r" ?(?:[A-Z][a-z]{2}, )?([0-3]?[0-9]) ([A-Z][a-z]{2}) (19[7-9][0-9]|20[0-9]{2})"
    r" ([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]) ([+-](?:0[0-9]|1[0-4]))([0-5][0-9])(?: \(|$)"
)
_MONTH_DIGITS = {name.capitalize(): f"{number:02}" for name, number in _MONTHS.items()}
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})? ?([+-]\d{2}:?\d{2}|Z)?"
)
_ASCTIME = re.compile(
    r"([A-Z][a-z]{2}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2})(?: ([A-Z]{1,4}))? (\d{4})"
)


def read_time(text: str) -> tuple[datetime | None, str | None]:
    """(time in UTC or None, defect code or None). `text` has its white space folded."""
    return _read_short(text) if len(text) <= MAX_KEPT else _read(text[:MAX_TEXT])


def _read(text: str) -> tuple[datetime | None, str | None]:
    match = _USUAL.match(text)
    if match:
        day, name, year, hour, minute, second, east, rest = match.groups()
        iso = f"{year}-{_MONTH_DIGITS.get(name)}-{day:0>2}T{hour}:{minute}:{second}{east}:{rest}"
        try:
            return datetime.fromisoformat(iso).astimezone(UTC), None
        except ValueError:  # 30 Feb: as the general form says
            pass
    match = _RFC.search(text)
    if match:
        day, month_name, year, hour, minute, second, zone = match.groups()
        month = _MONTHS.get(month_name.lower(), 0)
        return _moment(_full_year(year), month, day, hour, minute, second, zone)
    match = _ISO.search(text)
    if match:
        year, number, day, hour, minute, second, zone = match.groups()
        return _moment(int(year), int(number), day, hour, minute, second, zone)
    match = _ASCTIME.search(text)
    if match:
        month_name, day, hour, minute, second, zone, year = match.groups()
        month = _MONTHS.get(month_name.lower(), 0)
        return _moment(int(year), month, day, hour, minute, second, zone)
    return None, "received-time-missing" if not text.strip() else "received-time-unreadable"


_read_short = lru_cache(maxsize=1_024)(_read)  # the lines of a mail often state the same second


def _full_year(text: str) -> int:
    """RFC 5322 section 4.3: two digits 00-49 are 2000s, 50-99 1900s; three digits add 1900."""
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(text) == 3 else year


def _moment(
    year: int, month: int, day: str, hour: str, minute: str, second: str | None, zone: str | None
) -> tuple[datetime | None, str | None]:
    offset = _offset(zone)
    if offset is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None, "received-time-unreadable"
    try:  # second 60 is a leap second
        local = datetime(
            year, month, int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC
        )
    except ValueError:
        return None, "received-time-unreadable"
    return local - timedelta(minutes=offset) if offset else local, (
        None if zone else "received-time-without-zone"
    )


def _offset(zone: str | None) -> int | None:
    """Minutes east of UTC; None where no such zone exists. A missing zone is read as UTC."""
    if not zone:
        return 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 14 or minutes > 59:
            return None
        return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
    return _ZONES.get(zone.lower(), 0)
