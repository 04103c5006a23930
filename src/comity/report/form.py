# SPDX-License-Identifier: Apache-2.0
"""What a report is, whatever form it came in.

Types only. Each form's reader and printer live together in a file of their own in this room.
May not touch disk or net, and never raises on content.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from comity.values.defect import Defect
from comity.values.digest import Digest, digest_of
from comity.values.reason import Reason


class Form(StrEnum):
    """How the reported mail came to us."""

    EML = "eml"  # the mail itself, RFC 5322
    ARF = "arf"  # RFC 5965, RFC 6591
    XARF = "xarf"  # XARF v4, and v0.2/v3 read
    ATTACHED = "attached"  # forwarded as message/rfc822
    INLINE = "inline"  # forwarded in the text of another mail
    MSG = "msg"  # Outlook item
    SMS = "sms"  # messaging record as JSON
    NOT_MAIL = "not-mail"  # bytes that are no mail: kept, and said so


class Grade(StrEnum):
    """What a report can prove."""

    A = "A"  # raw mail with its own header as received
    B = "B"  # wrapped or rewritten by a client, header present
    C = "C"  # forwarded inline: header lost
    D = "D"  # text or picture only


@dataclass(frozen=True, slots=True)
class Report:
    """One reported mail and what was said about it."""

    form: Form
    grade: Grade
    mail: bytes  # the reported mail; its exact bytes unless `rewritten`
    digest: Digest  # of the exact bytes received: `mail`, or what it was written anew from
    path: str  # where it was found, for people: "box.zip!cur/17.eml#3"
    reasons: tuple[Reason, ...] = ()  # why this form
    reporter: str | None = None  # address as the report states it: personal data
    reported_at: datetime | None = None  # as the report states it
    claims: dict[str, str] = field(default_factory=dict)  # ARF/XARF: source-ip, feedback-type, …
    defects: tuple[Defect, ...] = ()
    refused: bool = False  # no mail, or it broke its own standard: nothing in it is relied on
    rewritten: bool = False  # `mail` is ours, made of what the report tells: its bytes are lost


def report_of(
    mail: bytes,
    *,
    form: Form,
    grade: Grade,
    path: str,
    reasons: tuple[Reason, ...] = (),
    reporter: str | None = None,
    reported_at: datetime | None = None,
    claims: dict[str, str] | None = None,
    defects: tuple[Defect, ...] = (),
    refused: bool = False,
    made_of: bytes | None = None,
) -> Report:
    """The only place that makes a Report.

    `made_of` is what `mail` was written anew from. Bytes that we made are no evidence, so the
    digest names those that were received.
    """
    return Report(
        form=form,
        grade=grade,
        mail=mail,
        digest=digest_of(mail if made_of is None else made_of),
        path=path,
        reasons=reasons,
        reporter=reporter,
        reported_at=reported_at,
        claims=claims or {},
        defects=defects,
        refused=refused,
        rewritten=made_of is not None,
    )
