# SPDX-License-Identifier: Apache-2.0
"""The "from" section of a Received field: which address the writing host saw.

Tells it from what the peer said of itself (HELO), in the forms of many servers. Never believes a
greeting; never looks anything up.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from comity.trace.way import Way
from comity.values.address import Address, address, unwrapped

MAX_ITEMS = 40  # words and comments looked at in the section; ours
MAX_COMMENT = 1_000  # characters looked at; ours: an ident of RFC 1413 (512), a host, an address
MAX_NAME = 300  # characters of one name kept; ours, above the 255 octets of RFC 1035

LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,51})(?:%\w{1,16})?\](?::\d{1,5})?", re.I)
BARE = re.compile(r"([0-9A-Fa-f:.]{2,51})(?:%\w{1,16})?(?:\[\w{1,16}\])?")
LOGIN = re.compile(r"\(auth(?:enticated)?(?:[\s:=)]|$)", re.I)
_HELO_IN_COMMENT = re.compile(r"\bhelo=(\[?[^\s\])]{1,255}\]?)", re.I)
_IPV4_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}")
_SAME_HOST = re.compile(r"\[(?:\[?unix\b|local\])|@localhost$|@localhost\b(?! \[)", re.I)
UNKNOWN_HOST = frozenset(
    ("unknown", "unverified", "unknownhost", "may", "no-reverse-dns", "unresolved", "untrusted")
)


@dataclass(slots=True)
class Peer:
    """What the "from" section tells of the peer."""

    name: str | None = None
    host: str | None = None
    checked: bool = False
    denied: bool = False
    ip: Address | None = None
    may_be_helo: bool = False
    local: bool = False  # the form says: this very host
    spoiled: bool = False  # something stands where the address should, and cannot be read

    @property
    def named(self) -> bool:
        return bool(self.name or self.host)

    @property
    def is_localhost(self) -> bool:
        name = (self.host or self.name or "").lower()
        return self.ip is None and name in ("localhost", "localhost.localdomain")


def read_peer(part: list[str], head: str, way: Way) -> Peer:
    """Tell the address the writing host saw from the HELO the peer sent.

    Inside a comment the host writes what it saw; the first word outside is, in most forms, the
    HELO. Comments that begin with HELO, or hold helo=, carry the peer's words again.
    """
    peer = Peer()
    if not part:
        return peer
    first = part[0] if part[0][0] != "(" else ""
    helo_comment = False
    seen_in_comment = False
    for item in part[1:MAX_ITEMS] if first else part[:MAX_ITEMS]:
        item = item[:MAX_COMMENT]
        if item[0] != "(":  # "from pop.example [192.0.2.1] by": old sendmail, MDaemon, fetchmail
            found = LITERAL.match(item)
            if found and peer.ip is None:
                peer.ip = peer_ip(found[1])
            continue
        lead = item[1:6].lower()
        if lead in ("helo ", "ehlo ", "lhlo "):
            peer.name = item[6:].strip()[:MAX_NAME] or None
            helo_comment = True
            continue
        if LOGIN.match(item):  # a name that the peer logged in with, not where it is
            continue
        if "helo=" in item:
            named = _HELO_IN_COMMENT.search(item)
            if named:
                peer.name = named[1]
                helo_comment = True
                item = item[: named.start()] + item[named.end() :]
        ip = _seen(item, peer)
        if ip is not None:
            peer.ip = ip
            seen_in_comment = True
    _name_the_first_word(first, peer, head, helo_comment, seen_in_comment)
    if peer.ip is None and first:
        _address_in_first_word(first, peer, helo_comment, way)
    return peer


def _seen(comment: str, peer: Peer) -> Address | None:
    """Address in one comment of the "from" section; takes the reverse name beside it."""
    if ("local" in comment or "[" in comment) and _SAME_HOST.search(comment):
        peer.local = True
    found = None
    if "[" in comment:
        for literal in LITERAL.finditer(comment):
            found = literal  # the last: before it the HELO may stand
    if found:
        ip = peer_ip(found[1])
        before = comment[1 : found.start()].strip()
        if before and ip is not None:
            host = before.split(" ", 1)[0].rsplit("@", 1)[-1].rstrip(".").strip("[]")
            peer.denied = host.lower() in UNKNOWN_HOST or "forged" in comment
            a_name = host.lower() not in UNKNOWN_HOST and not is_address(host)
            if a_name and len(host) <= MAX_NAME:
                peer.host = host or None
                # sendmail marks what it could not confirm; the others write only "unknown".
                peer.checked = bool(host) and "forged" not in comment
        return ip
    word = comment[1:].split(" ", 1)[0].rsplit("@", 1)  # qmail: "(user@192.0.2.1)"
    bare = BARE.fullmatch(word[-1])
    ip = peer_ip(bare[1]) if bare else None
    if ip is None and comment[1:2].isdigit():
        peer.spoiled = True
    return ip


def is_address(word: str) -> bool:
    return (word[:1].isdigit() or ":" in word) and ip_of(word) is not None


def own_address(item: str) -> Address | None:
    """Address of the writing host itself, in one word or comment after its name."""
    found = LITERAL.search(item)
    if found:
        return ip_of(found[1])
    bare = BARE.fullmatch(item, 1) if item[0] == "(" else None
    return ip_of(bare[1]) if bare else None


def _name_the_first_word(
    first: str, peer: Peer, head: str, helo_comment: bool, seen_in_comment: bool
) -> None:
    word = first.rstrip(",;").strip("[]")[:MAX_NAME]
    if not word:
        return
    if helo_comment:  # Exim, qmail, Yahoo: HELO stands in the comment, so this is what was seen
        peer.denied = word.lower() in UNKNOWN_HOST
        if not peer.denied and not is_address(word):
            peer.host = word
            peer.checked = "(Exim" in head  # qmail looks only one way
        return
    peer.name = word
    if peer.host is not None or peer.ip is None:
        return
    exim = seen_in_comment and "(Exim" in head and not is_address(word)
    fetched = not seen_in_comment and "etchmail" in head  # the server that the user named
    if exim or fetched:
        peer.host, peer.checked = word, True


def _address_in_first_word(first: str, peer: Peer, helo_comment: bool, way: Way) -> None:
    """`from [192.0.2.1] by`, `from 192.0.2.1 (EHLO name) by`: no other address is given."""
    found = LITERAL.match(first)
    peer.ip = peer_ip(found[1] if found else first.rstrip(",;"))
    peer.may_be_helo = peer.ip is not None and not helo_comment and way in (Way.SMTP, Way.UNKNOWN)


MAX_ADDRESS = 64  # characters that can be an address, with "IPv6:" or a port beside it; ours


def peer_ip(text: str) -> Address | None:
    """An IPv4 address wrapped in IPv6 comes out unwrapped: it is the host that connected."""
    return _peer_ip(text) if len(text) <= MAX_ADDRESS else None


def ip_of(text: str) -> Address | None:
    return _ip_of(text) if len(text) <= MAX_ADDRESS else None


@lru_cache(maxsize=16_384)
def _peer_ip(text: str) -> Address | None:
    ip = _ip_of(text)
    return unwrapped(ip) if ip is not None else None


@lru_cache(maxsize=16_384)
def _ip_of(text: str) -> Address | None:
    if text[:5].lower() == "ipv6:":
        text = text[5:]
    if "." in text and ":" in text:
        port = _IPV4_PORT.fullmatch(text)
        if port:
            text = port[1]
    return address(text)
