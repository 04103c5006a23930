# SPDX-License-Identifier: Apache-2.0
"""A reported text message (SMS, MMS, RCS, messenger) as one JSON record. The shape is ours.

No open standard tells how carriers pass such reports on; docs/reference/report-forms.md publishes
this one. A sender's name or number is a claim: networks let anyone write it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Grade, Report, report_of
from comity.report.rebuilt import rebuild
from comity.report.strict_json import read_json, text_of
from comity.report.xarf import FIRST_YEAR, LAST_YEAR, instant
from comity.values.country import Country, country
from comity.values.defect import Defect
from comity.values.json import JSON, print_json
from comity.values.reason import Reason

RECORD = "sms"
VERSION = 1
FIELD = "sms-field"
MAX_TEXT = 100_000  # characters; ours: 255 joined SMS parts hold 39,015 (3GPP TS 23.040)
MAX_SHORT = 300  # characters of every other value


@dataclass(frozen=True, slots=True)
class Sms:
    """One message as a person got it. `extra` holds fields this version does not know."""

    sender: str  # number or alphanumeric name, as shown
    text: str
    recipient_country: Country | None = None
    received_at: datetime | None = None
    carrier: str | None = None  # the recipient's network
    channel: str = "sms"  # sms, mms, rcs, whatsapp, …
    reporter: str | None = None  # personal data
    reported_at: datetime | None = None
    extra: dict[str, JSON] = field(default_factory=dict)


_KNOWN = frozenset(
    "record version sender text recipient_country received_at carrier channel reporter"
    " reported_at".split()
)


def is_sms(value: JSON) -> bool:
    """Is this JSON meant as our record, right or wrong?"""
    if not isinstance(value, dict):
        return False
    return value.get("record") == RECORD or ("sender" in value and "text" in value)


def read(content: bytes, caps: Caps = CAPS) -> tuple[Sms | None, tuple[Defect, ...]]:
    """(record, ()), or (None, what is wrong, each naming its field)."""
    value, fault = read_json(content, caps)
    return (None, (fault,)) if fault is not None else check(value)


def check(value: JSON) -> tuple[Sms | None, tuple[Defect, ...]]:
    """The same, of JSON already read."""
    if not isinstance(value, dict):
        return None, (Defect(FIELD, "the record is not an object"),)
    faults: list[Defect] = []
    if value.get("version", VERSION) != VERSION:
        faults.append(Defect(FIELD, f"version: expected {VERSION}"))
    record = Sms(
        sender=_text(value, "sender", MAX_SHORT, faults, required=True) or "",
        text=_text(value, "text", MAX_TEXT, faults, required=True) or "",
        recipient_country=_country(value, faults),
        received_at=_time(value, "received_at", faults),
        carrier=_text(value, "carrier", MAX_SHORT, faults),
        channel=_text(value, "channel", MAX_SHORT, faults) or "sms",
        reporter=_text(value, "reporter", MAX_SHORT, faults),
        reported_at=_time(value, "reported_at", faults),
        extra={key: one for key, one in value.items() if key not in _KNOWN},
    )
    return (None, tuple(faults)) if faults else (record, ())


def _text(
    value: dict[str, JSON], key: str, most: int, faults: list[Defect], required: bool = False
) -> str | None:
    found = value.get(key)
    if found is None and not required:
        return None
    if not isinstance(found, str) or (required and not found.strip()):
        faults.append(Defect(FIELD, f"{key}: expected text"))
    elif len(found) > most:
        faults.append(Defect(FIELD, f"{key}: {len(found)} characters, and the cap is {most}"))
    else:
        return found
    return None


def _country(value: dict[str, JSON], faults: list[Defect]) -> Country | None:
    code = _text(value, "recipient_country", MAX_SHORT, faults)
    if code is None:
        return None
    try:
        return country(code)
    except ValueError as error:
        faults.append(Defect(FIELD, f"recipient_country: {error}"))
        return None


def _time(value: dict[str, JSON], key: str, faults: list[Defect]) -> datetime | None:
    text = _text(value, key, MAX_SHORT, faults)
    if text is None:
        return None
    moment = instant(text)
    if moment is None or not FIRST_YEAR <= moment.year < LAST_YEAR:
        faults.append(
            Defect(FIELD, f"{key}: expected a date and time with zone, got {text[:40]!r}")
        )
        return None
    return moment


def print_sms(record: Sms) -> bytes:
    """One line of JSON with its line end. Fields that are not known are left out."""
    value: dict[str, JSON] = {"record": RECORD, "version": VERSION, "channel": record.channel}
    pairs: tuple[tuple[str, JSON], ...] = (
        ("sender", record.sender),
        ("recipient_country", record.recipient_country),
        ("text", record.text),
        ("received_at", _stamp(record.received_at)),
        ("carrier", record.carrier),
        ("reporter", record.reporter),
        ("reported_at", _stamp(record.reported_at)),
    )
    value |= {key: one for key, one in pairs if one is not None}
    value |= {key: one for key, one in record.extra.items() if key not in _KNOWN}
    return print_json(value) + b"\n"


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def reports(content: bytes, path: str, caps: Caps = CAPS) -> tuple[Report, ...]:
    """The record as a report of grade D: a text, and nothing that shows who sent it."""
    record, defects = read(content, caps)
    reason = Reason("form-sms", "A messaging record as JSON.")
    if record is None:
        return (
            report_of(
                b"",
                made_of=content,
                form=Form.SMS,
                grade=Grade.D,
                path=path,
                reasons=(reason,),
                defects=defects,
                refused=True,
            ),
        )
    claims = {
        "sender": record.sender,
        "channel": record.channel,
        "recipient_country": record.recipient_country or "",
        "received_at": _stamp(record.received_at) or "",
        "carrier": record.carrier or "",
    }
    claims = {key: one for key, one in claims.items() if one}
    claims |= {key: text_of(one)[:1000] for key, one in sorted(record.extra.items())}
    return (
        report_of(
            as_mail(record),
            made_of=content,
            form=Form.SMS,
            grade=Grade.D,
            path=path,
            reasons=(reason,),
            reporter=record.reporter,
            reported_at=record.reported_at,
            claims=claims,
        ),
    )


def as_mail(record: Sms) -> bytes:
    """The message written as a mail, so that every later step can read it."""
    moment = record.received_at
    date = format_datetime(moment.astimezone(UTC)) if moment else ""
    return rebuild([("From", record.sender), ("Date", date)], record.text)
