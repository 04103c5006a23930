# SPDX-License-Identifier: Apache-2.0
"""XARF abuse reports: version 4 read and printed, version 3 read (xarf.org), in one shape.

Checked more strictly than the schemas do, since libraries let a time "yesterday" and the address
999.1.1.1 pass. A document that breaks a rule is refused, and the field is named. All it says is a
claim of its reporter. Version 0.2, which is a mail, is `xarf_mail`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address

from comity.report.caps import CAPS, Caps
from comity.report.strict_json import read_json
from comity.report.xarf3 import upgraded
from comity.values.defect import Defect
from comity.values.json import JSON, print_json

MAX_EVIDENCE = 5 * 1024 * 1024  # bytes of one item, xarf-core.json "size"
MAX_ITEMS = 50  # xarf-core.json "evidence"
MAX_IDENTIFIER = 2048  # ours: an address, a domain or a URL
FIRST_YEAR, LAST_YEAR = 1990, 2100  # ours: outside is a mistake or a lie, whatever the clock says

CATEGORIES = frozenset(
    "messaging content copyright connection vulnerability infrastructure reputation".split()
)
FIELD = "xarf-field"

_VERSION = re.compile(r"4\.[0-9]{1,9}\.[0-9]{1,9}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?",
    re.I | re.ASCII,
)
_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,253}")
_HASH = re.compile(r"(md5|sha1|sha256|sha512):([a-f0-9]{1,128})", re.I)
_TYPE = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
_LIKE_ADDRESS = re.compile(r"[0-9.]{1,40}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Party:
    """Who complains, or who sends the complaint on."""

    org: str
    contact: str  # mail address
    domain: str


@dataclass(frozen=True, slots=True)
class Evidence:
    content_type: str
    payload: bytes  # base64 undone
    description: str | None = None
    hash: str | None = None  # as stated: "sha256:…"
    size: int | None = None  # as stated


@dataclass(frozen=True, slots=True)
class Xarf:
    """One document. `extra` holds all fields that are not the core's, as they stand there."""

    version: str
    report_id: str
    timestamp: datetime
    reporter: Party
    sender: Party
    source_identifier: str
    category: str
    type: str
    source_port: int | None = None
    evidence: tuple[Evidence, ...] = ()
    extra: dict[str, JSON] = field(default_factory=dict)


def is_xarf(value: JSON) -> bool:
    """Is this JSON meant as XARF, right or wrong?"""
    if not isinstance(value, dict):
        return False
    three = ("ReporterInfo" in value, "Report" in value, "Version" in value)
    return "xarf_version" in value or sum(three) >= 2


def read(content: bytes, caps: Caps = CAPS) -> tuple[Xarf | None, tuple[Defect, ...]]:
    """(document, remarks), or (None, why it is refused). Version 3 comes out as version 4."""
    value, fault = read_json(content, caps)
    if fault is not None:
        return None, (fault,)
    return check(value)


def check(value: JSON) -> tuple[Xarf | None, tuple[Defect, ...]]:
    """The same, of JSON already read."""
    if not isinstance(value, dict):
        return None, (Defect(FIELD, "the document is not an object"),)
    faults = _Faults()
    if "xarf_version" not in value:
        value, wrong = upgraded(value)
        faults.found += [Defect(FIELD, text) for text in wrong]
    document = _document(value, faults)
    if faults.found:
        return None, tuple(faults.found)
    return document, tuple(faults.remarks)


class _Faults:
    """What is wrong. Each question returns a value that fits the type, so checking goes on."""

    def __init__(self) -> None:
        self.found: list[Defect] = []
        self.remarks: list[Defect] = []

    def say(self, path: str, text: str) -> None:
        self.found.append(Defect(FIELD, f"{path}: {text}"))

    def text(self, holder: dict[str, JSON], key: str, path: str, most: int) -> str:
        value = holder.get(key)
        if not isinstance(value, str) or not value.strip():
            self.say(
                path, "missing" if key not in holder else f"expected text, got {_short(value)}"
            )
        elif len(value) > most:
            self.say(path, f"{len(value)} characters, and the cap is {most}")
        else:
            return value
        return ""

    def fits(self, value: str, pattern: re.Pattern[str], path: str, expected: str) -> str:
        if value and not pattern.fullmatch(value):
            self.say(path, f"expected {expected}, got {_short(value)}")
        return value


def _short(value: JSON) -> str:
    shown = repr(value) if not isinstance(value, str) else repr(value[:80])
    return shown[:100]


def _document(value: dict[str, JSON], faults: _Faults) -> Xarf:
    version = faults.text(value, "xarf_version", "xarf_version", 30)
    faults.fits(version, _VERSION, "xarf_version", "4.x.y")
    report_id = faults.text(value, "report_id", "report_id", 100)
    faults.fits(report_id, _UUID, "report_id", "a UUID")
    category = faults.text(value, "category", "category", 40)
    if category and category not in CATEGORIES:
        faults.say("category", f"expected one of {', '.join(sorted(CATEGORIES))}")
    kind = faults.text(value, "type", "type", 64)
    faults.fits(kind, _TYPE, "type", "lower-case letters, digits and _")
    extra = {key: one for key, one in value.items() if key not in _CORE}
    if "_internal" in extra:  # "NEVER transmitted between systems", says the schema
        faults.remarks.append(
            Defect("xarf-internal", "the document carries its sender's _internal")
        )
        del extra["_internal"]
    return Xarf(
        version=version,
        report_id=report_id,
        timestamp=_time(value, faults),
        reporter=_party(value, "reporter", faults),
        sender=_party(value, "sender", faults),
        source_identifier=_source(value, faults),
        category=category,
        type=kind,
        source_port=_port(value, faults),
        evidence=_evidence(value, faults),
        extra=extra,
    )


_CORE = frozenset(
    "xarf_version report_id timestamp reporter sender source_identifier category type source_port"
    " evidence".split()
)


def _time(value: dict[str, JSON], faults: _Faults) -> datetime:
    text = faults.text(value, "timestamp", "timestamp", 64)
    unknown = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    if not text:
        return unknown
    moment = instant(text)
    if moment is None:
        faults.say("timestamp", f"expected a date and time with zone, got {_short(text)}")
        return unknown
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        faults.say("timestamp", f"the year {moment.year} can't be")
    return moment


def instant(text: str) -> datetime | None:
    """RFC 3339 date-time, in UTC; None for all else."""
    if not _TIME.fullmatch(text):
        return None
    shown = text.upper().replace("Z", "+00:00")
    if "." in shown:  # datetime takes six digits of a second at most
        head, _, tail = shown.partition(".")
        digits = re.match(r"\d+", tail)
        size = digits.end() if digits else 0
        shown = f"{head}.{tail[:size][:6]:0<6}{tail[size:]}"
    try:
        return datetime.fromisoformat(shown).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _party(value: dict[str, JSON], key: str, faults: _Faults) -> Party:
    party = value.get(key)
    if not isinstance(party, dict):
        faults.say(
            key, "missing" if key not in value else f"expected an object, got {_short(party)}"
        )
        return Party("", "", "")
    org = faults.text(party, "org", f"{key}.org", 200)
    contact = faults.text(party, "contact", f"{key}.contact", 320)
    faults.fits(contact, _MAIL, f"{key}.contact", "a mail address")
    domain = faults.text(party, "domain", f"{key}.domain", 253)
    faults.fits(domain, _HOST, f"{key}.domain", "a host name")
    return Party(org, contact, domain)


def _source(value: dict[str, JSON], faults: _Faults) -> str:
    path = "source_identifier"
    text = faults.text(value, path, path, MAX_IDENTIFIER)
    if text and _LIKE_ADDRESS.fullmatch(text):
        try:
            ip_address(text)
        except ValueError:
            faults.say(path, f"expected an address, got {_short(text)}")
    elif text and not text.isprintable():
        faults.say(path, "holds control characters")
    return text


def _port(value: dict[str, JSON], faults: _Faults) -> int | None:
    port = value.get("source_port")
    if port is None:
        return None
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65_535:
        faults.say("source_port", f"expected 1 to 65535, got {_short(port)}")
        return None
    return port


def _evidence(value: dict[str, JSON], faults: _Faults) -> tuple[Evidence, ...]:
    items = value.get("evidence", [])
    if not isinstance(items, list):
        faults.say("evidence", f"expected a list, got {_short(items)}")
        return ()
    if len(items) > MAX_ITEMS:
        faults.say("evidence", f"{len(items)} items, and the cap is {MAX_ITEMS}")
        return ()
    return tuple(_item(one, f"evidence[{at}]", faults) for at, one in enumerate(items))


def _item(item: JSON, path: str, faults: _Faults) -> Evidence:
    if not isinstance(item, dict):
        faults.say(path, f"expected an object, got {_short(item)}")
        return Evidence("", b"")
    kind = faults.text(item, "content_type", f"{path}.content_type", 200)
    payload = item.get("payload")
    content = b""
    if not isinstance(payload, str):
        faults.say(f"{path}.payload", "missing" if payload is None else "expected base64 text")
    elif len(payload) > MAX_EVIDENCE // 3 * 4 + 8:
        faults.say(f"{path}.payload", f"more than {MAX_EVIDENCE} bytes, the cap")
    else:
        padded = payload + "=" * (-len(payload) % 4)
        if padded != payload:
            faults.remarks.append(Defect("xarf-base64", f"{path}.payload: lacks its = at the end"))
        try:
            content = base64.b64decode(padded, validate=True)
        except (binascii.Error, ValueError):
            faults.say(f"{path}.payload", "is not base64")
        if len(content) > MAX_EVIDENCE:
            faults.say(f"{path}.payload", f"more than {MAX_EVIDENCE} bytes, the cap")
    description = item.get("description")
    if description is not None and (not isinstance(description, str) or len(description) > 500):
        faults.say(f"{path}.description", "expected at most 500 characters")
        description = None
    size = item.get("size")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
        faults.say(f"{path}.size", f"expected a number, got {_short(size)}")
        size = None
    elif size is not None and size != len(content):
        faults.remarks.append(Defect("xarf-size", f"{path}: stated {size}, holds {len(content)}"))
    return Evidence(kind, content, description, _hash(item, path, content, faults), size)


def _hash(item: dict[str, JSON], path: str, content: bytes, faults: _Faults) -> str | None:
    stated = item.get("hash")
    if stated is None:
        return None
    found = _HASH.fullmatch(stated) if isinstance(stated, str) else None
    if found is None:
        faults.say(f"{path}.hash", f"expected sha256:…, got {_short(stated)}")
        return None
    got = hashlib.new(found[1].lower(), content, usedforsecurity=False).hexdigest()
    if got != found[2].lower():
        text = f"{path}: expected {found[2][:16]}…, got {got[:16]}…"
        faults.remarks.append(Defect("xarf-hash", text))
    return stated if isinstance(stated, str) else None


def print_xarf(document: Xarf) -> bytes:
    """One document as XARF v4 JSON, in the order of the specification, with a line end."""
    time = document.timestamp.astimezone(UTC).isoformat().replace("+00:00", "Z")
    value: dict[str, JSON] = {
        "xarf_version": document.version,
        "report_id": document.report_id,
        "timestamp": time,
        "reporter": _party_json(document.reporter),
        "sender": _party_json(document.sender),
        "source_identifier": document.source_identifier,
    }
    if document.source_port is not None:
        value["source_port"] = document.source_port
    value |= {"category": document.category, "type": document.type}
    value |= {key: one for key, one in document.extra.items() if key not in value}
    if document.evidence:
        value["evidence"] = [_item_json(one) for one in document.evidence]
    return print_json(value) + b"\n"


def _party_json(party: Party) -> JSON:
    return {"org": party.org, "contact": party.contact, "domain": party.domain}


def _item_json(item: Evidence) -> JSON:
    value: dict[str, JSON] = {
        "content_type": item.content_type,
        "payload": base64.b64encode(item.payload).decode("ascii"),
    }
    optional: tuple[tuple[str, JSON], ...] = (
        ("description", item.description),
        ("hash", item.hash),
        ("size", item.size),
    )
    return value | {key: one for key, one in optional if one is not None}


def of_mail(document: Xarf, mail: bytes) -> Xarf:
    """The document with this mail as its evidence, and the digest stated."""
    item = Evidence(
        "message/rfc822",
        mail,
        "The reported mail, byte for byte",
        "sha256:" + hashlib.sha256(mail).hexdigest(),
        len(mail),
    )
    return replace(document, evidence=(item, *document.evidence))
