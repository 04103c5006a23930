# SPDX-License-Identifier: Apache-2.0
"""Writes a mail from what a report tells of one, where the mail itself is not there.

For forms that lost the mail's bytes (inline, SMS, XARF without the mail, Outlook items). The output
is the same for the same input. It is ours, not evidence of what the sender sent; the report's grade
and reasons say so. A value can never become a second field.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

_MAX_VALUE = 2000  # characters of one header value; ours
_UNSAFE = re.compile(r"[\"\\\x00-\x1f\x7f]")
_TYPE = re.compile(r"[a-z0-9.+-]{1,100}/[a-z0-9.+-]{1,100}")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment of the reported mail, as it came to us."""

    name: str
    content_type: str
    content: bytes


def rebuild(
    header: Iterable[tuple[str, str]], text: str, html: str = "", files: tuple[File, ...] = ()
) -> bytes:
    """One mail, UTF-8, LF line ends (RFC 5322 with RFC 6532 header text)."""
    lines = [f"{name}: {value}" for name, one in header if (value := one_line(one))]
    lines.append("MIME-Version: 1.0")
    body = _alternatives(text, html)
    if files:
        parts = [body, *(_file(one) for one in files)]
        body = _multipart("mixed", parts)
    return ("\n".join(lines) + "\n" + body).encode("utf-8", "replace")


def _alternatives(text: str, html: str) -> str:
    if text and html:
        return _multipart("alternative", [_text("plain", text), _text("html", html)])
    return _text("html", html) if html else _text("plain", text)


def _multipart(kind: str, parts: list[str]) -> str:
    """An entity of entities, with a boundary that occurs in none of them."""
    number = 0
    while any(f"--comity-rebuilt-{number}" in one for one in parts):
        number += 1
    boundary = f"comity-rebuilt-{number}"
    inner = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def _text(kind: str, content: str) -> str:
    head = f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    return head + content.replace("\r\n", "\n").replace("\r", "\n")


def _file(one: File) -> str:
    kind = one.content_type if _TYPE.fullmatch(one.content_type) else "application/octet-stream"
    if kind.startswith(("multipart/", "message/")):  # base64 is not allowed on these
        kind = "application/octet-stream"
    name = _UNSAFE.sub("_", one.name)[:255]
    packed = base64.encodebytes(one.content).decode("ascii")
    return (
        f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="{name}"\n\n{packed}'
    )


def one_line(value: str) -> str:
    """A header value: line ends and control characters become spaces (W06), over-long is cut."""
    kept = "".join(one if one.isprintable() else " " for one in value[: _MAX_VALUE + 1])
    kept = " ".join(kept.split())
    return kept if len(kept) <= _MAX_VALUE else kept[:_MAX_VALUE] + "…"
