# SPDX-License-Identifier: Apache-2.0
"""Which form a report has, why, and the reported mails inside. The door of this room.

Decided by content; a name is never believed. Only positive evidence makes a mail a forward: a spam
that carries another mail, or quotes one, stays itself. Never raises on content.
"""

from comity.mime.part import Mime
from comity.report import eml
from comity.report.caps import CAPS, Caps
from comity.report.form import Form, Report

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
) -> tuple[Report, ...]:
    """Each reported mail in `content`: one for most forms, several for a digest.

    `form` is the operator's word for it and is obeyed where the content allows.
    """
    if not content.strip():
        return (eml.not_mail(content, path, "empty", "There is nothing in it."),)
    seen = eml.look(content)
    if not eml.is_mail(seen):
        return (eml.not_mail(content, path, "not-mail", _what(content)),)
    return (eml.read(content, path, seen=seen),)


def _what(content: bytes) -> str:
    for magic, word in _MAGIC:
        if content.startswith(magic):
            return f"It is {word}, not a mail."
    return "It does not begin with a mail header."
