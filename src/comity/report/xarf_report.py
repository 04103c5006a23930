# SPDX-License-Identifier: Apache-2.0
"""XARF as reports: the documents of `xarf`, and the mails that carry one (version 0.2, or JSON).

What the document says is a claim. A mail in its evidence is the reported mail, byte for byte.
"""

import re
from datetime import UTC

from comity.mime import decode
from comity.mime.part import Mime, Part
from comity.report import eml, xarf
from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Grade, Report, report_of
from comity.report.rebuilt import rebuild
from comity.report.strict_json import read_json, text_of
from comity.values.defect import Defect
from comity.values.reason import Reason

_MAILS = frozenset({"message/rfc822", "message/global", "text/rfc822", "text/email"})
_HEADERS = frozenset({"text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers"})
_MAX_CLAIM = 1000  # characters of one claim; ours
_LINE = re.compile(r"^([A-Za-z][A-Za-z-]{0,60})[ \t]*:[ \t]+(.{0,2000})$", re.MULTILINE)


def reports(content: bytes, path: str, caps: Caps = CAPS) -> tuple[Report, ...]:
    """The reports of one JSON document; one refused report if it breaks its standard."""
    document, defects = xarf.read(content, caps)
    if document is None:
        return (_refused(content, path, defects),)
    return of_document(document, content, path, defects)


def _refused(content: bytes, path: str, defects: tuple[Defect, ...]) -> Report:
    reason = Reason("form-xarf", "The file is meant as XARF, but breaks the standard.")
    return report_of(
        b"",
        made_of=content,
        form=Form.XARF,
        grade=Grade.D,
        path=path,
        reasons=(reason,),
        defects=defects,
        refused=True,
    )


def of_document(
    document: xarf.Xarf, content: bytes, path: str, defects: tuple[Defect, ...] = ()
) -> tuple[Report, ...]:
    """One report for each mail in the evidence; one of grade D if there is none."""
    claims = _claims(document)
    found: list[Report] = []
    for at, item in enumerate(document.evidence):
        kind = item.content_type.partition(";")[0].strip().lower()
        whole = kind in _MAILS or (kind in _LOOSE and eml.is_mail(eml.look(item.payload)))
        if not item.payload or not (whole or kind in _HEADERS):
            continue
        fault = eml.unseen(claims.get("source_identifier"), item.payload)
        found.append(
            report_of(
                item.payload,
                form=Form.XARF,
                grade=Grade.B,
                path=f"{path}!evidence[{at}]",
                reasons=(Reason("form-xarf", "An XARF document with the mail as evidence."),),
                reporter=document.reporter.contact,
                reported_at=document.timestamp,
                claims=claims,
                defects=(*defects, *fault),
            )
        )
    return tuple(found) or (_without_mail(document, content, claims, path, defects),)


_LOOSE = frozenset({"text/plain", "application/octet-stream"})


def _claims(document: xarf.Xarf) -> dict[str, str]:
    told: dict[str, str] = {
        "xarf_version": document.version,
        "report_id": document.report_id,
        "timestamp": document.timestamp.astimezone(UTC).isoformat(),
        "reporter": f"{document.reporter.org} <{document.reporter.contact}>",
        "sender": f"{document.sender.org} <{document.sender.contact}>",
        "source_identifier": document.source_identifier,
        "category": document.category,
        "type": document.type,
    }
    if document.source_port is not None:
        told["source_port"] = str(document.source_port)
    told |= {key: text_of(one) for key, one in sorted(document.extra.items())}
    return {key: one[:_MAX_CLAIM] for key, one in told.items()}


def _without_mail(
    document: xarf.Xarf,
    content: bytes,
    claims: dict[str, str],
    path: str,
    defects: tuple[Defect, ...],
) -> Report:
    """What the document tells of a mail that it does not hold, written as one."""
    texts = [
        item.payload.decode("utf-8", "replace")
        for item in document.evidence
        if item.content_type.lower().startswith("text/plain")
    ]
    texts += [claims[key] for key in ("url", "source_url", "description") if key in claims]
    header = [
        ("From", claims.get("smtp_from", claims.get("sender_name", ""))),
        ("To", claims.get("smtp_to", "")),
        ("Subject", claims.get("subject", "")),
    ]
    told = any(value for _, value in header) or bool(texts)
    reason = Reason("form-xarf-no-mail", "An XARF document that does not hold the mail itself.")
    return report_of(
        rebuild(header, "\n".join(texts) + "\n") if told else b"",
        made_of=content,
        form=Form.XARF,
        grade=Grade.D,
        path=path,
        reasons=(reason,),
        reporter=document.reporter.contact,
        reported_at=document.timestamp,
        claims=claims,
        defects=(*defects, Defect("no-mail-inside", "the report does not hold the mail")),
    )


def in_mail(
    raw: bytes, mime: Mime, path: str, marked: bool, caps: Caps = CAPS
) -> tuple[Report, ...]:
    """XARF that came by mail. Empty if there is none inside.

    `marked` is whether the mail has an X-ARF or X-XARF field: only then a text part with
    `Name: value` lines is taken for version 0.2 (x-arf.org: text, report, evidence).
    """
    for part in mime.parts:
        name = (part.filename or "").lower()
        if part.content_type == "application/json" or name.endswith(".json"):
            body, _ = decode.body(raw, part)
            value, fault = read_json(body, caps)
            if fault is None and xarf.is_xarf(value):
                return reports(body, f"{path}!{name or part.index}", caps)
            if fault is not None and (name == "xarf.json" or b'"xarf_version"' in body[:4096]):
                return (_refused(body, f"{path}!{name or part.index}", (fault,)),)
    return _version_0(raw, mime, path) if marked else ()


def _version_0(raw: bytes, mime: Mime, path: str) -> tuple[Report, ...]:
    parts = [one for one in mime.parts if one.parent == 0]
    for at, part in enumerate(parts):
        if part.content_type not in ("text/plain", "text/yaml", "application/x-yaml"):
            continue
        body, _ = decode.body(raw, part)
        lines = _LINE.findall(decode.text(body, part.params.get("charset"))[0][:100_000])
        claims = {key.lower(): value.strip().strip("'\"") for key, value in lines}
        if "report-type" in claims and "source" in claims:
            return (_of_version_0(raw, parts[at + 1 :], claims, path, mime),)
    return ()


def _of_version_0(
    raw: bytes, rest: list[Part], claims: dict[str, str], path: str, mime: Mime
) -> Report:
    mail, grade = b"", Grade.D
    defects: tuple[Defect, ...] = (Defect("no-mail-inside", "the report holds no mail"),)
    for part in rest:
        if part.content_type in _MAILS | _HEADERS | _LOOSE:
            body, _ = decode.body(raw, part)
            if eml.is_mail(eml.look(body)):
                mail, grade, defects = body, Grade.B, ()
                break
    root = mime.parts[0]
    found = eml.unseen(claims.get("source"), mail) if mail else ()
    return report_of(
        mail,
        made_of=None if mail else raw,
        form=Form.XARF,
        grade=grade,
        path=path,
        reasons=(Reason("form-xarf-0", "A mail marked as X-ARF with a report part."),),
        reporter=eml.address_of(claims.get("reported-from") or root.first("from")),
        reported_at=eml.date_of(root.first("date")),
        claims={key: value[:_MAX_CLAIM] for key, value in sorted(claims.items())},
        defects=(*defects, *found),
    )
