# SPDX-License-Identifier: Apache-2.0
"""A custody event: who did what to what, when and why. One entry of a node's journal.

Type, reader and printer of one JSON object. The journal is a log like that of the reports: each
event is a leaf, so that none can be changed or dropped without it showing (`comity fsck`).
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from comity.evidence.record import print_time, read_time
from comity.values.errors import VerificationError
from comity.values.json import JSON, print_json

VERSION = 1
MAX_BYTES = 64 << 10  # of a printed event; ours: a note is a page, not a book


class EventKind(StrEnum):
    """What can be done. The first word is what it is done to."""

    ACCOUNT_INVITED = "account-invited"
    ACCOUNT_MADE = "account-made"
    ACCOUNT_ROLE = "account-role"
    ACCOUNT_ENDED = "account-ended"
    ACCOUNT_SIGNED_IN = "account-signed-in"
    ACCOUNT_FACTOR = "account-factor"  # detail: which, what became of it
    ACCOUNT_PASSWORD = "account-password"  # noqa: S105  # it was changed
    ACCOUNT_REFUSED = "account-refused"  # a sign-in that failed
    TOKEN_MADE = "token-made"  # noqa: S105
    TOKEN_ENDED = "token-ended"  # noqa: S105
    MAIL_SEEN = "mail-seen"
    MAIL_SOURCE_SEEN = "mail-source-seen"
    MAIL_VERDICT = "mail-verdict"  # detail: label, before, note
    REPORTER_REVEALED = "reporter-revealed"  # detail: purpose
    ATTACHMENT_EXPORTED = "attachment-exported"
    LIST_EXPORTED = "list-exported"  # detail: what, query, rows
    CAMPAIGN_SEEN = "campaign-seen"
    CAMPAIGN_NAMED = "campaign-named"  # detail: name, before
    CAMPAIGN_JOINED = "campaign-joined"  # detail: with, reason
    CAMPAIGN_SPLIT = "campaign-split"  # detail: mails, reason
    UNDONE = "undone"  # detail: leaf of the event that holds no more


@dataclass(frozen=True, slots=True)
class Event:
    """`subject` names what it was done to: a digest, a campaign, an account."""

    kind: EventKind
    actor: str  # account id, "node" for the node itself
    at: datetime  # UTC
    subject: str
    detail: dict[str, JSON] = field(default_factory=dict)

    def print(self) -> bytes:
        return print_json(
            {
                "version": VERSION,
                "kind": self.kind.value,
                "actor": self.actor,
                "at": print_time(self.at),
                "subject": self.subject,
                "detail": self.detail,
            }
        )


def read_event(content: bytes) -> Event:
    """Raises VerificationError for what no node of this version wrote."""
    if len(content) > MAX_BYTES:
        raise VerificationError(f"expected an event of at most {MAX_BYTES} bytes")
    try:
        found = json.loads(content)
        if found["version"] != VERSION:
            raise ValueError(f"version {found['version']!r}")
        return Event(
            EventKind(found["kind"]),
            str(found["actor"]),
            read_time(found["at"]),
            str(found["subject"]),
            dict(found["detail"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise VerificationError(f"expected an event of version {VERSION}, got {error}") from error
