# SPDX-License-Identifier: Apache-2.0
"""Abuse Reporting Format: RFC 5965, with the fields of RFC 6591, 6652 and 6692.

Reads and prints. Unknown feedback types and fields are kept. The reported part is kept byte for
byte. All fields are claims of the reporter, Source-IP too.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from comity.mime import decode, split
from comity.mime.part import Mime, Part
from comity.report import eml
from comity.report.form import Form, Grade, Report, report_of
from comity.report.rebuilt import one_line
from comity.values.defect import Defect
from comity.values.digest import digest_of
from comity.values.reason import Reason

# RFC 5965 section 7.3, RFC 6591, RFC 6430, RFC 6692 and what feedback loops use.
KNOWN_TYPES = frozenset(
    "abuse auth-failure fraud not-spam opt-out other virus miscategorized dkim".split()
)
_REQUIRED = ("feedback-type", "user-agent", "version")  # RFC 5965 section 3.1
_MAILS = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset(
    {
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
_FEEDBACK = "message/feedback-report"
_MAX_CLAIM = 1000  # characters of one claim; ours
_NAME = re.compile(r"[!-9;-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Arf:
    """One feedback report."""

    text: str  # the part for people
    fields: tuple[tuple[str, str], ...]  # of the machine-readable part, in order, as written
    mail: bytes  # the reported part, byte for byte; b"" if there is none
    headers_only: bool = False  # text/rfc822-headers instead of the whole mail
    reporter: str = ""  # From of the report
    recipient: str = ""  # To
    subject: str = ""
    date: datetime | None = None

    def first(self, key: str) -> str | None:
        """Value of the first field with this lower-case name."""
        return next((value for name, value in self.fields if name.lower() == key), None)


def read(raw: bytes, mime: Mime | None = None) -> tuple[Arf | None, tuple[Defect, ...]]:
    """(report, what is wrong with it); (None, why) if there is no feedback part."""
    mime = mime or split.split(raw)
    report = _part(mime, frozenset({_FEEDBACK}))
    if report is None:
        return None, (Defect("arf-part-missing", f"no {_FEEDBACK} part"),)
    defects: list[Defect] = []
    body, _ = decode.body(raw, report)
    header, _, faults = split.read_header(body)
    fields = tuple((one.name, one.value) for one in header if one.name)
    defects += [Defect("arf-field", one.code) for one in faults if one.code != _NO_BLANK]
    keys = {name.lower() for name, _ in fields}
    for key in _REQUIRED:
        if key not in keys:
            defects.append(Defect("arf-field-missing", key))
    mail, headers_only = _reported(raw, mime)
    root = mime.parts[0]
    arf = Arf(
        text=_text(raw, mime),
        fields=fields,
        mail=mail,
        headers_only=headers_only,
        reporter=root.first("from") or "",
        recipient=root.first("to") or "",
        subject=decode.words(root.first("subject") or "")[0],
        date=eml.date_of(root.first("date")),
    )
    return arf, tuple(defects)


_NO_BLANK = "header-without-blank-line"  # the part is all header, so it need not end with one


def _part(mime: Mime, kinds: frozenset[str]) -> Part | None:
    """The first such part of the report itself, not of a mail inside it."""
    return next((one for one in own_parts(mime) if one.content_type in kinds), None)


def own_parts(mime: Mime) -> list[Part]:
    """The parts outside all attached mails; an attached mail itself is one of them."""
    inside: set[int] = set()
    found: list[Part] = []
    for part in mime.parts:
        if part.parent in inside or (
            part.parent is not None and mime.parts[part.parent].content_type in _MAILS
        ):
            inside.add(part.index)
        else:
            found.append(part)
    return found


def _reported(raw: bytes, mime: Mime) -> tuple[bytes, bool]:
    mail = _part(mime, _MAILS)
    if mail is not None:
        return decode.body(raw, mail)[0], False
    headers = _part(mime, _HEADERS)
    if headers is not None:
        return decode.body(raw, headers)[0], True
    return b"", False


def _text(raw: bytes, mime: Mime) -> str:
    part = _part(mime, frozenset({"text/plain", "text/html"}))
    if part is None:
        return ""
    body, _ = decode.body(raw, part)
    return decode.text(body, part.params.get("charset"))[0].replace("\r\n", "\n")


def reports(raw: bytes, path: str, mime: Mime | None = None) -> tuple[Report, ...]:
    """The reported mail with the reporter's claims."""
    arf, defects = read(raw, mime)
    if arf is None:
        return ()
    claims = _claims(arf)
    found = list(defects)
    reasons = [Reason("form-arf", "A feedback report (ARF) with a message/feedback-report part.")]
    kind = (arf.first("feedback-type") or "").strip().lower()
    if kind and kind not in KNOWN_TYPES:
        text = f"The feedback type {kind[:60]!r} is not registered; it is kept as told."
        reasons.append(Reason("arf-unknown-type", text))
    grade = Grade.B if arf.mail else Grade.D
    if not arf.mail:
        found.append(Defect("no-mail-inside", "the report does not hold the mail"))
    elif arf.headers_only:
        found.append(Defect("headers-only", "the report holds the mail's header, not its body"))
    if arf.mail:
        found += eml.unseen(claims.get("source-ip"), arf.mail)
    return (
        report_of(
            arf.mail,
            made_of=None if arf.mail else raw,
            form=Form.ARF,
            grade=grade,
            path=path,
            reasons=tuple(reasons),
            reporter=eml.address_of(arf.reporter),
            reported_at=arf.date,
            claims=claims,
            defects=tuple(found),
        ),
    )


def _claims(arf: Arf) -> dict[str, str]:
    """Fields by lower-case name; a field that is there more than once is joined with commas."""
    found: dict[str, list[str]] = {}
    for name, value in arf.fields:
        found.setdefault(name.lower(), []).append(value)
    return {key: ", ".join(found[key])[:_MAX_CLAIM] for key in sorted(found)}


def print_arf(arf: Arf) -> bytes:
    """The report as a mail. Line ends are those of the reported mail, whose bytes stay."""
    end = "\r\n" if b"\r\n" in arf.mail[:4096] else "\n"
    boundary = _boundary(arf.mail, arf.text)
    head = [
        ("From", arf.reporter),
        ("To", arf.recipient),
        ("Date", format_datetime(arf.date) if arf.date else ""),
        ("Subject", arf.subject),
        ("Auto-Submitted", "auto-generated"),  # RFC 6650: answers must not loop
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/report; report-type=feedback-report; boundary="{boundary}"'),
    ]
    lines = [f"{name}: {one_line(value)}" for name, value in head if value]
    lines += ["", f"--{boundary}", "Content-Type: text/plain; charset=utf-8"]
    lines += ["Content-Transfer-Encoding: 8bit", "", arf.text.replace("\n", end)]
    lines += [f"--{boundary}", f"Content-Type: {_FEEDBACK}", ""]
    lines += [f"{name}: {one_line(value)}" for name, value in arf.fields if _NAME.fullmatch(name)]
    out = end.join(lines).encode("utf-8", "replace")
    if arf.mail:
        kind = "text/rfc822-headers" if arf.headers_only else "message/rfc822"
        encoding = "7bit" if arf.mail.isascii() else "8bit"
        part = ["", "", f"--{boundary}", f"Content-Type: {kind}"]
        part += [f"Content-Transfer-Encoding: {encoding}", "", ""]
        out += end.join(part).encode("ascii") + arf.mail
    last = "\r\n" if out.endswith(b"\r") else end  # else the mail's own CR would join our LF
    return out + f"{last}--{boundary}--{end}".encode("ascii")


def _boundary(mail: bytes, text: str) -> str:
    """One that does not occur inside; the same for the same mail."""
    number = 0
    while True:
        boundary = f"comity-{digest_of(mail)[:16]}-{number}"
        if boundary.encode() not in mail and boundary not in text:
            return boundary
        number += 1
