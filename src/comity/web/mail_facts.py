# SPDX-License-Identifier: Apache-2.0
"""What the page of one mail shows, made of its analysis and its content, as plain values.

Nothing here is HTML but the hop diagram, whose maker escapes. Who reported is left out of all but
`reporters`: names and local parts of recipients are covered.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import mark_safe

from comity.message.show import marked
from comity.mime import decode
from comity.service import view
from comity.service.view import Mail, Mark
from comity.trace import diagram
from comity.values.span import Span
from comity.web import mail_words, words
from comity.web.harmless import defanged
from comity.work.models import Account

MAX_LINKS, MAX_FIELDS, MAX_VALUE = 100, 200, 2_000  # shown on the page; ours: the source has all
_COVERED = "…@"
_ADDRESS = re.compile(r"[^\s<>@,;:()\"']{1,64}@")
_DOMAIN = re.compile(r"@([\w.-]{1,253})")
_FOR = re.compile(r"\b(for\s+<?)[^\s<>@;]{1,64}@", re.IGNORECASE)
_RECIPIENT_FIELDS = frozenset(
    "to cc bcc apparently-to delivered-to envelope-to original-recipient resent-to resent-cc "
    "x-apparently-to x-delivered-to x-envelope-to x-forwarded-to x-original-to x-rcpt-to".split()
)
_SENDER_CLAIMS = frozenset(("from", "original-mail-from", "smtp_from"))
_REPORTER_CLAIMS = frozenset(("reporter", "sender", "to", "cc", "reporter_contact"))


def covered(text: str) -> str:
    """Text with the local part of each mail address covered."""
    return _ADDRESS.sub(_COVERED, text)


def _to_whom(value: str) -> str:
    """Of a recipient field the domains only: names of people stand there as well."""
    found = dict.fromkeys(_COVERED + one.lower() for one in _DOMAIN.findall(value))
    return ", ".join(found) or "…"


def head(mail: Mail) -> dict[str, Any]:
    found = mail.line["message"]
    if found is None:
        return {"short": mail.digest[:12], "subject": "", "problem": mail.line["error"]["text"]}
    assert mail.message is not None
    sender = mail.message.from_
    return {
        "short": mail.digest[:12],
        "subject": marked(found["subject"]),
        "from_name": marked(sender.name) if sender else "",
        "from_address": marked(sender.address) if sender else "",
        "reply_to": [marked(one) for one in found["reply_to"]],
        "date": found["date"],
        "language": found["language"],
        "message_id": marked(found["message_id"] or ""),
        "size": found["size"],
    }


def _reasons(reasons: Sequence[Mapping[str, Any]], marks: Sequence[Mark]) -> list[dict[str, Any]]:
    known = {(one.code, one.span): one.number for one in marks}
    found = []
    for one in reasons:
        span = one["span"] and Span(one["span"]["where"], one["span"]["start"], one["span"]["end"])
        number = known.get((one["code"], span)) if span else None
        found.append(
            {
                "code": one["code"],
                "text": marked(one["text"]),
                "weight": one["weight"],
                "number": number,
                "where": span.where if number and span else None,
            }
        )
    return found


def verdict(mail: Mail, marks: Sequence[Mark]) -> dict[str, Any]:
    category = mail.line["category"]
    return {
        "label_words": words.label(mail.decided or category["label"]),
        "decided": mail.decided is not None,
        "machine_words": words.label(category["label"]),
        "subtype": category["subtype"],
        "brand": marked(category["brand"] or ""),
        "percent": round(category["confidence"] * 100),
        "reasons": _reasons(category["reasons"], marks),
        "zombie": mail_words.ANSWERS.get(mail.line["zombie_origin"], mail.line["zombie_origin"]),
        "zombie_reasons": _reasons(mail.line["zombie_reasons"], marks),
    }


def said(mail: Mail, actor: str) -> list[dict[str, Any]]:
    """What people said of its category, newest first. `actor` may take back his own word."""
    names = {str(one.pk): one.name for one in Account.objects.only("id", "name")}
    return [
        {
            "leaf": one.leaf,
            "at": one.at,
            "who": names.get(one.actor, one.actor),
            "words": words.label(str(one.detail["label"])),
            "note": str(one.detail.get("note") or ""),
            "undone": one.undone is not None,
            "mine": one.actor == actor,
        }
        for one in mail.said
    ]


def origin(mail: Mail, marks: Sequence[Mark]) -> dict[str, Any]:
    trace = mail.line["trace"]
    rows = diagram.rows(trace["hops"])
    svg = diagram.draw(rows, trace["boundary"], mail_words.words())
    standing = mail_words.standing()
    found = trace["origin"]
    return {
        "origin": found,
        "origin_country": words.country_name(found["country"])
        if found and found["country"]
        else "",
        "origin_kind": mail_words.KINDS.get(found["kind"], found["kind"]) if found else "",
        "origin_name": marked(found["name"] or "") if found else "",
        "origin_confidence": mail_words.CONFIDENCE.get(trace["confidence"], trace["confidence"]),
        "origin_reasons": _reasons(trace["reasons"], marks),
        "diagram": mark_safe(svg),  # noqa: S308 - the drawing escapes every word it is given
        "boundary": trace["boundary"],
        "hops": [
            {"row": row, "standing": standing[row.standing], "delay": _delay(row)} for row in rows
        ],
        "authentication": [
            {
                **one,
                "identity": marked(one["identity"] or ""),
                "by": marked(one["by"]),
                "detail": marked(one["detail"]),
                "standing": standing.get(one["standing"], one["standing"]),
            }
            for one in trace["authentication"]
        ],
    }


def _delay(row: diagram.Row) -> str:
    return "" if row.delay_seconds is None else diagram.length(row.delay_seconds)


def contents(mail: Mail) -> dict[str, Any]:
    found = mail.line["message"] or {"links": [], "attachments": [], "defects": []}
    links = [
        {
            "shown": marked(one["shown"])[:200],
            "real": defanged(one["url"]),
            "source": one["source"],
            "reasons": [marked(reason["text"]) for reason in one["reasons"]],
        }
        for one in found["links"]
    ]
    said = mail.line["report"]["defects"] if mail.line["report"] else []
    defects = [*said, *found["defects"], *mail.line["trace"]["defects"]]
    times = Counter(one["code"] for one in defects)
    first = {one["code"]: one["detail"] for one in reversed(defects)}
    return {
        "links": links[:MAX_LINKS],
        "more_links": max(0, len(links) - MAX_LINKS),
        "attachments": [
            {
                **one,
                "name": marked(one["name"]),
                "declared": marked(one["declared"]),
                "members": [marked(name) for name in one["members"][:20]],
                "more_members": max(0, len(one["members"]) - 20),
            }
            for one in found["attachments"]
        ],
        "defects": [
            {"code": code, "times": count, "detail": covered(marked(first[code]))[:300]}
            for code, count in times.items()
        ],
    }


def report(mail: Mail) -> dict[str, Any]:
    """The report and its receipt, without who sent it."""
    told = mail.line["report"] or {"claims": {}, "reasons": []}
    form, grade = mail.line["form"], mail.line["grade"]
    return {
        "entry": mail.entry,
        "times": len(mail.told),
        "form_words": mail_words.FORMS.get(form, form),
        "grade": grade,
        "grade_words": mail_words.GRADES.get(grade, grade),
        "claims": [(marked(key), _claim(key, str(one))) for key, one in told["claims"].items()],
        "versions": [(key, marked(str(one))) for key, one in mail.line["versions"].items()],
        "made_at": mail.made_at,
    }


def _claim(key: str, value: str) -> str | None:
    """None: it names the reporter."""
    if key in _REPORTER_CLAIMS:
        return None
    shown = marked(value)[:400]
    if "://" in shown:
        return defanged(shown)
    return shown if key in _SENDER_CLAIMS else covered(shown)


def reporters(mail: Mail) -> list[dict[str, Any]]:
    """Who reported, report by report. Personal data: shown only after a purpose was recorded."""
    return [_reporter(one) for one in mail.told]


def _reporter(one: view.Told) -> dict[str, Any]:
    told = one.line["report"] or {"reporter": None, "reported_at": None, "carrier": None}
    return {
        "reporter": marked(told["reporter"] or ""),
        "reported_at": told["reported_at"],
        "carrier": told["carrier"],
        "path": marked(one.line["path"]),
        "channel": one.entry.channel,
        "received_at": one.entry.received_at,
        "claims": [
            (marked(key), marked(str(value))[:400])
            for key, value in (told.get("claims") or {}).items()
            if key in _REPORTER_CLAIMS or key == "original-rcpt-to"
        ],
    }


def fields(mail: Mail, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The header, field by field; recipients covered."""
    found = []
    raw_marks = [one for one in marks if one.span.where == "raw"]
    named: set[int] = set()
    for one in mail.mime.parts[0].fields[:MAX_FIELDS]:
        value, _ = decode.words(one.value[:MAX_VALUE])
        value = marked(" ".join(value.split()))
        if one.key in _RECIPIENT_FIELDS:
            value = _to_whom(value)
        elif one.key in ("received", "x-received"):
            value = _FOR.sub(lambda it: it[1] + _COVERED, value)
        here = [m for m in raw_marks if m.span.start < one.end and m.span.end > one.start]
        fresh = [m.number for m in here if m.number not in named]
        named.update(fresh)
        found.append({"name": marked(one.name), "value": value, "marks": here, "fresh": fresh})
    return found


def _cut(text: str, where: str, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    by_number = {one.number: one for one in marks}
    named: set[int] = set()
    found = []
    for piece in view.pieces(len(text), where, marks):
        fresh = [number for number in piece.marks if number not in named]
        named.update(fresh)
        why = " ".join(by_number[number].text for number in piece.marks)
        found.append({"text": text[piece.start : piece.end], "why": marked(why), "fresh": fresh})
    return found


def marked_text(mail: Mail, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The text that a reader sees, in pieces; a piece with `why` is what reasons point at."""
    return _cut(mail.message.text, "text", marks) if mail.message else []


def hidden_text(mail: Mail, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return _cut(mail.message.hidden, "hidden", marks) if mail.message else []


def source(mail: Mail, marks: Sequence[Mark], most: int) -> list[dict[str, Any]]:
    """The bytes as text, cut at the places that reasons point at; what cannot be seen is marked."""
    raw = mail.raw[:most]
    found = []
    named: set[int] = set()
    by_number = {one.number: one for one in marks}
    for piece in view.pieces(len(raw), "raw", marks):
        fresh = [number for number in piece.marks if number not in named]
        named.update(fresh)
        text = raw[piece.start : piece.end].decode("utf-8", "replace").replace("\r\n", "\n")
        lines = [marked(line) for line in text.replace("\t", "    ").split("\n")]
        why = " ".join(by_number[number].text for number in piece.marks)
        found.append({"text": "\n".join(lines), "why": marked(why), "fresh": fresh})
    return found
