# SPDX-License-Identifier: Apache-2.0
"""One step of a mail, as one Received field tells it (RFC 5321 section 4.4).

Reads one field, in the forms that mail servers really write. Never looks anything up, never
raises on content, and never decides whom to believe: that is `trace.boundary`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from comity.trace.clock import read_time
from comity.values.address import Address, address, unwrapped
from comity.values.span import Span

MAX_FIELD = 8_192  # characters; ours: no RFC caps a folded field
MAX_WORDS = 400  # words and comments looked at in one field; ours
MAX_NAME = 300  # characters of one name kept; ours, above the 255 octets of RFC 1035


class Way(StrEnum):
    """How the mail came over, as far as it tells who could have put it there."""

    SMTP = "smtp"
    DELIVERY = "delivery"  # LMTP, QMQP, NNFMP: only ever spoken between hosts of one operator
    PULL = "pull"  # POP or IMAP: the mailbox was fetched, the peer did not push
    WEB = "web"  # HTTP, MAPI: a person or program handed the mail in
    LOCAL = "local"  # made or passed on inside the writing host
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimedHop:
    """What one Received field says. Nobody we trust has confirmed it."""

    by: str | None = None  # host that says it took the mail, as written
    by_ip: Address | None = None  # its own address, where it states one
    from_name: str | None = None  # HELO as written: the peer chose it
    from_host: str | None = None  # reverse name of the peer as the writing host saw it
    from_host_checked: bool = False  # whether this server's form shows only confirmed names
    reverse_denied: bool = False  # the form says that no reverse name was confirmed
    from_ip: Address | None = None  # peer it says it saw
    ip_may_be_helo: bool = False  # the only address stands where this form may put the HELO
    protocol: str | None = None
    way: Way = Way.UNKNOWN
    authenticated: bool = False  # the peer logged in
    tls: str | None = None  # "TLS1.2", or "TLS" where no version is told
    time: datetime | None = None  # UTC
    id: str | None = None
    for_: str | None = None
    span: Span | None = None
    defects: tuple[str, ...] = ()  # codes of docs/reference/defects

    @property
    def readable(self) -> bool:
        return self.by is not None or self.from_ip is not None or self.way is Way.LOCAL


UNREADABLE = ("received-unparsed",)

_PAREN = re.compile(r"([()])")
_KEYWORDS = frozenset(("by", "via", "with", "id", "for"))
_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,51})(?:%\w{1,16})?\](?::\d{1,5})?", re.I)
_BARE = re.compile(r"([0-9A-Fa-f:.]{2,51})(?:%\w{1,16})?(?:\[\w{1,16}\])?")
_HELO_IN_COMMENT = re.compile(r"\bhelo=(\[?[^\s\])]{1,255}\]?)", re.I)
_IPV4_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}")
_TLS = re.compile(r"(TLS|SSL)[ v]{0,2}(\d(?:[._]\d)?)?")
_QMAIL = re.compile(  # and the queues that copy its form: BBSMAIL, cpmta
    r"\(\w{1,20} \d{1,12}(?: messnum \d{1,12})? invoked (by|from|for) (\w{1,20})"
    r"(?:\[([0-9A-Fa-f:.]{2,45})/([^\]\s]{1,255})\])?",
)
_SAME_HOST = re.compile(r"\[(?:\[?unix\b|local\])|@localhost$|@localhost\b(?! \[)", re.I)

_DELIVERY = frozenset("lmtp lmtps lmtpa lmtpsa utf8lmtp utf8lmtps qmqp nnfmp lhlo dlvr".split())
_WEB = frozenset("http https httprest httpu httpsu mapi webmail jmap wap rest".split())
_LOCAL = frozenset(
    "local local-generated local-rmail local-bsmtp local-esmtp local-smtp stdio userid pipe "
    "uucp uid spool".split()
)
_ANGLES = "<>"
_UNKNOWN_HOST = frozenset(
    ("unknown", "unverified", "unknownhost", "may", "no-reverse-dns", "unresolved", "untrusted")
)


def read(field: str, span: Span | None = None) -> ClaimedHop:
    """Read the value of a Received field, folded or not. Raises nothing."""
    if len(field) > MAX_FIELD:  # first: what follows costs time by length
        return ClaimedHop(span=span, defects=("received-too-long",))
    text = " ".join(field.split())
    head, tail = _split_date(text)
    time, time_defect = read_time(tail)
    defects = (time_defect,) if time_defect else ()
    if text[:1] == "(" and _QMAIL.match(text):
        return _qmail(text, time, span, defects)
    items = _items(head)
    return _sections(items, head, time, span, defects)


def _split_date(text: str) -> tuple[str, str]:
    """Cut at the last ";" that stands outside comments; without one, at the last 64 characters."""
    end = len(text)
    for _ in range(8):
        at = text.rfind(";", 0, end)
        if at < 0:
            break
        after = text[at + 1 :]
        if after.count(")") <= after.count("("):
            return text[:at], after
        end = at
    return text, text[-64:]


def _items(head: str) -> list[str]:
    """Words outside comments, and whole comments: those begin with "(" and have no end mark."""
    items: list[str] = []
    depth = 0
    comment: list[str] = []
    for piece in _PAREN.split(head):
        if piece == "(":
            if depth:
                comment.append("(")
            depth += 1
        elif piece == ")":
            if depth > 1:
                comment.append(")")
            elif depth == 1:
                items.append("(" + "".join(comment).strip())
                comment = []
            depth = max(0, depth - 1)
        elif depth:
            comment.append(piece)
        else:
            items.extend(piece.split())
        if len(items) >= MAX_WORDS:
            break
    if comment:  # never closed: keep it as a comment, so that it cannot pass for words
        items.append("(" + "".join(comment).strip())
    return items


def _qmail(
    text: str, time: datetime | None, span: Span | None, defects: tuple[str, ...]
) -> ClaimedHop:
    """`(qmail 123 invoked by uid 48)`: a note of the queue, it names no host."""
    match = _QMAIL.match(text)
    assert match is not None
    ip = _peer_ip(match[3]) if match[3] else None
    host = match[4] if match[4] and match[4].lower() != "unknown" else None
    return ClaimedHop(
        from_ip=ip,
        from_host=host,
        protocol="qmail",
        way=Way.LOCAL,
        time=time,
        span=span,
        defects=defects,
    )


def _sections(
    items: list[str],
    head: str,
    time: datetime | None,
    span: Span | None,
    defects: tuple[str, ...],
) -> ClaimedHop:
    parts = _by_keyword(items)
    by_part = parts.get("by", [])
    by, by_ip = _writer(by_part)
    protocol = _protocol(parts)
    way = _way(protocol, parts)
    peer = _peer(parts.get("from", []), head, way, by_ip)
    if by is None:
        defects = (*defects, "received-without-by")
        if peer.ip is None and not peer.named:
            return ClaimedHop(time=time, span=span, defects=(*defects, *UNREADABLE))
    if peer.local or (peer.ip is None and _is_localhost(peer)):
        way = Way.LOCAL
    if peer.spoiled and peer.ip is None:
        defects = (*defects, "received-address-unreadable")
    tls = _TLS.search(head)
    if tls:
        secured = tls[1] + (tls[2] or "").replace("_", ".")
    else:
        secured = "TLS" if protocol and protocol.lower() in _SECURE else None
    ids = parts.get("id")
    for_ = parts.get("for")
    return ClaimedHop(
        by=by,
        by_ip=by_ip,
        from_name=peer.name,
        from_host=peer.host,
        from_host_checked=peer.checked,
        reverse_denied=peer.denied,
        from_ip=peer.ip,
        ip_may_be_helo=peer.may_be_helo,
        protocol=protocol,
        way=way,
        authenticated=_logged_in(protocol, head),
        tls=secured,
        time=time,
        id=ids[0][:MAX_NAME] if ids and ids[0][0] != "(" else None,
        for_=_recipient(for_) if for_ else None,
        span=span,
        defects=defects,
    )


def _is_localhost(peer: "_Peer") -> bool:
    return (peer.host or peer.name or "").lower() in ("localhost", "localhost.localdomain")


_SECURE = frozenset("esmtps esmtpsa smtps lmtps lmtpsa https utf8smtps utf8smtpsa".split())


def _by_keyword(items: list[str]) -> dict[str, list[str]]:
    """Cut at the first "from", "by", "via", "with", "id", "for" outside comments."""
    parts: dict[str, list[str]] = {}
    now = ""
    part: list[str] = []  # the section that goes on
    lead = part  # what stands before the first keyword
    for item in items:
        if len(item) < 5:
            word = item.lower()
            starts = word in _KEYWORDS and word not in parts and (now != "from" or word == "by")
            if starts or (word == "from" and not parts):
                now = word
                part = parts[now] = []
                continue
        part.append(item)
    if lead and lead[0][:6].lower() == "(from ":  # "(from user@localhost) by host (8.9.3)"
        parts["local"] = [lead[0][6:]]
    return parts


def _writer(part: list[str]) -> tuple[str | None, Address | None]:
    """Name and own address in the "by" section."""
    if not part or part[0][0] == "(":
        return None, None
    raw = part[0].rstrip(".;,")
    literal = _LITERAL.fullmatch(raw)
    if literal:
        ip = _ip(literal[1])
        return (literal[1] if ip else raw[:MAX_NAME]), ip
    name = raw.strip("[]")[:MAX_NAME]
    ip = _ip(name) if name[:1].isdigit() or ":" in name else None
    for item in part[1:4]:
        if ip is not None:
            break
        found = _LITERAL.search(item)
        if found:
            ip = _ip(found[1])
        elif item[0] == "(":
            bare = _BARE.fullmatch(item, 1)
            ip = _ip(bare[1]) if bare else None
    return name or None, ip


def _protocol(parts: dict[str, list[str]]) -> str | None:
    words: list[str] = []
    for item in parts.get("with", ()):
        if item[0] == "(":
            if words:
                break
            continue  # "with (TLSv1.2:…) esmtp"
        if words and item.lower() in _KEYWORDS:
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


def _way(protocol: str | None, parts: dict[str, list[str]]) -> Way:
    name = (protocol or "").lower()
    base = name.split("/", 1)[0]
    first = " ".join(parts.get("from", ())[:2])
    if "(LHLO" in first:
        return Way.DELIVERY
    if first[:11].lower() == "mail pickup":  # Microsoft: handed over through a folder
        return Way.LOCAL
    if base.startswith(("esmtp", "smtp", "asmtp", "utf8smtp", "microsoft smtp", "essmtp")):
        return Way.SMTP
    if base in _DELIVERY:
        return Way.DELIVERY
    if base in _WEB or base.startswith("http"):
        return Way.WEB
    if base.startswith(("pop", "imap")) or base in ("apop", "kpop", "odmr", "etrn", "sdps"):
        return Way.PULL
    if base in _LOCAL or base.startswith(("qmail-scanner", "local", "uucp")) or "local" in parts:
        return Way.LOCAL
    if "from" not in parts:
        return Way.SMTP if base else Way.LOCAL
    return Way.UNKNOWN


def _logged_in(protocol: str | None, head: str) -> bool:
    name = (protocol or "").lower()
    if name.endswith(("mtpa", "mtpsa")) or name == "asmtp":
        return True
    return "(auth" in head or "(Auth" in head


def _recipient(part: list[str]) -> str | None:
    for item in part[:2]:
        if item[0] != "(":
            return item.rstrip(";,").strip(_ANGLES)[:MAX_NAME] or None
    return None


@dataclass(slots=True)
class _Peer:
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


def _peer(part: list[str], head: str, way: Way, by_ip: Address | None) -> _Peer:
    """Tell the address the writing host saw from the HELO the peer sent.

    Inside a comment the host writes what it saw; the first word outside is, in most forms, the
    HELO. Comments that begin with HELO, or hold helo=, carry the peer's words again.
    """
    peer = _Peer()
    if not part:
        return peer
    first = part[0] if part[0][0] != "(" else ""
    helo_comment = False
    seen_in_comment = False
    for item in part[1:] if first else part:
        if item[0] != "(":  # "from pop.example [192.0.2.1] by": old sendmail, MDaemon, fetchmail
            found = _LITERAL.match(item)
            if found and peer.ip is None:
                peer.ip = _peer_ip(found[1])
            continue
        lead = item[1:6].lower()
        if lead in ("helo ", "ehlo ", "lhlo "):
            peer.name = item[6:].strip()[:MAX_NAME] or None
            helo_comment = True
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


def _seen(comment: str, peer: _Peer) -> Address | None:
    """Address in one comment of the "from" section; takes the reverse name beside it."""
    if _SAME_HOST.search(comment):
        peer.local = True
    found = None
    for literal in _LITERAL.finditer(comment):
        found = literal  # the last: before it the HELO may stand
    if found:
        ip = _peer_ip(found[1])
        before = comment[1 : found.start()].strip()
        if before and ip is not None:
            host = before.split(" ", 1)[0].rsplit("@", 1)[-1].rstrip(".").strip("[]")
            peer.denied = host.lower() in _UNKNOWN_HOST or "forged" in comment
            if host.lower() not in _UNKNOWN_HOST and _ip(host) is None and len(host) <= MAX_NAME:
                peer.host = host or None
                # sendmail marks what it could not confirm; the others write only "unknown".
                peer.checked = bool(host) and "forged" not in comment
        return ip
    word = comment[1:].split(" ", 1)[0].rsplit("@", 1)  # qmail: "(user@192.0.2.1)"
    bare = _BARE.fullmatch(word[-1])
    ip = _peer_ip(bare[1]) if bare else None
    if ip is None and comment[1:2].isdigit():
        peer.spoiled = True
    return ip


def _name_the_first_word(
    first: str, peer: _Peer, head: str, helo_comment: bool, seen_in_comment: bool
) -> None:
    word = first.rstrip(",;").strip("[]")[:MAX_NAME]
    if not word:
        return
    if helo_comment:  # Exim, qmail, Yahoo: HELO stands in the comment, so this is what was seen
        peer.denied = word.lower() in _UNKNOWN_HOST
        if not peer.denied and _ip(word.removeprefix("IPv6:")) is None:
            peer.host = word
            peer.checked = "(Exim" in head  # qmail looks only one way
        return
    peer.name = word
    if peer.host is not None or peer.ip is None:
        return
    exim = seen_in_comment and "(Exim" in head and _ip(word) is None
    fetched = not seen_in_comment and "etchmail" in head  # the server that the user named
    if exim or fetched:
        peer.host, peer.checked = word, True


def _address_in_first_word(first: str, peer: _Peer, helo_comment: bool, way: Way) -> None:
    """`from [192.0.2.1] by`, `from 192.0.2.1 (EHLO name) by`: no other address is given."""
    found = _LITERAL.match(first)
    peer.ip = _peer_ip(found[1] if found else first.rstrip(",;"))
    peer.may_be_helo = peer.ip is not None and not helo_comment and way in (Way.SMTP, Way.UNKNOWN)


@lru_cache(maxsize=16_384)
def _peer_ip(text: str) -> Address | None:
    """An IPv4 address wrapped in IPv6 comes out unwrapped: it is the host that connected."""
    ip = _ip(text)
    return unwrapped(ip) if ip is not None else None


@lru_cache(maxsize=16_384)
def _ip(text: str) -> Address | None:
    if text[:5].lower() == "ipv6:":
        text = text[5:]
    if "." in text and ":" in text:
        port = _IPV4_PORT.fullmatch(text)
        if port:
            text = port[1]
    return address(text)
