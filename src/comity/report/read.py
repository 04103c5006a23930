# SPDX-License-Identifier: Apache-2.0
"""Which form a report has, why, and the reported mails inside. The door of this room.

Decided by content; a name is never believed. Only positive evidence makes a mail a forward: a spam
that carries another mail, or quotes one, stays itself. Never raises on content.
"""

from collections.abc import Callable

from comity.mime import split
from comity.mime.part import Mime
from comity.report import (
    arf,
    attached,
    eml,
    forward,
    inline,
    msg,
    sms,
    xarf,
    xarf_report,
)
from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Report
from comity.report.strict_json import read_json
from comity.values.reason import Reason

_MAGIC = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip file or office document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def read(
    content: bytes,
    path: str,
    form: Form | None = None,
    *,
    caps: Caps = CAPS,
    mime: Mime | None = None,
    desks: frozenset[str] = frozenset(),
) -> tuple[Report, ...]:
    """Each reported mail in `content`: one for most forms, several for a digest.

    `form` is the operator's word for it, and is obeyed where the content allows; where it does
    not, the answer is NOT_MAIL with the reason. `mime` is the split of `content`, if there is one.
    `desks` are addresses (lower case) to which people report: a mail to one needs less to be taken
    for a forward.
    """
    if not content.strip():
        return (eml.not_mail(content, path, "empty", "There is nothing in it."),)
    if len(content) > caps.report_bytes:
        text = f"{len(content)} bytes, and the cap is {caps.report_bytes}"
        return (eml.not_mail(b"", path, "report-too-big", text),)
    if form is not None:
        return _forced(content, path, form, caps, mime)
    if content.startswith(msg.MAGIC):
        return msg.reports(content, path, caps)
    if content[:256].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json(content, path, caps)
    seen = eml.look(content)
    if not eml.is_mail(seen):
        return (eml.not_mail(content, path, "not-mail", _what(content)),)
    to_desk = forward.sent_to(seen, desks)
    return _carried(content, path, seen, caps, mime, to_desk) or (
        eml.read(content, path, seen=seen),
    )


def _carried(
    content: bytes, path: str, seen: eml.Look, caps: Caps, mime: Mime | None, to_desk: bool
) -> tuple[Report, ...]:
    """The reports inside this mail, if it is there to carry them; split only on a first hint."""
    kind = (seen.value(b"content-type") or "").lower()
    found: tuple[Report, ...] = ()
    for marked, read_it in _hints(content, kind, seen):
        if marked and not found:
            mime = mime or split.split(content)
            found = read_it(content, path, mime, seen, caps, to_desk)
    said = to_desk or forward.says_forward(seen.words(b"subject"))
    if not found and said and forward.is_own_thing(seen, to_desk) is None:
        mime = mime or split.split(content)
        found = inline.reports(content, path, mime, seen, to_desk=to_desk)
    return found


_Reader = Callable[[bytes, str, Mime, eml.Look, Caps, bool], tuple[Report, ...]]
_CARRIERS = (b"message/rfc822", b"message/global", b"multipart/digest", b".eml", b".msg")


def _hints(content: bytes, kind: str, seen: eml.Look) -> list[tuple[bool, _Reader]]:
    """Which carrying forms the bytes hint at, by plain search: most mails have no hint at all."""
    if not kind.startswith(("multipart/", "message/", "application/")):
        return []
    if kind.startswith(("multipart/alternative", "multipart/related")):
        # Apple Mail puts an attached mail inside the alternative, and writes the type like this.
        return [(b"message/rfc822" in content, _attached)]
    lowered = content.lower()
    xarf_field = seen.has(b"x-xarf") or seen.has(b"x-arf")
    return [
        ("feedback-report" in kind or b"message/feedback-report" in lowered, _arf),
        (xarf_field or b"application/json" in lowered or b"xarf.json" in lowered, _xarf),
        (any(one in lowered for one in _CARRIERS), _attached),
    ]


def _arf(
    content: bytes, path: str, mime: Mime, seen: eml.Look, caps: Caps, to_desk: bool
) -> tuple[Report, ...]:
    return arf.reports(content, path, mime)


def _xarf(
    content: bytes, path: str, mime: Mime, seen: eml.Look, caps: Caps, to_desk: bool
) -> tuple[Report, ...]:
    marked = seen.has(b"x-xarf") or seen.has(b"x-arf")
    return xarf_report.in_mail(content, mime, path, marked, caps)


def _attached(
    content: bytes, path: str, mime: Mime, seen: eml.Look, caps: Caps, to_desk: bool
) -> tuple[Report, ...]:
    return attached.reports(content, path, mime, seen, caps=caps, to_desk=to_desk)


def _json(content: bytes, path: str, caps: Caps) -> tuple[Report, ...]:
    value, fault = read_json(content, caps)
    if fault is None and xarf.is_xarf(value):
        return xarf_report.reports(content, path, caps)
    if fault is None and sms.is_sms(value):
        return sms.reports(content, path, caps)
    if fault is not None and _means_xarf(content):
        return xarf_report.reports(content, path, caps)
    if fault is not None and b'"sender"' in content and b'"text"' in content:
        return sms.reports(content, path, caps)
    text = fault.detail if fault is not None else "It is JSON, but no XARF and no SMS record."
    return (eml.not_mail(content, path, "not-mail", text),)


def _means_xarf(content: bytes) -> bool:
    return b'"xarf_version"' in content or b'"ReporterInfo"' in content


def _forced(
    content: bytes, path: str, form: Form, caps: Caps, mime: Mime | None
) -> tuple[Report, ...]:
    """The operator's word, where the content can be read so."""
    seen = eml.look(content)
    found: tuple[Report, ...] = ()
    if form is Form.EML:
        why = Reason("form-eml", "The operator says that this is the mail itself.")
        found = (eml.read(content, path, why, seen),) if eml.is_mail(seen) else ()
    elif form is Form.MSG:
        found = msg.reports(content, path, caps)
    elif form is Form.SMS:
        found = sms.reports(content, path, caps)
    elif form is Form.ARF:
        found = arf.reports(content, path, mime)
    elif form is Form.XARF:
        if eml.is_mail(seen):
            found = xarf_report.in_mail(content, mime or split.split(content), path, True, caps)
        else:
            found = xarf_report.reports(content, path, caps)
    elif form is Form.ATTACHED:
        found = attached.reports(content, path, mime or split.split(content), seen, True, caps)
    elif form is Form.INLINE:
        found = inline.reports(content, path, mime or split.split(content), seen, True)
    if found:
        return found
    text = f"It cannot be read as {form.value}, as the operator says."
    return (eml.not_mail(content, path, "not-this-form", text),)


def _what(content: bytes) -> str:
    for magic, word in _MAGIC:
        if content.startswith(magic):
            return f"It is {word}, not a mail."
    return "It does not begin with a mail header."
