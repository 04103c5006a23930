# SPDX-License-Identifier: Apache-2.0
"""One mail as its reader would meet it: header facts, text, links, attachments.

Types only; `message.read` makes them. Never raises on content, never fetches anything.
"""

from dataclasses import dataclass
from datetime import datetime

from comity.mime.part import Field, Part
from comity.values.defect import Defect
from comity.values.digest import Digest
from comity.values.reason import Reason
from comity.values.span import Span


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address as written in From, Reply-To or Sender. A claim."""

    name: str
    address: str  # "local@domain" as written, or "" where none can be read
    domain: str  # A-label form, "" where none
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Where something leads, and what the reader is shown. Never to be opened."""

    url: str  # normalised (tabs, spaces and line ends out, scheme and host in lower case)
    written: str  # as in the mail
    host: str  # A-label form; "" for mailto and such
    domain: str | None  # registered domain, None for an address literal
    shown: str  # the visible text of the anchor, "" for bare or image links
    source: str  # "html", "text", "image", "form", "qr", "header", "attachment"
    span: Span | None  # of the shown text in "text", where there is one
    reasons: tuple[Reason, ...] = ()  # shown-is-not-real, address-literal, mixed-script, …
    onward: str | None = None  # host that the URL names inside it (a redirect), where it differs


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file as facts. It is never opened to show it."""

    name: str  # safe to show: control and direction marks made visible
    digest: Digest  # of the decoded content
    size: int  # bytes, decoded
    type: str  # by content, for example "application/pdf"
    declared: str  # Content-Type as the sender wrote it
    part: int  # index of the part
    hints: tuple[str, ...] = ()  # "macro", "executable", "archive", "encrypted-archive",
    # "double-extension", "type-mismatch", "script", "html", "pdf-with-link", "image", "qr-code", …
    members: tuple[str, ...] = ()  # names inside an archive, capped
    inline: bool = False  # shown inside the HTML (cid:)


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The bare form of the HTML, for campaigns: no text, no personal data."""

    tags: tuple[str, ...] = ()  # element names in document order, capped at 2,000
    classes: tuple[str, ...] = ()  # distinct class and id names in order of first use, capped
    images: int = 0
    forms: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """All that later rooms may know of one mail."""

    digest: Digest
    size: int  # bytes of the raw mail
    fields: tuple[Field, ...]  # top-level header, in order
    parts: tuple[Part, ...]
    from_: Mailbox | None
    all_from: tuple[Mailbox, ...]
    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    subject: str
    date: datetime | None  # with time zone (UTC offset as written), None where undetermined
    message_id: str | None
    text: str  # what the reader sees, from text/plain and HTML, white space folded
    hidden: str  # what the HTML hides (1 px, white on white, display:none, preheader tricks)
    html: bool  # whether the shown body came from HTML
    skeleton: Skeleton
    links: tuple[Link, ...]
    attachments: tuple[Attachment, ...]
    language: str | None  # BCP 47 primary tag ("en", "ko"), None where unsure
    scripts: tuple[str, ...]  # scripts used in the shown text, by share: ("Latin", "Han")
    list_unsubscribe: str | None  # RFC 2369 value as written
    defects: tuple[Defect, ...]
    images: tuple[str, ...] = ()  # addresses of pictures in the HTML, distinct, in order, capped
