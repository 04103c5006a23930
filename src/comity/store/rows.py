# SPDX-License-Identifier: Apache-2.0
"""What the index keeps of a printed line so that it can be listed, sorted and searched.

Pure: a line goes in, columns come out. What a word is, is decided here for both sides, the text
and what is searched for, so that SQLite and PostgreSQL find the same.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from comity.values.domain import ascii_name, registered_domain

SENDER, LINK = "sender", "link"  # where a domain was seen
_MOST_DOMAINS = 100  # of one mail; ours: a newsletter has ten, a list of addresses is not a mail
_LONGEST = 1_000  # characters of a subject or sender; RFC 5322 allows a line of 998
# Chinese, Japanese and Korean are searched by character, as they are written without spaces or
# with endings joined to the word.
_CJK = "\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_TERM = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_BEYOND = re.compile("[^\x00-\x7f]")
_SPELT = re.compile("x[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Shown:
    """Of one mail."""

    subject: str
    sender: str  # name and address, as the mail claims
    sender_domain: str
    confidence: float
    subtype: str | None
    language: str | None
    sightings: tuple[tuple[str, str], ...]  # (SENDER or LINK, domain)

    def words(self) -> dict[str, str]:
        """The columns of the full-text index."""
        hosts = [value for kind, value in self.sightings if kind == LINK]
        return {
            "subject": " ".join(terms(self.subject)),
            "sender": " ".join(terms(self.sender)),
            "hosts": " ".join(terms(" ".join(hosts))),
        }


def shown(line: dict[str, Any]) -> Shown:
    """Of a line as `comity analyse --json` prints it; what it lacks stays empty."""
    message = line.get("message") or {}
    category = line.get("category") or {}
    sender_domain = domain((message.get("from_address") or "").rpartition("@")[2])
    sightings = dict.fromkeys((SENDER, name) for name in _with_registered(sender_domain))
    for link in message.get("links") or ():
        for name in _with_registered(domain(link.get("host") or "")):
            if len(sightings) < _MOST_DOMAINS:
                sightings[LINK, name] = None
    return Shown(
        storable(message.get("subject") or "")[:_LONGEST],
        storable(message.get("from") or "")[:_LONGEST],
        sender_domain,
        float(category.get("confidence") or 0.0),
        category.get("subtype"),
        message.get("language"),
        tuple(sightings),
    )


def domain(name: str) -> str:
    """The form in which domains are kept and asked for."""
    return storable(ascii_name(name)[0])[:253]


def _with_registered(name: str) -> list[str]:
    registered = registered_domain(name) if name else None
    return [one for one in dict.fromkeys((name, registered)) if one]


def terms(text: str) -> list[str]:
    """The words of a text as they are searched: without case, accents and punctuation.

    Letters beyond ASCII are spelt as their numbers: what is a letter shall not depend on the locale
    of a database (PostgreSQL in the locale C drops what is not ASCII).
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    found = _TERM.findall(unicodedata.normalize("NFC", plain).casefold())
    return [one if one.isascii() else _BEYOND.sub(_spelt, one) for one in found]


def letters(term: str) -> int:
    """How many a term has, however they are spelt."""
    return len(_SPELT.sub("_", term))


def _spelt(letter: re.Match[str]) -> str:
    return f"x{ord(letter[0]):06x}"  # of one length, so that words still begin alike


def date(text: str | None) -> datetime | None:
    """As `comity analyse` prints it; a time without a zone is taken as UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def storable(text: str) -> str:
    """PostgreSQL stores no NUL in a text, and no database lone surrogates."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()
