# SPDX-License-Identifier: Apache-2.0
"""XARF version 3 documents (both generations of field names) put into the shape of version 4.

Read only: nobody should print version 3 today. Never raises on content; what a required field
lacks is told, not guessed.
"""

import base64
import re
import uuid

from comity.values.address import address
from comity.values.json import JSON

_CLASSES = {"Activity": "connection", "Content": "content", "Vulnerability": "vulnerability"}
_NEWER = {  # class names of documents that say "3.0.0"
    "Network": "connection",
    "Messaging": "messaging",
    "Infrastructure": "infrastructure",
    "Copyright": "copyright",
    "Reputation": "reputation",
}
_VERSIONS = re.compile(r"(?:[0-3](?:\.\d{1,3}){0,2}|alpha|development)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MESSAGING = frozenset({"spam", "bulk_messaging"})

# Version 3 knows no report id. One is derived, so that the same document has the same id.
_SPACE = uuid.UUID("6f6d6974-792e-7861-7266-332e69643a00")


def upgraded(value: dict[str, JSON]) -> tuple[dict[str, JSON], list[str]]:
    """(the document as version 4, what is wrong with it as version 3)."""
    wrong: list[str] = []
    version = value.get("Version")
    if not isinstance(version, str) or not _VERSIONS.fullmatch(version):
        wrong.append(f"Version: expected 3, got {str(version)[:40]!r}")
    report = value.get("Report")
    who = value.get("ReporterInfo")
    if not isinstance(report, dict):
        wrong.append("Report: expected an object")
        report = {}
    if not isinstance(who, dict):
        wrong.append("ReporterInfo: expected an object")
        who = {}
    if not isinstance(value.get("Disclosure", True), bool):
        wrong.append("Disclosure: expected true or false")
    party = _party(who)
    out: dict[str, JSON] = {
        "xarf_version": "4.0.0",
        "legacy_version": "3",
        "report_id": str(uuid.uuid5(_SPACE, _stable(value))),
        "reporter": _complainant(value) or party,
        "sender": party,
        "category": _category(report, wrong),
        "type": _snake(_text(report, "ReportType")),
    }
    for name, key, found in (
        ("Report.Date", "timestamp", report.get("Date")),
        ("Report.SourceIp", "source_identifier", _source(report)),
    ):
        if found is None:
            wrong.append(f"{name}: missing")
        else:
            out[key] = found
    stated = report.get("SourceIp")
    if isinstance(stated, str) and address(stated) is None:
        wrong.append(f"Report.SourceIp: expected an address, got {stated[:40]!r}")
    port = report.get("SourcePort", report.get("AttackerPort", _inner(report, "Source", "Port")))
    if port is not None:
        out["source_port"] = port
    out["evidence"] = _evidence(report, wrong)
    for key, one in report.items():
        if key not in _KNOWN:
            out.setdefault(_snake(key), one)
    return out, wrong


_KNOWN = frozenset(
    "ReportClass ReportType Date SourceIp SourcePort AttackerIp AttackerPort Source Samples"
    " Attachment".split()
)


def _stable(value: JSON) -> str:
    return repr(value)[:1_000_000]


def _text(holder: dict[str, JSON], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _inner(holder: dict[str, JSON], key: str, name: str) -> JSON:
    value = holder.get(key)
    return value.get(name) if isinstance(value, dict) else None


def _snake(word: str) -> str:
    return _CAMEL.sub("_", word[:64]).replace("-", "_").replace(" ", "_").lower()


def _category(report: dict[str, JSON], wrong: list[str]) -> str:
    stated = _text(report, "ReportClass")
    found = _CLASSES.get(stated) or _NEWER.get(stated)
    if found is None:
        wrong.append(f"Report.ReportClass: expected {', '.join(_CLASSES)}, got {stated[:40]!r}")
        return "content"
    kind = _snake(_text(report, "ReportType"))
    if kind in _MESSAGING:
        return "messaging"
    return "copyright" if kind == "copyright" else found


def _source(report: dict[str, JSON]) -> JSON:
    found = _inner(report, "Source", "IP")
    for key in ("SourceIp", "AttackerIp", "SourceUrl", "SourceDomain", "Url", "Domain"):
        if found is None:
            found = report.get(key)
    return found if found is not None else _inner(report, "Source", "URL")


def _party(who: dict[str, JSON]) -> JSON:
    contact = who.get("ReporterContactEmail") or who.get("ReporterOrgEmail")
    if who.get("ReporterType") == "Person" and isinstance(contact, str):
        return _present(
            org=who.get("ReporterContactName"), contact=contact, domain=contact.rpartition("@")[2]
        )
    return _present(
        org=who.get("ReporterOrg"), contact=contact, domain=who.get("ReporterOrgDomain")
    )


def _complainant(value: dict[str, JSON]) -> JSON:
    """Whom the report was filed for, if it says so in full."""
    who = value.get("OnBehalfOf")
    if not isinstance(who, dict):
        return None
    parts = [
        who.get("ComplainantOrg"),
        who.get("ComplainantContactEmail") or who.get("ComplainantOrgEmail"),
        who.get("ComplainantOrgDomain"),
    ]
    if not all(isinstance(one, str) and one for one in parts):
        return None
    return _present(org=parts[0], contact=parts[1], domain=parts[2])


def _present(**values: JSON) -> JSON:
    return {key: value for key, value in values.items() if value is not None}


def _evidence(report: dict[str, JSON], wrong: list[str]) -> JSON:
    samples = report.get("Samples", report.get("Attachment", []))
    if not isinstance(samples, list):
        wrong.append("Report.Samples: expected a list")
        return []
    found: list[JSON] = []
    for at, sample in enumerate(samples[:1000]):
        if not isinstance(sample, dict):
            wrong.append(f"Report.Samples[{at}]: expected an object")
            continue
        payload = sample.get("Payload", sample.get("Data"))
        encoded = sample.get("Base64Encoded", "Data" in sample)
        if isinstance(payload, str) and encoded is False:
            payload = base64.b64encode(payload.encode("utf-8", "replace")).decode("ascii")
        found.append(
            _present(
                content_type=sample.get("ContentType"),
                payload=payload,
                description=sample.get("Description"),
            )
        )
    return found
