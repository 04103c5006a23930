# SPDX-License-Identifier: Apache-2.0
"""The Date field (RFC 5322 sections 3.3 and 4.3), with the misspellings of real mailers.

What cannot be a date gives None and a defect. Never asks what time it is now, so a date in
the future is only refused beyond LAST_YEAR; `message.read` compares it with the receipt.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from comity.values.defect import Defect

MAX_FIELD = 200  # characters, ours: the longest real one, with a comment, has about 60
FIRST_YEAR = 1980  # ours: RFC 822 is of 1982
LAST_YEAR = 2060  # ours

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# RFC 5322 section 4.3, in minutes. Military letters but Z were used wrongly: as -0000.
_ZONES = {
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
}
_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"\s*(?P<half>[ap]m\b)?"
)
_ZONE = r"\s*(?P<zone>(?:gmt|utc?)?\s?[+-]\d{1,2}:?\d{2}\b|[a-z]{1,5}\b)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # RFC 5322: Tue, 1 Jan 2019 10:00:00 +0100
        r"(?:[^\W\d]{2,9}[,.]?\s*)?(?P<day>\d{1,2})[\s-]{1,3}(?P<month>[a-z]{3,9})[.,]?[\s-]{1,3}"
        r"(?P<year>\d{2,5})[,\s]{1,3}" + _CLOCK + _ZONE,
        # C's asctime: Tue Jan  1 10:00:00 2019, also with a zone before or after the year
        r"(?:[a-z]{3,9}[,.]?\s+)?(?P<month>[a-z]{3,9})\s+(?P<day>\d{1,2}),?\s+" + _CLOCK + r"\s+"
        r"(?:[A-Z]{3,4}\s+)?(?P<year>\d{4})(?:\s*(?P<zone>[+-]\d{4}\b|[a-z]{1,5}\b))?",
        # ISO 8601: 2019-01-01T10:00:00Z
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})[T\s]{1,2}" + _CLOCK + _ZONE,
    )
)
_COMMENT = re.compile(r"\([^()]*\)")
# As nearly all write it, so that the patterns above need not try. Zones of more than 12 hours and
# -0000 are left to them.
_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):([0-5]\d)"
    r" (\+(?:0\d|1[0-2])[0-5]\d|-(?!0000)(?:0\d|1[0-2])[0-5]\d)(?: \([A-Z]{3,5}\))?"
)


def read(value: str) -> tuple[datetime | None, tuple[Defect, ...]]:
    """(time with the zone as written, defects). None where the text does not fix a time."""
    if len(value) > MAX_FIELD:
        return None, (Defect("date-unreadable", f"{len(value)} characters"),)
    usual = _USUAL.fullmatch(value)
    if usual:
        when = _usual(usual)
        if when is not None:
            return when, ()
    text = " ".join(_COMMENT.sub(" ", value).split())
    for form in _FORMS:
        found = form.match(text)
        if found:
            return _build(found.groupdict(), text)
    return None, (Defect("date-unreadable", value[:60]),)


def _usual(found: re.Match[str]) -> datetime | None:
    day, name, year, hour, minute, second, zone = found.groups()
    month = _MONTHS.get(name.lower(), 0)
    if not month or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        return datetime(
            int(year), month, int(day), int(hour), int(minute), int(second), 0, _zone(zone)
        )
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _zone(written: str) -> timezone:
    minutes = int(written[1:3]) * 60 + int(written[3:])
    if not minutes:
        return UTC
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))


def _build(got: dict[str, str | None], text: str) -> tuple[datetime | None, tuple[Defect, ...]]:
    written = got["month"] or ""
    month = int(written) if written.isdigit() else _MONTHS.get(written[:3].lower(), 0)
    year = _year(got["year"] or "")
    hour = int(got["hour"] or 0)
    if got["half"]:
        hour = hour % 12 + (12 if got["half"].lower() == "pm" else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None, (Defect("date-out-of-range", text[:60]),)
    minutes, defects = _offset(got["zone"])
    if minutes is None:
        return None, (Defect("date-out-of-range", text[:60]),)
    second = (
        min(int(got["second"] or 0), 59)
        if got["second"] in (None, "60")
        else int(got["second"] or 0)
    )
    try:
        zone = timezone(timedelta(minutes=minutes)) if minutes else UTC
        when = datetime(
            year, month, int(got["day"] or 0), hour, int(got["minute"] or 0), second, 0, zone
        )
    except ValueError:
        return None, (Defect("date-out-of-range", text[:60]),)
    return when, defects


def _year(digits: str) -> int:
    """RFC 5322 section 4.3: two digits 00-49 are of this century, three count from 1900."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _offset(zone: str | None) -> tuple[int | None, tuple[Defect, ...]]:
    """(minutes east of UTC, defects); None for a zone no place on Earth has."""
    unknown = (Defect("date-zone-unknown", (zone or "")[:10]),)
    if not zone:
        return 0, unknown
    lowered = zone.lower().removeprefix("gmt").removeprefix("utc").removeprefix("ut").strip()
    if lowered[:1] not in ("+", "-"):
        known = _ZONES.get(zone.lower().strip())
        return (0, unknown) if known is None else (known, ())
    digits = lowered[1:].replace(":", "").zfill(4)
    if lowered == "-0000":  # RFC 5322 section 3.3: UTC, and the local zone is not told
        return 0, unknown
    hours, minutes = int(digits[:2]), int(digits[2:])
    if minutes > 59 or hours > 15:
        return None, ()
    return (hours * 60 + minutes) * (-1 if lowered[0] == "-" else 1), ()
