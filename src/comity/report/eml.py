# SPDX-License-Identifier: Apache-2.0
"""The mail itself (RFC 5322), and the quick look at any mail that decides which form it is.

The look reads header bytes with `find`, no more: most reports are plain mails and must stay cheap.
Never changes a byte: a report of this form is printed as it was read.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from comity.mime import decode
from comity.report.form import Form, Grade, Report, report_of
from comity.values.address import address
from comity.values.defect import Defect
from comity.values.reason import Reason

_MAX_HEADER = 1024 * 1024  # bytes looked at; `mime` caps its header the same
_MAX_DATE = 200  # characters given to the date reader

# Fields that only mail has, or nearly so. One of them makes a header a mail's header.
_KNOWN = re.compile(
    rb"^(?:from|to|cc|bcc|subject|date|received|return-path|delivered-to|message-id|reply-to"
    rb"|sender|mime-version|content-type|content-transfer-encoding|x-[!-9;-~]{1,80}"
    rb"|dkim-signature|arc-seal|authentication-results|received-spf|envelope-to"
    rb"|references|in-reply-to|organization|list-[a-z]{1,20})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,253}")


@dataclass(frozen=True, slots=True)
class Look:
    """A header as bytes, and the same in lower case to search in."""

    header: bytes
    lowered: bytes
    body_start: int

    def value(self, key: bytes) -> str | None:
        """Value of the first field with this lower-case name, unfolded, not decoded."""
        at = 0 if self.lowered.startswith(key + b":") else self.lowered.find(b"\n" + key + b":") + 1
        if not at and not self.lowered.startswith(key + b":"):
            return None
        start = at + len(key) + 1
        end = self.header.find(b"\n", start)
        while 0 <= end < len(self.header) - 1 and self.header[end + 1] in b" \t":
            end = self.header.find(b"\n", end + 1)
        value = self.header[start:] if end < 0 else self.header[start:end]
        try:
            text = value[:65_536].decode("utf-8")
        except UnicodeDecodeError:
            text = value[:65_536].decode("latin-1")
        return " ".join(text.split())

    def has(self, key: bytes) -> bool:
        return self.lowered.startswith(key + b":") or b"\n" + key + b":" in self.lowered

    def words(self, key: bytes) -> str:
        """Value with its encoded words read; "" where there is none."""
        value = self.value(key)
        if value is None:
            return ""
        return decode.words(value)[0] if "=?" in value else value


def look(content: bytes) -> Look:
    """The header of a mail: from its first field to the first blank line."""
    start = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    while content[start : start + 1] in (b"\n", b"\r", b" ", b"\t") and start < 1024:
        start += 1
    if content.startswith((b"From ", b">From "), start) and b":" not in content[start : start + 7]:
        start = content.find(b"\n", start, start + 2000) + 1
    limit = min(len(content), start + _MAX_HEADER)
    end, after = header_end(content, start, limit)
    header = content[start : end + 1]
    return Look(header, header.lower(), after)


def header_end(content: bytes, start: int, limit: int) -> tuple[int, int]:
    """(last line end of the header, where the body begins): at the first blank line of any kind."""
    found = _BLANK_LINE.search(content, start, limit)  # one pass; `find` would take two slow ones
    return found.span() if found else (limit, limit)


def is_mail(seen: Look) -> bool:
    """Does it have a header as mails have? Text without one is no mail, nor is a picture."""
    return _KNOWN.search(seen.header) is not None


def address_of(value: str | None) -> str | None:
    """The first address in a field's value, for naming who reported."""
    if not value:
        return None
    text = value[:10_000]
    angle = text.rfind("<")
    found = _ADDRESS.search(text, angle + 1 if angle >= 0 else 0) or _ADDRESS.search(text)
    return found[0] if found else None


def date_of(value: str | None) -> datetime | None:
    """A Date value as a time with zone, or None. Raises nothing."""
    if not value or len(value) > _MAX_DATE:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


_WORD = re.compile(r"(?:IPv6:)?([0-9A-F:.]{3,45})", re.IGNORECASE)


def unseen(claimed: str | None, mail: bytes) -> tuple[Defect, ...]:
    """A defect if the reporter names a source address that no Received field of the mail has.

    The trace decides the origin; this only keeps the two apart (R11).
    """
    wanted = address((claimed or "").strip().strip("[]"))
    if wanted is None:
        return ()
    seen = look(mail)
    text = seen.header[:262_144].decode("latin-1")
    if any(address(one.rstrip(".:")) == wanted for one in set(_WORD.findall(text))):
        return ()
    return (Defect("source-not-in-mail", f"the report names {wanted}, the mail's header does not"),)


_IS_EML = Reason("form-eml", "The file is the mail itself: it begins with its header.")
_NO_RECEIVED = Reason(
    "no-received", "The mail has no Received field, so it is not as a mail server delivered it."
)


def read(content: bytes, path: str, why: Reason | None = None, seen: Look | None = None) -> Report:
    """The mail as it is: every byte of the file."""
    seen = seen or look(content)
    chain = seen.has(b"received")
    reason = why or _IS_EML
    return report_of(
        content,
        form=Form.EML,
        grade=Grade.A if chain else Grade.B,
        path=path,
        reasons=(reason,) if chain else (reason, _NO_RECEIVED),
    )


def print(mail: bytes) -> bytes:
    """Its bytes. Nothing is added, so the digest stays."""
    return mail


def not_mail(content: bytes, path: str, code: str, text: str) -> Report:
    """Bytes that are no mail: kept, and said so."""
    return report_of(
        content,
        form=Form.NOT_MAIL,
        grade=Grade.D,
        path=path,
        reasons=(Reason(code, text),),
        defects=(Defect(code, text),),
        refused=True,
    )
