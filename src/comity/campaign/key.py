# SPDX-License-Identifier: Apache-2.0
"""Keys: 64-bit names for single pieces of evidence, each marked with its kind.

A key is a hash, so it holds no text; its lowest five bits say what was hashed. Ours, no standard.
Decides nothing: which keys count is `campaign.weigh`.
"""

from enum import IntEnum
from hashlib import blake2b

from comity.campaign.campaign import Family

KIND_MASK = 0x1F


class Kind(IntEnum):
    """What a key was made of. At most 31: the value is kept in five bits, 0 is "not there"."""

    URL_DOMAIN = 1  # registered domain a link leads to
    URL_PAGE = 2  # host and path of a link
    ATTACHMENT = 4  # digest of an attached file
    IMAGE = 5  # digest of a picture, attached or shown inside the HTML
    TEMPLATE = 6  # all marks of the sending program together
    MARK = 7  # one mark of it: Message-ID shape, boundary shape, …
    ADDRESS = 8  # the origin's address
    RANGE = 9  # its /24 or /48
    SIGNER = 10  # domain of a DKIM signature
    ENVELOPE = 11  # domain of the envelope sender
    AUTHOR = 12  # domain in From
    SUBJECT = 13  # subject without digits and addresses
    TEXT = 14  # class of near-identical texts
    HTML = 15  # class of near-identical HTML skeletons
    MAILBOX = 17  # address in From, which anybody can write
    ANSWER = 19  # address in Reply-To, which must reach the sender
    LOOSE_TEXT = 18  # wider class of texts: the same letter in other words
    SUBJECT_PART = 16  # subject without its first or its last word, where made-up words stand


FAMILY: dict[Kind, Family] = {
    Kind.URL_DOMAIN: Family.URL,
    Kind.URL_PAGE: Family.URL,
    Kind.ATTACHMENT: Family.ATTACHMENT,
    Kind.IMAGE: Family.ATTACHMENT,
    Kind.TEMPLATE: Family.SENDER_TEMPLATE,
    Kind.MARK: Family.SENDER_TEMPLATE,
    Kind.ADDRESS: Family.INFRASTRUCTURE,
    Kind.RANGE: Family.INFRASTRUCTURE,
    Kind.SIGNER: Family.INFRASTRUCTURE,
    Kind.ENVELOPE: Family.INFRASTRUCTURE,
    Kind.AUTHOR: Family.INFRASTRUCTURE,
    Kind.SUBJECT: Family.TEXT,
    Kind.TEXT: Family.TEXT,
    Kind.HTML: Family.HTML,
    Kind.SUBJECT_PART: Family.TEXT,
    Kind.MAILBOX: Family.INFRASTRUCTURE,
    Kind.ANSWER: Family.INFRASTRUCTURE,
    Kind.LOOSE_TEXT: Family.TEXT,
}


def key(kind: Kind, content: str | bytes) -> int:
    """The key of this content: 59 bits of BLAKE2b and the kind. Never 0."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    value = int.from_bytes(blake2b(content, digest_size=8).digest(), "little")
    return (value & ~KIND_MASK) | kind


def kind_of(value: int) -> Kind:
    """What a key was made of. Raises ValueError for a number that is no key."""
    return Kind(value & KIND_MASK)
