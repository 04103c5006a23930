# SPDX-License-Identifier: Apache-2.0
"""Which mails belong together, and why. Types only; `campaign.cluster` decides."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """Kinds of evidence that are independent of each other."""

    TEXT = "text"
    HTML = "html"
    URL = "url"
    ATTACHMENT = "attachment"
    SENDER_TEMPLATE = "sender-template"
    INFRASTRUCTURE = "infrastructure"


FINGERPRINT_VERSION = 2  # rises when fingerprints of the same mail change


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of one mail. Holds no text and no personal data; fixed size.

    64-bit hashes; 0 means "not there". `minhash` values are comparable between mails only where
    `version` agrees.
    """

    version: int
    digest: str  # of the mail
    text: bytes  # MinHash of the normalised text, little-endian uint32 × 64; b"" if too short
    html: bytes  # MinHash of the HTML skeleton, same form; b"" if none
    text_exact: int  # of all its words: compares texts too short for a MinHash
    subject: int  # subject without digits and addresses
    urls: tuple[int, ...]  # registered domain and landing-path shape of each link
    attachments: tuple[int, ...]
    template: tuple[int, ...]  # header order, mailer, Message-ID shape, boundary shape, …
    infrastructure: tuple[int, ...]  # origin address, its /24 or /48, network, envelope domain, …
    subject_parts: tuple[int, ...] = ()  # subject without its first, without its last word


@dataclass(frozen=True, slots=True)
class LinkProof:
    """Why two mails belong together."""

    a: str  # digest
    b: str
    families: dict[str, float]  # family → likeness 0 to 1
    strength: float
    why: tuple[str, ...]  # one English sentence per family


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str  # from its earliest evidence, so that order of arrival does not matter
    members: tuple[str, ...]  # digests, sorted
    links: tuple[LinkProof, ...]  # a spanning set: enough to show why each member is in
