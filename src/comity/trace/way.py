# SPDX-License-Identifier: Apache-2.0
"""How a mail came over, by the "with" and "via" sections of a Received field.

RFC 5321 section 4.4, the IANA registry of mail transmission types, and what servers write beside
them. Pure.
"""

import re
from enum import StrEnum
from functools import lru_cache

MAX_NAME = 300  # characters of one protocol name kept; ours
KEYWORDS = frozenset(("by", "via", "with", "id", "for"))


class Way(StrEnum):
    """How the mail came over, as far as it tells who could have put it there."""

    SMTP = "smtp"
    DELIVERY = "delivery"  # LMTP, QMQP, NNFMP: only ever spoken between hosts of one operator
    PULL = "pull"  # POP or IMAP: the mailbox was fetched, the peer did not push
    WEB = "web"  # HTTP, MAPI: a person or program handed the mail in
    LOCAL = "local"  # made or passed on inside the writing host
    UNKNOWN = "unknown"


_TLS = re.compile(r"(TLS)[ v]{0,2}(\d(?:[._]\d)?)?")
_SSL = re.compile(_TLS.pattern.replace("TLS", "SSL"))
_SECURE = frozenset("esmtps esmtpsa smtps lmtps lmtpsa https utf8smtps utf8smtpsa".split())
_DELIVERY = frozenset("lmtp lmtps lmtpa lmtpsa utf8lmtp utf8lmtps qmqp nnfmp lhlo dlvr".split())
_WEB = frozenset("http https httprest httpu httpsu mapi webmail jmap wap rest".split())
_LOCAL = frozenset(
    "local local-generated local-rmail local-bsmtp local-esmtp local-smtp stdio userid pipe "
    "uucp uid spool".split()
)


def protocol_of(parts: dict[str, list[str]]) -> str | None:
    words: list[str] = []
    for item in parts.get("with", ()):
        if item[0] == "(":
            if words:
                break
            continue  # "with (TLSv1.2:…) esmtp"
        if words and item.lower() in KEYWORDS:
            break
        words.append(item.rstrip(",;"))
        if len(words) == 4:
            break
    if not words:
        via = parts.get("via")
        if via and via[0][0] != "(" and "with" not in parts:
            return via[0][:MAX_NAME]
        return None
    if words[0].lower() in ("tls", "microsoft", "internet", "mailenable"):
        return " ".join(words)[:MAX_NAME]
    return words[0][:MAX_NAME]


def way_of(protocol: str | None, parts: dict[str, list[str]]) -> Way:
    first = " ".join(parts.get("from", ())[:2])
    if "(LHLO" in first:
        return Way.DELIVERY
    if first[:11].lower() == "mail pickup":  # Microsoft: handed over through a folder
        return Way.LOCAL
    return _way(protocol, "from" in parts, "local" in parts)


@lru_cache(maxsize=512)
def _way(protocol: str | None, has_peer: bool, local: bool) -> Way:
    base = (protocol or "").lower().split("/", 1)[0]
    if base.startswith(("esmtp", "smtp", "asmtp", "utf8smtp", "microsoft smtp", "essmtp")):
        return Way.SMTP
    if base in _DELIVERY:
        return Way.DELIVERY
    if base in _WEB or base.startswith("http"):
        return Way.WEB
    if base.startswith(("pop", "imap")) or base in ("apop", "kpop", "odmr", "etrn", "sdps"):
        return Way.PULL
    if base in _LOCAL or base.startswith(("qmail-scanner", "local", "uucp")) or local:
        return Way.LOCAL
    if not has_peer:
        return Way.SMTP if base else Way.LOCAL
    return Way.UNKNOWN


@lru_cache(maxsize=512)
def way_of_usual(protocol: str | None, has_peer: bool) -> tuple[Way, bool]:
    """(way, whether the peer logged in) of a line that only its protocol tells of."""
    return _way(protocol, has_peer, False), tells_login(protocol)


def tells_login(protocol: str | None) -> bool:
    """Whether the name says so (RFC 3848, RFC 6531)."""
    name = (protocol or "").lower()
    return name.endswith(("mtpa", "mtpsa")) or name == "asmtp"


def tls_of(head: str, protocol: str | None) -> str | None:
    found = _TLS.search(head) or _SSL.search(head)
    if found:
        return found[1] + (found[2] or "").replace("_", ".")
    return "TLS" if protocol and protocol.lower() in _SECURE else None
