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
    if "(Exim" in text:  # its lines mean something else
        return None
    if protocol is None and via is not None:
        return None
    ip = None
    denied = checked = False
    if name is not None:
        ip = peer_ip(seen or literal)
        if ip is None:
            return None
        name = name[:MAX_NAME]
        if host is not None:
            host = host.rstrip(".")
            lowered = host.lower()
            if lowered in UNKNOWN_HOST:
                denied, host = True, None
            elif is_address(host):
                host = None
            elif not host or len(host) > MAX_NAME or "forged" in host or lowered[:4] in _LEADS:
                return None
            else:
                checked = True
    by = by.rstrip(".")[:MAX_NAME]
    if not by:
        return None
    by_ip = ip_of(by) if by[0].isdigit() or ":" in by else None
    if by_ip is None:
        if by_seen is not None:
            by_ip = ip_of(by_seen)
        elif by_comment:
            by_ip = own_address("(" + by_comment.strip())
    way, login = way_of_usual(protocol, name is not None)
    time, defect = read_time(tail)
    return ClaimedHop(
        by,
        by_ip,
        name,
        host,
        checked,
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
