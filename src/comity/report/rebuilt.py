# SPDX-License-Identifier: Apache-2.0
"""Writes a mail from what a report tells of one, where the mail itself is not there.

For forms that lost the header (inline, SMS, XARF without the mail, Outlook items). The bytes are
the same for the same input. They are ours, not evidence of what the sender sent; the report's
grade and reasons say so. A value can never become a second field.
"""

from collections.abc import Iterable

_MAX_VALUE = 2000  # characters of one header value; ours


def rebuild(header: Iterable[tuple[str, str]], text: str, html: str = "") -> bytes:
    """One mail, UTF-8, LF line ends (RFC 5322 with RFC 6532 header text)."""
    lines = [f"{name}: {one_line(value)}" for name, value in header if value.strip()]
    lines.append("MIME-Version: 1.0")
    if html and text:
        boundary = _boundary(text, html)
        lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
        body = (
            f"--{boundary}\n{_part('plain', text)}\n--{boundary}\n{_part('html', html)}\n"
            f"--{boundary}--\n"
        )
        return _bytes("\n".join(lines) + "\n\n" + body)
    return _bytes("\n".join(lines) + "\n" + _part("html" if html else "plain", html or text))


def _part(kind: str, content: str) -> str:
    head = f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    return head + content.replace("\r\n", "\n").replace("\r", "\n")


def one_line(value: str) -> str:
    """A header value: line ends and control characters become spaces (W06), over-long is cut."""
    kept = "".join(one if one.isprintable() else " " for one in value[: _MAX_VALUE + 1])
    kept = " ".join(kept.split())
    return kept if len(kept) <= _MAX_VALUE else kept[:_MAX_VALUE] + "…"


def _boundary(*contents: str) -> str:
    number = 0
    while any(f"--comity-rebuilt-{number}" in one for one in contents):
        number += 1
    return f"comity-rebuilt-{number}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
