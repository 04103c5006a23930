# SPDX-License-Identifier: Apache-2.0
"""Most Received fields, read by one pattern: as Exchange, Google and Postfix write them.

Only for speed: gives what the general reader in `trace.hop` gives for the same line, or None where
a line is not so simple. Never raises; never decides whom to believe.
"""

import re

from comity.trace.claim import ClaimedHop
from comity.trace.clock import read_time
from comity.trace.peer import MAX_NAME, UNKNOWN_HOST, ip_of, is_address, own_address, peer_ip
from comity.trace.way import way_of_usual
from comity.values.address import Address
from comity.values.span import Span

# A keyword of `trace.way`, where a word is looked for: sections begin elsewhere then.
_NO_KEYWORD = r"(?!(?i:from|by|via|with|id|for)(?![^\s;]))"
# Each part ends where its character class ends, and "++" gives nothing back: linear by itself.
_USUAL = re.compile(
    rf"(?:from {_NO_KEYWORD}"
    r"([^\s()\"\[\],;]++) \((?:([0-9A-Fa-f:.]{2,51}+)"  # HELO (the address seen
    r"|(?:([\w.-]++) )?\[(?:IPv6:)?([0-9A-Fa-f:.]{2,51}+)\])\) "  # or name and [address])
    r"(?:\(using TLS(?:[\w ./-]++|\((?:\d|P-)[\w ./-]*+\))*+\) )?"
    r"(?:\(No client certificate requested\) )?)?"
    # "(auth…" tells of a login, wherever it stands.
    rf"by {_NO_KEYWORD}"
    r"([^\s()\"\[\],;]++)(?: \((?:([0-9A-Fa-f:.]{2,51}+)|((?!(?i:auth))[^()\"]*+))\))?"
    rf"(?: with {_NO_KEYWORD}"
    r"(Microsoft SMTP Server|[A-Za-z]{1,40}+)(?: \((?!(?i:auth))[^()\"]*+\))?)?"
    rf"(?: id {_NO_KEYWORD}"
    r"([^\s()\";]++)(?: via (Frontend) Transport)?)?"
    r"(?: for <([^\s()<>\";]++)>(?: \((?!(?i:auth))[^()\"]*+\))?)?"
    r";([^();]*+(?:\([^();]*+\))?)$"
)
_LEADS = frozenset(("auth", "helo", "ehlo", "lhlo"))  # what stands behind is not what was seen


def read_usual(text: str, span: Span | None) -> ClaimedHop | None:
    """One line with its white space folded. None: ask the general reader."""
    match = _USUAL.match(text)
    if match is None:
        return None
    (
        name, seen, host, literal, by, by_seen, by_comment,
        protocol, id_, via, for_, tail,
    ) = match.groups()  # fmt: skip
    if "(Exim" in text or (protocol is None and via is not None):  # such lines mean something else
        return None
    by = by.rstrip(".")[:MAX_NAME]
    if not by:
        return None
    ip, confirmed, denied = None, None, False
    if name is not None:
        ip = peer_ip(seen or literal)
        if ip is None:
            return None
        name = name[:MAX_NAME]
        if host is not None:
            shown = _reverse_name(host)
            if shown is None:
                return None
            confirmed, denied = shown
    way, login = way_of_usual(protocol, name is not None)
    time, defect = read_time(tail)
    return ClaimedHop(
        by,
        _own_address(by, by_seen, by_comment),
        name,
        confirmed,
        confirmed is not None,
        denied,
        ip,
        False,  # an address in a comment is what the host saw
        protocol,
        way,
        login,
        time,
        id_ and id_[:MAX_NAME],
        for_ and for_[:MAX_NAME],
        span,
        (defect,) if defect else (),
        text[: match.start(12) - 1],
    )


def _reverse_name(shown: str) -> tuple[str | None, bool] | None:
    """(name that the writing host confirmed, whether it says that there is none).

    None where what is shown may be no name at all.
    """
    host = shown.rstrip(".")
    lowered = host.lower()
    if lowered in UNKNOWN_HOST:
        return None, True
    if is_address(host):
        return None, False
    if not host or len(host) > MAX_NAME or "forged" in host or lowered[:4] in _LEADS:
        return None
    return host, False


def _own_address(by: str, seen: str | None, comment: str | None) -> Address | None:
    """The address that the writing host gives as its own: as its name, or beside it."""
    ip = ip_of(by) if by[0].isdigit() or ":" in by else None
    if ip is not None:
        return ip
    if seen is not None:
        return ip_of(seen)
    return own_address("(" + comment.strip()) if comment else None
