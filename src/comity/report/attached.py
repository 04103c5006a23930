# SPDX-License-Identifier: Apache-2.0
"""Mail forwarded as an attachment (RFC 2046: message/rfc822, multipart/digest; .eml, .msg files).

The best way for a person to report: the header stays. Only positive evidence makes a mail this
form, see `_why`. The attached mail's bytes are taken as they are in the part, decoded.
"""

from dataclasses import replace

from comity.mime import decode
from comity.mime.part import Mime, Part
from comity.report import eml, forward, msg
from comity.report.arf import own_parts
from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Grade, Report, report_of
from comity.report.html_lines import lines as html_lines
from comity.values.defect import Defect
from comity.values.reason import Reason

MAX_NOTE = 2000  # characters of text a person writes with it; ours
_SHORT_NOTE = 200  # characters up to which the outer mail says nothing of its own; ours
_MAILS = frozenset({"message/rfc822", "message/global"})
_FILES = frozenset({"application/octet-stream", "application/eml", "text/plain", "text/rfc822"})
_BESIDES = frozenset(  # that a client or a gateway adds to a forward
    "text/plain text/html text/enriched text/calendar text/vcard text/x-vcard"
    " application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature".split()
)
_TRACES = (b"received", b"return-path", b"delivered-to", b"authentication-results", b"x-received")


def _attached(raw: bytes, parts: list[Part]) -> list[tuple[Part, bytes]]:
    """The mails among the parts, each with its bytes."""
    found: list[tuple[Part, bytes]] = []
    for part in parts:
        name = (part.filename or "").lower()
        if part.content_type in _MAILS:
            found.append((part, decode.body(raw, part)[0]))
        elif name.endswith(".eml") and part.content_type in _FILES | {"message/eml"}:
            body = decode.body(raw, part)[0]
            if eml.is_mail(eml.look(body)):
                found.append((part, body))
        elif name.endswith(".msg") or part.content_type == "application/vnd.ms-outlook":
            body = decode.body(raw, part)[0]
            if body.startswith(msg.MAGIC):
                found.append((part, body))
    return found


def reports(
    raw: bytes,
    path: str,
    mime: Mime,
    seen: eml.Look,
    forced: bool = False,
    caps: Caps = CAPS,
    to_desk: bool = False,
) -> tuple[Report, ...]:
    """Each attached mail. Empty if the evidence for a forward is not enough."""
    if not forced and forward.is_own_thing(seen, to_desk) is not None:
        return ()
    parts = own_parts(mime)
    mails = _attached(raw, parts)
    if not mails:
        return ()
    reason = _why(raw, mime, parts, mails, seen)
    if reason is None and to_desk:
        text = "It is addressed to a reporting desk, and a mail is attached."
        reason = Reason("form-attached", text)
    if reason is None and not forced:
        return ()
    reason = reason or Reason("form-attached", "The operator says so, and a mail is attached.")
    found: list[Report] = []
    for part, body in mails[: caps.reports]:
        inner = f"{path}!{part.filename or f'part {part.index}'}"
        if body.startswith(msg.MAGIC):
            found += [_from_msg(one, reason, seen) for one in msg.reports(body, inner, caps)]
        else:
            found.append(_report(body, inner, part, reason, seen))
    if len(mails) > caps.reports:
        over = Defect("too-many-mails", f"{len(mails)} mails, and the cap is {caps.reports}")
        found[-1] = replace(found[-1], defects=(*found[-1].defects, over))
    return tuple(found)


def _why(
    raw: bytes, mime: Mime, parts: list[Part], mails: list[tuple[Part, bytes]], seen: eml.Look
) -> Reason | None:
    """The evidence that a person forwarded these, or None.

    1. Nothing else is there but a note, a signature's picture or a signature.
    2. Each attached mail went through a mail server: it has a field that only those write.
    3. Several mails; or the subject says "forwarded" or is the attached mail's; or no text.
    """
    taken = {part.index for part, _ in mails}
    for part in parts:
        if part.index in taken or part.content_type.startswith("multipart/"):
            continue
        picture = part.content_type.startswith("image/") and (
            part.disposition != "attachment" or part.first("content-id") is not None
        )
        if not picture and (part.content_type not in _BESIDES or part.disposition == "attachment"):
            return None
    looks = [eml.look(body) for _, body in mails if not body.startswith(msg.MAGIC)]
    if not all(any(one.has(key) for key in _TRACES) for one in looks):
        return None
    note = _note(raw, parts, taken)
    if note > MAX_NOTE:
        return None
    subject = seen.words(b"subject")
    if forward.says_forward(subject):
        return Reason("form-attached", "The subject says forwarded, and a mail is attached.")
    if any(forward.same_subject(subject, one.words(b"subject")) for one in looks):
        return Reason("form-attached", "A mail is attached whose subject the outer mail took over.")
    if mime.parts[0].content_type in ("multipart/digest", "message/rfc822") or len(mails) > 1:
        return Reason("form-attached", "The mail holds mails and little else.")
    if note <= _SHORT_NOTE:
        return Reason(
            "form-attached", "A mail is attached, and the outer mail has next to no text."
        )
    return None


def _note(raw: bytes, parts: list[Part], taken: set[int]) -> int:
    """Characters of visible text that the outer mail has of its own."""
    sizes = {"text/plain": 0, "text/html": 0}
    for part in parts:
        if part.index not in taken and part.content_type in sizes:
            body = decode.body(raw, part)[0]
            text = decode.text(body[: 64 * 1024], part.params.get("charset"))[0]
            if part.content_type == "text/html":
                text = " ".join(line for line, _ in html_lines(text, 1000))
            sizes[part.content_type] += len(" ".join(text.split()))
    return sizes["text/plain"] or sizes["text/html"]


def _report(body: bytes, path: str, part: Part, reason: Reason, seen: eml.Look) -> Report:
    defects: tuple[Defect, ...] = ()
    if not body.strip():
        defects = (Defect("empty", "the attached mail has no bytes"),)
    elif part.content_type in _MAILS and part.encoding not in ("7bit", "8bit", "binary"):
        text = f"attached with {part.encoding}, which RFC 2046 does not allow; undone"
        defects = (Defect("attached-encoded", text),)
    return report_of(
        body,
        form=Form.ATTACHED,
        grade=Grade.B,
        path=path,
        reasons=(reason,),
        reporter=eml.address_of(seen.words(b"from")),
        reported_at=eml.date_of(seen.value(b"date")),
        claims={"note-subject": seen.words(b"subject")[:1000]},
        defects=defects,
    )


def _from_msg(one: Report, reason: Reason, seen: eml.Look) -> Report:
    return replace(
        one,
        form=Form.ATTACHED,
        reasons=(reason, *one.reasons),
        reporter=eml.address_of(seen.words(b"from")),
        reported_at=eml.date_of(seen.value(b"date")),
    )
