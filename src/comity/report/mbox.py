# SPDX-License-Identifier: Apache-2.0
"""Mailbox files in the four dialects: mboxo, mboxrd, mboxcl, mboxcl2 (RFC 4155 and custom).

A streaming splitter over any binary stream: one mail in memory at a time. Bytes are kept as found:
which dialect a box was written in can't be known for sure, so `>From ` stays, with a defect.
Never seeks, never touches disk.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from comity.report.caps import CAPS, Caps
from comity.report.eml import header_end
from comity.values.defect import Defect

_CHUNK = 1024 * 1024
_MAX_LINE = 1024  # of a separator line; ours, real ones stay below 400
_SHORT_HEADER = 16 * 1024  # nearly all
_MAX_HEADER = 1024 * 1024  # in which a Content-Length is looked for

_SEPARATOR = re.compile(
    rb"From [^\r\n]{0,900}?\d{1,2}:\d\d(?::\d\d)?[^\r\n]{0,40}?\b(?:19|20)\d\d\b[^\r\n]{0,80}\r?\n"
)
# What can follow a separator: a field, another such line (sendmail writes >From), no header at all,
# or a field after one or two lines that some program put in front.
_HEADER_LINE = re.compile(
    rb"[!-9;-~]{1,128}[ \t]*:|>*From |\r?\n|(?:[^\n]{1,500}\n){1,2}[!-9;-~]{1,128}[ \t]*:"
)
_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_LENGTH = re.compile(rb"[ \t]*(\d{1,15})[ \t]*\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_NAMES = (".mbox", ".mbx", ".mbox.txt")
_BASES = frozenset({"mbox", "inbox", "junk", "spam", "sent", "trash"})

QUOTING = "mbox-from-quoting"
IN_BODY = "mbox-from-in-body"
TOO_BIG = "report-too-big"
CUT_OFF = "mbox-cut-off"


class Dialect(StrEnum):
    """How a writer keeps a body line `From ` from looking like a separator."""

    O = "mboxo"  # noqa: E741 - the dialect's own name: `From ` becomes `>From `
    RD = "mboxrd"  # also `>From ` becomes `>>From `: can be undone
    CL = "mboxcl"  # quoted as mboxo, and a Content-Length field
    CL2 = "mboxcl2"  # a Content-Length field, nothing quoted


@dataclass(frozen=True, slots=True)
class Boxed:
    """One mail of a box. `content` is empty where it was over the cap."""

    number: int  # from 1
    separator: bytes  # the `From ` line with its line end: an envelope the box claims
    content: bytes
    end: bytes  # the blank line that the format puts after a mail
    defects: tuple[Defect, ...] = ()
    last: bool = False


def starts_box(head: bytes) -> bool:
    """Does this begin with a separator line?"""
    return head[:5] == b"From " and _SEPARATOR.match(head[:_MAX_LINE]) is not None


def named_box(name: str) -> bool:
    """Does the name say mailbox? Only asked when the content holds one mail and so can't tell."""
    lowered = re.split(r"[/\\!]", name.lower())[-1]
    lowered = lowered.removesuffix(".gz").removesuffix(".zst")
    return lowered.endswith(_NAMES) or lowered in _BASES


def split(stream: BinaryIO, caps: Caps = CAPS) -> Iterator[Boxed]:
    """Each mail of the box, in order. The stream must begin with a separator line."""
    source = _Source(stream)
    number = place = 0
    while (separator := source.separator()) is not None:
        number += 1
        content, end, defects = source.mail(caps)
        place += len(separator) + len(content) + len(end)
        last = source.at_end()
        if last and content and not content.endswith(b"\n"):
            # Every writer ends a mail's last line; here the rest may be missing.
            text = f"mail {number} ends inside a line, where the box ends: at byte {place}"
            defects.append(Defect(CUT_OFF, text))
        yield Boxed(number, separator, content, end, tuple(defects), last)


_Mail = tuple[bytes, bytes, list[Defect]]  # content, the blank line after it, defects


class _Source:
    """The bytes not yet given out; `_start` is where they begin in the buffer."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self._ended = False

    def _more(self) -> bool:
        if not self._ended:
            chunk = self._stream.read(_CHUNK)
            if chunk:
                self._buffer += chunk
                return True
            self._ended = True
        return False

    def _have(self, size: int) -> bool:
        while len(self._buffer) < size:
            if not self._more():
                return False
        return True

    def at_end(self) -> bool:
        return not self._have(1)

    def separator(self) -> bytes | None:
        self._have(_MAX_LINE)
        end = self._buffer.find(b"\n", 0, _MAX_LINE)
        if not self._buffer:
            return None
        end = end + 1 if end >= 0 else min(len(self._buffer), _MAX_LINE)
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def mail(self, caps: Caps) -> _Mail:
        declared = self._by_length(caps)
        if declared is not None:
            return declared
        return self._by_separator(caps)

    def _by_length(self, caps: Caps) -> _Mail | None:
        """The mail by its Content-Length, if what follows it is a separator or the end."""
        place = self._stated_end()
        if place is None:
            return None
        end = place
        if end > caps.report_bytes:
            return None
        self._have(end + _MAX_LINE + 4)
        if len(self._buffer) < end:
            return None
        after = end
        for _ in range(2):  # mboxcl ends a mail with one blank line; some add the last line end
            if self._buffer[after : after + 2] == b"\r\n":
                after += 2
            elif self._buffer[after : after + 1] == b"\n":
                after += 1
        if not self._is_end(after):
            return None
        content, blank = bytes(self._buffer[:end]), bytes(self._buffer[end:after])
        del self._buffer[:after]
        defects = _quoting(content)
        if any(_SEPARATOR.match(content, at + 1) for at in _finds(content, b"\nFrom ")):
            # A lying length could swallow the next mails. It ends exactly where one ends, so it
            # is believed, but never in silence.
            text = "a line like a separator lies inside the Content-Length of this mail"
            defects.append(Defect(IN_BODY, text))
        return content, blank, defects

    def _stated_end(self) -> int | None:
        """Where the Content-Length of the mail's header puts its end, if it has one."""
        for size in (_SHORT_HEADER, _MAX_HEADER):
            whole = not self._have(size)
            header = bytes(self._buffer[:size])
            end, body = header_end(header, 0, len(header))
            if whole or body < len(header):
                at = header[: end + 1].lower().find(b"\ncontent-length:")
                found = _LENGTH.match(header, at + 16) if at >= 0 else None
                return body + int(found[1]) if found else None
        return None

    def _is_end(self, at: int) -> bool:
        if at >= len(self._buffer):
            return self._ended
        return _SEPARATOR.match(self._buffer, at, at + _MAX_LINE) is not None

    def _by_separator(self, caps: Caps) -> _Mail:
        """The mail up to the next line that is a separator and has a header line after it."""
        scan, dropped, in_body = 0, 0, 0
        while True:
            at = self._buffer.find(b"\nFrom ", scan)
            if at < 0:
                scan = max(0, len(self._buffer) - 6)
                if not self._more():
                    return self._close(len(self._buffer), 0, dropped, in_body, caps)
                if len(self._buffer) > caps.report_bytes + 2 * _CHUNK:
                    dropped += scan
                    del self._buffer[:scan]  # over the cap: only counted from here on
                    scan = 0
                continue
            self._have(at + 1 + 2 * _MAX_LINE)
            line = _SEPARATOR.match(self._buffer, at + 1, at + 1 + _MAX_LINE)
            if line and _HEADER_LINE.match(self._buffer, line.end()):
                return self._close(at + 1, 1, dropped, in_body, caps)
            in_body += 1
            scan = at + 1

    def _close(self, end: int, more: int, dropped: int, in_body: int, caps: Caps) -> _Mail:
        blank = _blank_before(self._buffer, end)
        size = end - blank
        defects: list[Defect] = []
        content = b""
        if dropped + size > caps.report_bytes:
            text = f"{dropped + size} bytes, and the cap is {caps.report_bytes}"
            defects.append(Defect(TOO_BIG, text))
        else:
            content = bytes(self._buffer[:size])
            defects += _quoting(content)
            if more and not blank:
                text = "the next separator line has no blank line before it"
                defects.append(Defect("mbox-no-blank-line", text))
        if in_body:
            text = f"{in_body} line(s) begin with From and were not taken for separators"
            defects.append(Defect(IN_BODY, text))
        line = bytes(self._buffer[size:end])
        del self._buffer[:end]
        return content, line, defects


def _blank_before(buffer: bytearray, end: int) -> int:
    """Length of the blank line that ends at `end`, 0 if there is none."""
    if end == 1 and buffer[:1] == b"\n":
        return 1
    if buffer[max(0, end - 4) : end] == b"\r\n\r\n" or (end == 2 and buffer[:2] == b"\r\n"):
        return 2
    if buffer[max(0, end - 2) : end] == b"\n\n":
        return 1
    return 2 if buffer[max(0, end - 3) : end] == b"\n\r\n" else 0


def _finds(content: bytes, what: bytes) -> Iterator[int]:
    at = content.find(what)
    while at >= 0:
        yield at
        at = content.find(what, at + 1)


def _quoting(content: bytes) -> list[Defect]:
    if b">From " not in content or not _QUOTED.search(content):
        return []
    text = "a line begins with >From: the box's writer or the mail's author may have put the >"
    return [Defect(QUOTING, text)]


def unquoted(content: bytes, dialect: Dialect) -> bytes:
    """The mail without quoting, if the operator knows the dialect.

    Exact for mboxrd and mboxcl2. For mboxo and mboxcl a `>From ` of the author is lost as well.
    """
    if dialect is Dialect.CL2:
        return content
    if dialect is Dialect.RD:
        return re.sub(rb"^>(>*From )", rb"\1", content, flags=re.MULTILINE)
    return re.sub(rb"^>(From )", rb"\1", content, flags=re.MULTILINE)


DEFAULT_SEPARATOR = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"


def print_box(
    mails: Iterable[bytes], dialect: Dialect, separator: bytes = DEFAULT_SEPARATOR
) -> Iterator[bytes]:
    """The box piece by piece. mboxcl and mboxcl2 put a Content-Length field into each header.

    A mail that does not end with a line end gets one: the format needs it.
    """
    for mail in mails:
        end = b"\r\n" if b"\r\n" in mail[:1024] else b"\n"
        if not mail.endswith(b"\n"):
            mail += end
        if dialect is Dialect.RD:
            mail = re.sub(rb"^(>*From )", rb">\1", mail, flags=re.MULTILINE)
        elif dialect is not Dialect.CL2:
            mail = re.sub(rb"^(From )", rb">\1", mail, flags=re.MULTILINE)
        if dialect in (Dialect.CL, Dialect.CL2):
            mail = _with_length(mail, end)
        yield separator
        yield mail
        yield end


def _with_length(mail: bytes, end: bytes) -> bytes:
    """The mail with one Content-Length field that is right, as the last of its header."""
    ended = _HEADER_END.search(mail)
    header = mail[: ended.start()] if ended else mail.rstrip(b"\r\n")
    body = mail[ended.end() :] if ended else b""
    kept = b"".join(
        line
        for line in header.splitlines(keepends=True)
        if not line.lower().startswith(b"content-length")
    )
    if kept and not kept.endswith(b"\n"):
        kept += end
    return kept + b"Content-Length: %d" % len(body) + end + end + body
