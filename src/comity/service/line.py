# SPDX-License-Identifier: Apache-2.0
"""Prints an analysis as one JSON object, as `comity analyse --json` shows it.

The shape is a contract: `schemas/analysis.schema.json` describes it and a test holds both
together. Add keys; never rename or remove one.
"""

from comity.category.assessment import Assessment
from comity.message.message import Attachment, Link, Mailbox, Message
from comity.report.form import Report
from comity.service.analyse import Analysis
from comity.trace.trace import Authentication, Confidence, Hop, Trace
from comity.values.digest import Digest
from comity.values.reason import Reason
from comity.values.span import Span

NO_TRACE = Trace((), None, None, Confidence.NONE, ())
NO_CAMPAIGN = b'"campaign":null'  # what a second pass replaces; see `with_campaign`


def line(analysis: Analysis, versions: dict[str, str]) -> dict[str, object]:
    """The object of one reported mail, keys in the order in which a person would read them."""
    report = analysis.report
    return {
        "path": report.path,
        "sha256": report.digest,
        "form": report.form.value,
        "grade": report.grade.value,
        "report": _report(report, analysis.carrier),
        "message": _message(analysis.message) if analysis.message else None,
        "trace": _trace(analysis.trace) if analysis.trace else NO_TRACE,
        **_assessment(analysis.assessment),
        "campaign": None,
        "versions": versions,
        "error": _error(analysis),
    }


def failed(
    path: str, digest: Digest | None, code: str, text: str, versions: dict[str, str]
) -> dict[str, object]:
    """The line of an input that could not be analysed at all. Same keys, and says why.

    `digest` is of the input's bytes; None where they are not known whole.
    """
    return {
        "path": path,
        "sha256": digest,
        "form": "unreadable",
        "grade": None,
        "report": None,
        "message": None,
        "trace": NO_TRACE,
        **_assessment(None),
        "campaign": None,
        "versions": dict(versions),
        "error": {"code": code, "text": text},
    }


def with_campaign(printed: bytes, campaign: str | None) -> bytes:
    """Fill in the campaign of a printed line.

    Safe on any content: inside a JSON string each quotation mark is escaped, so these bytes can
    only be the key itself.
    """
    if campaign is None:
        return printed
    head, found, tail = printed.rpartition(NO_CAMPAIGN)
    return head + b'"campaign":"' + campaign.encode("ascii") + b'"' + tail if found else printed


def _error(analysis: Analysis) -> dict[str, object] | None:
    if analysis.message is not None:
        return None
    for defect in analysis.report.defects:
        return {"code": defect.code, "text": defect.detail or "This is not a mail."}
    return {"code": "not-mail", "text": "This is not a mail, nor a report in a form Comity reads."}


def _report(report: Report, carrier: Trace | None) -> dict[str, object]:
    return {
        "reporter": report.reporter,
        "reported_at": report.reported_at.isoformat() if report.reported_at else None,
        "claims": dict(report.claims),
        "carrier": carrier.origin if carrier else None,
        "reasons": [_reason(one) for one in report.reasons],
        "defects": report.defects,
    }


# The printer would read the fields of these types by itself, but takes several times as long; a
# mail has a hundred of them. A test holds the keys to the fields.


def _trace(trace: Trace) -> dict[str, object]:
    return {
        "hops": [_hop(one) for one in trace.hops],
        "boundary": trace.boundary,
        "origin": trace.origin,
        "confidence": trace.confidence.value,
        "reasons": [_reason(one) for one in trace.reasons],
        "authentication": [_authentication(one) for one in trace.authentication],
        "defects": trace.defects,
    }


def _hop(hop: Hop) -> dict[str, object]:
    return {
        "index": hop.index,
        "by": hop.by,
        "from_name": hop.from_name,
        "from_host": hop.from_host,
        "from_ip": hop.from_ip,
        "protocol": hop.protocol,
        "time": hop.time,
        "standing": hop.standing.value,
        "span": _span(hop.span),
        "reasons": [_reason(one) for one in hop.reasons],
    }


def _authentication(result: Authentication) -> dict[str, object]:
    return {
        "method": result.method,
        "result": result.result,
        "identity": result.identity,
        "by": result.by,
        "standing": result.standing.value,
        "detail": result.detail,
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "code": reason.code,
        "text": reason.text,
        "span": _span(reason.span) if reason.span else None,
        "weight": reason.weight,
    }


def _span(span: Span) -> dict[str, object]:
    return {"where": span.where, "start": span.start, "end": span.end}


def _mailbox(mailbox: Mailbox | None) -> str | None:
    if mailbox is None:
        return None
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address


def _message(message: Message) -> dict[str, object]:
    return {
        "from": _mailbox(message.from_),
        "from_address": message.from_.address if message.from_ else None,
        "all_from": [_mailbox(one) for one in message.all_from],
        "reply_to": [_mailbox(one) for one in message.reply_to],
        "subject": message.subject,
        "date": message.date.isoformat() if message.date else None,
        "message_id": message.message_id,
        "language": message.language,
        "scripts": message.scripts,
        "size": message.size,
        "text_characters": len(message.text),
        "hidden_characters": len(message.hidden),
        "links": [_link(one) for one in message.links],
        "attachments": [_attachment(one) for one in message.attachments],
        "defects": message.defects,
    }


def _link(link: Link) -> dict[str, object]:
    return {
        "url": link.url,
        "shown": link.shown,
        "host": link.host,
        "domain": link.domain,
        "source": link.source,
        "reasons": [_reason(one) for one in link.reasons],
    }


def _attachment(attachment: Attachment) -> dict[str, object]:
    return {
        "name": attachment.name,
        "sha256": attachment.digest,
        "size": attachment.size,
        "type": attachment.type,
        "declared": attachment.declared,
        "hints": attachment.hints,
        "members": attachment.members,
        "inline": attachment.inline,
    }


def _assessment(assessment: Assessment | None) -> dict[str, object]:
    if assessment is None:
        return {
            "category": {
                "label": "undetermined",
                "subtype": None,
                "brand": None,
                "confidence": 0.0,
                "probabilities": {},
                "reasons": [],
            },
            "zombie_origin": "undetermined",
            "zombie_reasons": [],
        }
    return {
        "category": {
            "label": assessment.label.value,
            "subtype": assessment.subtype,
            "brand": assessment.brand,
            "confidence": round(assessment.confidence, 4),
            "probabilities": {k: round(v, 4) for k, v in assessment.probabilities.items()},
            "reasons": [reason.as_json() for reason in assessment.reasons],
        },
        "zombie_origin": assessment.zombie_origin.value,
        "zombie_reasons": [reason.as_json() for reason in assessment.zombie_reasons],
    }
