# SPDX-License-Identifier: Apache-2.0
"""Puts a `Message` together from raw bytes: header facts, text, links, attachments, language.

Never raises on content, never fetches anything. What a reader would see and what is hidden stay
apart; which of several equal fields is shown is said, not silently chosen.
"""

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comity.message import attachment, date, html, language, link, mailbox, picture, show, text
from comity.message.message import Attachment, Link, Mailbox, Message, Skeleton
from comity.mime import decode
from comity.mime.part import Field, Mime, Part
from comity.mime.split import split
from comity.values.defect import Defect
from comity.values.digest import Digest, digest_of
from comity.values.span import Span

QrDecoder = Callable[[bytes], tuple[str, ...]]
"""A port: bytes of one picture in, texts of the QR codes in it out. It may not raise."""

MAX_ATTACHMENTS = 200  # described, ours
MAX_UUENCODED = 20  # files taken out of one mail's text, ours
MIN_STYLED = 5  # letters, ours: fewer are ornaments
MAX_QR_PICTURES = 6  # decoded per mail, ours
QR_BYTES = (120, 4_194_304)  # size of a picture worth decoding, ours
QR_SIDE = (50, 4_000)  # pixels: 21 modules of 2 pixels and a margin, up to a page scan
QR_SHAPE = 3.0  # longer to shorter side, ours: banners and rules hold none
EARLY, LATE = timedelta(days=-30), timedelta(days=2)  # Date less receipt, ours: RFC 5321 lets a
# host try for 4 to 5 days, and clocks differ by a zone
SHORT = 200  # characters, ours: the subject then helps to tell the language
MAX_DEFECTS = 200  # kept, ours

_ONCE = ("from", "subject", "date", "sender", "reply-to", "to", "message-id", "content-type")
_ASKED = frozenset((*_ONCE, "received", "list-unsubscribe"))
_ANGLED = re.compile(r"<\s*([^<>]{1,2000}?)\s*>")
_UU = re.compile(rb"(?:^|\n)(begin [0-7]{3,4} ([^\r\n]{1,200}))\r?\n(?=[!-`])")
_DATA_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|gif|bmp|webp);base64,([A-Za-z0-9+/=\s%]{160,6000000}+)"
)


@dataclass(slots=True)
class _Body:
    """Text and what hangs on it, as it grows part by part."""

    text: list[str] = field(default_factory=list)
    length: int = 0
    hidden: list[str] = field(default_factory=list)
    html: bool = False
    skeleton: Skeleton | None = None
    links: list[Link] = field(default_factory=list)
    images: dict[str, None] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    qr_left: int = MAX_QR_PICTURES


def read(
    raw: bytes,
    mime: Mime | None = None,
    qr: QrDecoder | None = None,
    digest: Digest | None = None,
) -> Message:
    """Read one mail. Raises nothing on content; `qr` is asked for large enough pictures.

    `mime` and `digest` are the split and the digest of `raw`, where the caller has them already.
    """
    mime = split(raw) if mime is None else mime
    root = mime.parts[0]
    body = _Body(defects=list(mime.defects))
    if not raw.strip():
        body.defects.append(Defect("empty"))
    head = _Head(root.fields, body.defects)
    _read_parts(raw, mime, body, qr)
    unsubscribe = head.first("list-unsubscribe")
    if unsubscribe is not None:
        _header_links(unsubscribe, body)
    shown = "\n".join(body.text)
    subject = head.subject()
    spoken, scripts = _spoken(shown, subject, body.defects)
    senders = head.mailboxes("from")
    _note_disguise(shown, subject, senders, body.defects)
    sender = head.mailboxes("sender")
    reply_to = head.mailboxes("reply-to")
    to = head.mailboxes("to")
    when = head.date()
    message_id = head.first("message-id")
    return Message(
        digest=digest_of(raw) if digest is None else digest,
        size=len(raw),
        fields=root.fields,
        parts=mime.parts,
        from_=senders[0] if senders else None,
        all_from=senders,
        sender=sender[0] if sender else None,
        reply_to=reply_to,
        to=to,
        subject=subject,
        date=when,
        message_id=message_id.value.strip()[:998] if message_id else None,
        text=shown,
        hidden="\n".join(body.hidden),
        html=body.html,
        skeleton=body.skeleton or Skeleton(),
        links=tuple(body.links[: link.MAX_LINKS]),
        attachments=tuple(body.attachments),
        language=spoken,
        scripts=scripts,
        list_unsubscribe=unsubscribe.value if unsubscribe else None,
        defects=tuple(dict.fromkeys(body.defects))[:MAX_DEFECTS],
        images=tuple(body.images),
    )


def _read_parts(raw: bytes, mime: Mime, body: _Body, qr: QrDecoder | None) -> None:
    """What the reader's program would show of the parts, then what it would offer as files."""
    choice = text.choose(mime)
    for index in choice.shown:
        _read_text(raw, mime.parts[index], body, qr)
    if not body.length and choice.unshown:  # the chosen alternative shows nothing
        for index in choice.unshown[:1]:
            _read_text(raw, mime.parts[index], body, qr)
    for index in choice.attached[:MAX_ATTACHMENTS]:
        _read_attachment(raw, mime.parts[index], body, qr, index in choice.inline)
    if len(choice.attached) > MAX_ATTACHMENTS:
        body.defects.append(Defect("too-many-attachments", f"{len(choice.attached)}"))


def _note_disguise(
    shown: str, subject: str, senders: tuple[Mailbox, ...], defects: list[Defect]
) -> None:
    """Letters that only look like letters, in what the reader sees first."""
    styled = show.styled(shown) + show.styled(subject)
    if styled >= MIN_STYLED:
        defects.append(Defect("text-styled-letters", f"{styled} letters"))
    named = "\n".join((subject, *(box.name for box in senders)))
    if show.mixes_scripts(named):
        defects.append(Defect("header-mixed-script", show.unmixed(named)[:200]))


def _spoken(shown: str, subject: str, defects: list[Defect]) -> tuple[str | None, tuple[str, ...]]:
    """(language, scripts) of the text; a disguise of letters is undone for the language."""
    if len(shown) >= SHORT:
        spoken, scripts = language.read(shown)
    else:
        scripts = language.scripts(shown)
        spoken, _ = language.read(f"{shown}\n{subject}")
    places = show.mixes_scripts(shown) if len(scripts) > 1 else 0
    if places:
        defects.append(Defect("text-mixed-script", f"in {places} places"))
        spoken, _ = language.read(show.unmixed(shown))
    return spoken, scripts


class _Head:
    """The top-level header, asked by the names of `_ASKED`."""

    def __init__(self, fields: tuple[Field, ...], defects: list[Defect]) -> None:
        self._by_key: dict[str, list[Field]] = {}
        for one in fields:
            if one.key in _ASKED:
                self._by_key.setdefault(one.key, []).append(one)
        self._defects = defects
        for key in _ONCE:
            several = self._by_key.get(key, ())
            if len(several) > 1:
                which = "the first is shown here; other programs may show another"
                told = f"{several[0].name}: {len(several)} fields, {which}"
                place = Span("raw", several[1].start, several[1].end)
                defects.append(Defect("header-repeated", told, place))

    def first(self, key: str) -> Field | None:
        several = self._by_key.get(key)
        return several[0] if several else None

    def mailboxes(self, key: str) -> tuple[Mailbox, ...]:
        found: list[Mailbox] = []
        for one in self._by_key.get(key, ())[:20]:
            some, defects = mailbox.read(one.value, Span("raw", one.start, one.end))
            found += some
            self._defects += defects
        if key == "from" and not found:
            self._defects.append(Defect("from-missing"))
        return tuple(found)

    def subject(self) -> str:
        one = self.first("subject")
        if one is None:
            return ""
        value, defects = decode.words(one.value)
        self._defects += defects
        if show.unseen(value):
            if show.splits_words(value):
                self._defects.append(Defect("subject-split-by-invisible", show.marked(value)[:200]))
            if show.reorders(value):
                self._defects.append(Defect("subject-reordered", show.marked(value)[:200]))
        return " ".join(show.seen(value).split())

    def date(self) -> datetime | None:
        one = self.first("date")
        if one is None:
            self._defects.append(Defect("date-missing"))
            return None
        when, defects = date.read(one.value)
        self._defects += defects
        received = self.first("received")  # the topmost: the last host that wrote one
        if when is not None and received is not None:
            stamp, _ = date.read(received.value.rpartition(";")[2].strip()[: date.MAX_FIELD])
            if stamp is not None and not EARLY <= when - stamp <= LATE:
                place = Span("raw", one.start, one.end)
                told = f"received {stamp.isoformat()}"
                self._defects.append(Defect("date-far-from-receipt", told, place))
        return when


def _read_text(raw: bytes, part: Part, body: _Body, qr: QrDecoder | None) -> None:
    content, defects = decode.body(raw, part)
    body.defects += defects
    if part.content_type != "text/html":
        content = _uuencoded(content, part, body)
    characters, is_html, defects = text.read(content, part)
    body.defects += defects
    if is_html:
        _read_page(characters, body)
        if qr is not None and "data:image/" in characters:
            _data_pictures(characters, body, qr)
    else:
        if show.unseen(characters):
            if show.splits_words(characters):
                body.defects.append(Defect("text-split-by-invisible"))
            if show.reorders(characters):
                body.defects.append(Defect("text-reordered"))
            characters = show.seen(characters)
        folded = html.fold(characters)
        if len(folded) > html.MAX_TEXT:
            body.defects.append(Defect("text-too-long", f"{len(folded):,} characters"))
            folded = folded[: html.MAX_TEXT]
        offset = _put(body, folded)
        _bare_links(folded, offset, (), body)


def _put(body: _Body, shown: str) -> int:
    """Add text; returns where it begins in the whole."""
    if not shown:
        return body.length
    offset = body.length + 1 if body.text else 0
    body.text.append(shown)
    body.length = offset + len(shown)
    return offset


def _read_page(characters: str, body: _Body) -> None:
    page = html.read(characters)
    body.html = True
    body.defects += page.defects
    offset = _put(body, page.text)
    if page.hidden:
        body.hidden.append(page.hidden)
    if body.skeleton is None:
        body.skeleton = page.skeleton
    body.images.update(dict.fromkeys(page.pictures))
    for anchor in page.anchors:
        shown, span = "", None
        if anchor.end > anchor.start:
            shown = page.text[anchor.start : anchor.end]
            span = Span("text", offset + anchor.start, offset + anchor.end)
        body.links.append(
            link.read(anchor.href, shown, anchor.source, span, base=page.base, hidden=anchor.hidden)
        )
    _bare_links(page.text, offset, tuple((a.start, a.end) for a in page.anchors if a.end), body)


def _bare_links(shown: str, offset: int, taken: tuple[tuple[int, int], ...], body: _Body) -> None:
    found = link.bare(shown)
    if not found:
        return
    starts = sorted(taken)
    for written, start, end in found:
        place = bisect_right(starts, (start, len(shown))) - 1
        if place >= 0 and starts[place][1] > start:
            continue  # the text of an anchor
        span = Span("text", offset + start, offset + end)
        body.links.append(link.read(written, "", "text", span))


def _header_links(one: Field, body: _Body) -> None:
    span = Span("raw", one.start, one.end)
    for written in _ANGLED.findall(one.value[:8_192])[:10]:
        if ":" not in written:
            continue
        body.links.append(link.read(written, "", "header", span))


def _uuencoded(content: bytes, part: Part, body: _Body) -> bytes:
    """Take uuencoded files out of a text and list them as attached."""
    if b"begin " not in content or part.encoding in ("x-uuencode", "uuencode", "x-uue"):
        return content
    kept: list[bytes] = []
    at = 0
    for found in _UU.finditer(content):
        if found.start(1) < at:
            continue
        if len(body.attachments) >= MAX_UUENCODED:
            break
        end = content.find(b"\nend", found.end())
        end = len(content) if end < 0 else end + 4
        decoded, defects = decode.uudecode(content[found.start(1) : end])
        body.defects += defects
        name = found[2].decode("utf-8", "replace").strip()
        opened = attachment.read_named(name, "application/octet-stream", part, decoded)
        body.attachments.append(opened.attachment)
        body.defects += opened.defects
        kept.append(content[at : found.start(1)])
        at = end
    return b"".join(kept) + content[at:]


def _read_attachment(
    raw: bytes, part: Part, body: _Body, qr: QrDecoder | None, inline: bool
) -> None:
    content, defects = decode.body(raw, part)
    body.defects += defects
    opened = attachment.read(part, content, inline=inline)
    described = opened.attachment
    body.defects += opened.defects
    for target in opened.targets:
        body.links.append(link.read(target, "", "attachment"))
    if described.type in ("text/html", "image/svg+xml", "application/hta"):
        _attached_page(content, part, body)
    if qr is not None and "image" in described.hints and _read_qr(content, body, qr):
        described = attachment.with_hints(described, ("qr-code",))
    body.attachments.append(described)


def _attached_page(content: bytes, part: Part, body: _Body) -> None:
    """Links of an attached page. Its text is not what the mail shows."""
    characters, _, _ = text.read(content[: html.MAX_TEXT * 4], part)
    page = html.read(characters)
    for anchor in page.anchors[: attachment.MAX_TARGETS]:
        if anchor.href.startswith("#"):
            continue
        shown = page.text[anchor.start : anchor.end]
        body.links.append(link.read(anchor.href, shown, "attachment", base=page.base))


def _read_qr(content: bytes, body: _Body, qr: QrDecoder) -> bool:
    """Whether the picture holds a QR code; links in it are added."""
    if body.qr_left <= 0 or not QR_BYTES[0] <= len(content) <= QR_BYTES[1]:
        return False
    pixels = picture.size(content)
    if pixels is None:
        return False
    short, long = min(pixels), max(pixels)
    if short < QR_SIDE[0] or long > QR_SIDE[1] or long > QR_SHAPE * short:
        return False
    body.qr_left -= 1
    texts = qr(content)
    for one in texts[:10]:
        one = one.strip()[:4_096]
        if one:
            body.links.append(link.read(one, "", "qr"))
    return bool(texts)


def _data_pictures(characters: str, body: _Body, qr: QrDecoder) -> None:
    for found in _DATA_PICTURE.finditer(characters):
        if body.qr_left <= 0:
            return
        letters = found[1].replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
        try:
            content = binascii.a2b_base64(letters)
        except binascii.Error:
            continue
        _read_qr(content, body, qr)
