# SPDX-License-Identifier: Apache-2.0
"""Outlook items (.msg, [MS-OXMSG] in a compound file [MS-CFB]), through python-oxmsg.

Outlook does not keep the mail's bytes, only its transport header and its contents: the mail is
written anew from them (grade B; C where even the header is missing). The library is imported late
and sees a file only after its streams were counted: one chain can be told a thousand times.
"""

import io
import re
import struct
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from comity.report import eml
from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Grade, Report, report_of
from comity.report.rebuilt import File, rebuild
from comity.values.defect import Defect
from comity.values.reason import Reason

if TYPE_CHECKING:
    from oxmsg import Message
    from oxmsg.attachment import Attachment

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_ENTRIES = 20_000  # directory entries; ours: an item has about 100, and 20 per attachment
MAX_FILES = 200
_TRANSPORT = 0x007D  # PidTagTransportMessageHeaders, [MS-OXPROPS]
_SMTP_SENDER = 0x5D01  # PidTagSenderSmtpAddress
_SENDER = 0x0C1F  # PidTagSenderEmailAddress
_SENDER_NAME = 0x0C1A  # PidTagSenderName
_DISPLAY_TO = 0x0E04  # PidTagDisplayTo
_OURS = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-length"})
_FOLD = re.compile(r"\r?\n(?=[ \t])")

# What olefile and oxmsg raise on broken files, found by fuzzing; neither documents it.
_BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    struct.error,
)


def reports(content: bytes, path: str, caps: Caps = CAPS) -> tuple[Report, ...]:
    """The mail of one item; what can't be read is NOT_MAIL, with the reason."""
    if len(content) > caps.report_bytes:
        text = f"{len(content)} bytes, and the cap is {caps.report_bytes}"
        return (eml.not_mail(b"", path, "report-too-big", text),)
    fault = _fault(content)
    if fault:
        return (eml.not_mail(content, path, "msg-damaged", fault),)
    from oxmsg import Message
    from oxmsg.domain.model import UnrecognizedCodePageError

    try:
        return (_report(Message.load(content), content, path),)
    except (*_BROKEN, UnrecognizedCodePageError) as error:
        text = f"Outlook item: {type(error).__name__}: {str(error)[:100]}"
        return (eml.not_mail(content, path, "msg-damaged", text),)


def _fault(content: bytes) -> str | None:
    """Why the library must not see this file, or None."""
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            entries = [one for one in ole.direntries if one is not None]
            if len(entries) > MAX_ENTRIES:
                return f"{len(entries)} directory entries, and the cap is {MAX_ENTRIES}"
            total = sum(one.size for one in entries if one.entry_type == olefile.STGTY_STREAM)
            if total > 2 * len(content):
                return f"streams of {total} bytes in a file of {len(content)}"
            if not ole.exists("__properties_version1.0"):
                return "a compound file, but no Outlook item"
    except _BROKEN as error:
        return f"compound file: {type(error).__name__}: {str(error)[:100]}"
    return None


def _report(item: "Message", content: bytes, path: str) -> Report:
    transport = item.properties.str_prop_value(_TRANSPORT) or ""
    header = _header(transport)
    lost = not any(name.lower() == "received" for name, _ in header)
    defects: list[Defect] = []
    if not header:
        header = _from_properties(item)
        defects.append(Defect("header-lost", "the item has no transport header"))
    files = _files(item, defects)
    html = _html(item, defects)
    mail = rebuild(header, item.body or "", html, files)
    kind = item.message_class or "an item without a class"
    return report_of(
        mail,
        made_of=content,
        form=Form.MSG,
        grade=Grade.C if lost else Grade.B,
        path=path,
        reasons=(Reason("form-msg", f"An Outlook item ({kind[:60]}); the mail is written anew."),),
        claims={"message-class": kind[:200]},
        defects=tuple(defects),
    )


def _header(transport: str) -> list[tuple[str, str]]:
    """The transport header's fields, without those that described the lost body."""
    if not transport.strip():
        return []
    seen: list[tuple[str, str]] = []
    for line in _FOLD.sub(" ", transport.replace("\r\n", "\n")).split("\n"):
        name, colon, value = line.partition(":")
        name = name.strip()
        if not (colon and name and name.isascii() and name.isprintable()) or " " in name:
            continue
        if name.lower() not in _OURS:
            seen.append((name, value))
    return seen[:2000]


def _from_properties(item: "Message") -> list[tuple[str, str]]:
    text = item.properties.str_prop_value
    address = text(_SMTP_SENDER) or text(_SENDER) or ""
    name = (text(_SENDER_NAME) or "").replace('"', "'")
    sender = f'"{name}" <{address}>' if name and "@" in address else address or name
    sent = item.sent_date
    return [
        ("From", sender),
        ("To", text(_DISPLAY_TO) or ""),
        ("Date", format_datetime(sent) if isinstance(sent, datetime) else ""),
        ("Subject", item.subject),
    ]


def _html(item: "Message", defects: list[Defect]) -> str:
    try:
        return item.html_body or ""
    except (UnicodeDecodeError, LookupError, TypeError, AssertionError) as error:
        defects.append(Defect("msg-html", f"its HTML can't be read: {type(error).__name__}"))
        return ""


def _files(item: "Message", defects: list[Defect]) -> tuple[File, ...]:
    found: list[File] = []
    for attachment in item.attachments:
        if len(found) >= MAX_FILES:
            defects.append(Defect("msg-files", f"more than {MAX_FILES} attachments"))
            break
        one = _file(attachment)
        if one is None:
            defects.append(Defect("msg-files", "an attachment that is not held as bytes"))
        else:
            found.append(one)
    return tuple(found)


def _file(attachment: "Attachment") -> File | None:
    from oxmsg.domain.model import UnrecognizedCodePageError

    try:
        content = attachment.file_bytes
        name, kind = attachment.file_name, attachment.mime_type
    except (*_BROKEN, UnrecognizedCodePageError):
        return None
    if content is None:
        return None
    return File(name or "attachment", (kind or "application/octet-stream").lower(), content)
