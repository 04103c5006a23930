# SPDX-License-Identifier: Apache-2.0
"""What is compared of one mail: hashes of its text, form, links, files, sender and way.

A pure function of a `Message` and its `Trace`. The result holds no text and no personal data, and
its size is bounded. It decides nothing: `campaign.weigh` and `campaign.cluster` do.
"""

import re

from comity.campaign import sender, shingle
from comity.campaign.campaign import FINGERPRINT_VERSION, Fingerprint
from comity.campaign.key import Kind, key
from comity.message.message import Link, Message
from comity.trace.trace import OriginKind, Trace
from comity.values.address import Address, unwrapped
from comity.values.domain import registered_domain

VERSION = FINGERPRINT_VERSION
MAX_URLS = 12  # keys kept of each kind; the least hashes, so that two mails keep the same ones
MAX_ATTACHMENTS = 6
MIN_FILE = 200  # bytes: smaller ones are stubs
MAX_LINKS = 400  # links looked at
HTML_BINS = 32
HTML_SIZE = 5  # elements in a shingle of the skeleton
MIN_TAGS = 12  # fewer: every mail program writes the same few
MIN_PART_WORDS = 3  # words left of a subject that lost one
MIN_SUBJECT = 5  # letters of a subject that can say anything

_LABEL = re.compile(r"[^a-z]+")


def fingerprint(message: Message, trace: Trace) -> Fingerprint:
    """Read the fingerprint of one mail. Raises nothing."""
    names = _recipient_words(message)
    subject, text = shingle.words(message.subject, message.text, names)
    tags = message.skeleton.tags
    form = shingle.sequence(tags, HTML_SIZE) if len(tags) >= MIN_TAGS else None
    return Fingerprint(
        version=VERSION,
        digest=message.digest,
        text=_minhash(shingle.shingles(text), shingle.BINS, shingle.MIN_SHINGLES),
        html=_minhash(form, HTML_BINS, 1) if form is not None else b"",
        text_exact=shingle.whole(text.hashes),
        subject=_subject(subject),
        subject_parts=_subject_parts(subject),
        urls=_urls(message.links),
        attachments=_attachments(message),
        template=_template(message),
        infrastructure=_infrastructure(message, trace),
    )


def _minhash(distinct: shingle.U64, bins: int, least: int) -> bytes:
    if len(distinct) < least:
        return b""
    return shingle.minhash(distinct, bins).astype("<u4").tobytes()


def _recipient_words(message: Message) -> frozenset[str]:
    """The names of who got it: they differ in each mail of a campaign."""
    found: set[str] = set()
    for mailbox in message.to[:3]:
        local, _, domain = mailbox.address.lower().partition("@")
        found.update(_LABEL.split(local), _LABEL.split(domain), mailbox.name.casefold().split())
    return frozenset(word for word in found if len(word) > 2)


def _subject(found: shingle.Words) -> int:
    if found.letters < (2 if found.no_spaces else MIN_SUBJECT) or not len(found.hashes):
        return 0
    return key(Kind.SUBJECT, found.hashes.tobytes())


def _subject_parts(found: shingle.Words) -> tuple[int, ...]:
    """Made-up words stand at an end: the subject without its first and without its last word."""
    if len(found.hashes) < MIN_PART_WORDS + 1 or found.no_spaces:
        return ()
    parts = found.hashes[:-1], found.hashes[1:]
    return tuple(key(Kind.SUBJECT_PART, part.tobytes()) for part in parts)


def _least(keys: set[int], most: int) -> tuple[int, ...]:
    return tuple(sorted(keys)[:most])


def _urls(links: tuple[Link, ...]) -> tuple[int, ...]:
    domains: set[int] = set()
    pages: set[int] = set()
    for link in links[:MAX_LINKS]:
        if not link.host:
            continue
        domains.add(key(Kind.URL_DOMAIN, link.domain or link.host))
        path = _path(link.url)
        if len(path) > 1:
            pages.add(key(Kind.URL_PAGE, link.host + path))
    return _least(domains, MAX_URLS) + _least(pages, MAX_URLS)


def _path(url: str) -> str:
    """Path without query and fragment, as written."""
    _, _, rest = url.partition("://")
    start = rest.find("/")
    if start < 0:
        return ""
    return re.split(r"[?#]", rest[start:], maxsplit=1)[0][:500]


def _attachments(message: Message) -> tuple[int, ...]:
    """Files and, apart from them, pictures: a logo or a signature is in many people's mail.

    Plain text is left out: services on the way attach notes of their own.
    """
    files: set[int] = set()
    images: set[int] = set()
    for attachment in message.attachments:
        if attachment.type.startswith("image/"):
            images.add(key(Kind.IMAGE, attachment.digest))
        elif attachment.size >= MIN_FILE and attachment.type != "text/plain":
            files.add(key(Kind.ATTACHMENT, attachment.digest))
    return _least(files, MAX_ATTACHMENTS) + _least(images, MAX_ATTACHMENTS)


def _template(message: Message) -> tuple[int, ...]:
    author = message.from_.domain if message.from_ else ""
    marks = sender.marks(message.fields, message.parts, message.message_id, author)
    whole = "\n".join(f"{name}={value}" for name, value in marks.items())
    single = tuple(
        key(Kind.MARK, f"{name}={value}")
        for name, value in marks.items()
        if value and name in {"order", "message-id", "boundary", "mailer"}
    )
    return (key(Kind.TEMPLATE, whole), *single)


def _infrastructure(message: Message, trace: Trace) -> tuple[int, ...]:
    keys: list[int] = []
    if trace.origin is not None and trace.origin.kind is not OriginKind.MAILBOX_PROVIDER:
        ip = unwrapped(trace.origin.ip)
        keys.append(key(Kind.ADDRESS, ip.packed))
        keys.append(key(Kind.RANGE, _range(ip)))
    envelope = _envelope(message)
    if envelope:
        keys.append(key(Kind.ENVELOPE, envelope))
    keys.extend(sorted({key(Kind.SIGNER, name) for name in _signers(message)})[:3])
    author = message.from_.domain if message.from_ else ""
    if author:
        keys.append(key(Kind.AUTHOR, registered_domain(author) or author))
    own = {mailbox.address.lower() for mailbox in message.to}
    for kind, mailboxes in ((Kind.MAILBOX, message.all_from), (Kind.ANSWER, message.reply_to)):
        name = mailboxes[0].address.lower() if mailboxes else ""
        if name and name not in own:  # some mails are written in the recipient's own name
            keys.append(key(kind, name))
    return tuple(keys)


def _range(ip: Address) -> bytes:
    return ip.packed[:3] if ip.version == 4 else ip.packed[:6]


def _envelope(message: Message) -> str:
    for field in message.fields:
        if field.key == "return-path":
            domain = field.value.strip("<> \t").rpartition("@")[2].lower()[:253]
            return registered_domain(domain) or domain
    return ""


_SIGNER = re.compile(r"(?:^|;)\s*d=\s*([A-Za-z0-9._-]{1,253})")


def _signers(message: Message) -> list[str]:
    found: list[str] = []
    for field in message.fields:
        if field.key == "dkim-signature" and len(found) < 3:
            match = _SIGNER.search(field.value[:2_000])
            if match:
                name = match[1].lower()
                found.append(registered_domain(name) or name)
    return found
