# SPDX-License-Identifier: Apache-2.0
"""One step of a mail, as one Received field tells it (RFC 5321 section 4.4).

Reads one field, in the forms that mail servers really write. Never looks anything up, never
raises on content, and never decides whom to believe: that is `trace.boundary`.
"""

import re
from datetime import datetime
from itertools import islice, pairwise

from comity.trace.claim import SEVERAL_BY, UNREADABLE, ClaimedHop
from comity.trace.clock import read_time
from comity.trace.peer import LITERAL, LOGIN, MAX_NAME, ip_of, own_address, peer_ip, read_peer
from comity.trace.usual import read_usual
from comity.trace.way import KEYWORDS, Way, protocol_of, tells_login, way_of
from comity.values.address import Address
from comity.values.span import Span

MAX_FIELD = 8_192  # characters; ours: no RFC caps a folded field
MAX_WORDS = 400  # words, comments, brackets looked at in one field; ours
LONG = 2_000  # characters, from which on not all words are cut out before the first are taken; ours

_TOKEN = re.compile(r"\([^()]*\)|[^\s()]+|[()]")
_PAREN = re.compile(r"([()])")
# RFC 5321: a path holds up to 256 octets. One that does not end is stepped over, so that each
# character is looked at once.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,320}+("?)')
_QMAIL = re.compile(  # and the queues that copy its form: BBSMAIL, cpmta
    r"\(\w{1,20} \d{1,12}(?: messnum \d{1,12})? invoked (by|from|for) (\w{1,20})"
    r"(?:\[([0-9A-Fa-f:.]{2,45})/([^\]\s]{1,255})\])?",
)

_ANGLES = "<>"


def read(field: str, span: Span | None = None) -> ClaimedHop:
    """Read the value of a Received field, folded or not. Raises nothing."""
    if len(field) > MAX_FIELD:  # first: what follows costs time by length
        return ClaimedHop(span=span, defects=("received-too-long",))
    text = " ".join(field.split())
    return read_usual(text, span) or read_any(text, span)


def read_any(text: str, span: Span | None = None) -> ClaimedHop:
    """The general reader: a line in any form, its white space folded."""
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
    if '"' in head:  # a quoted local part may hold brackets and words: it is one thing
        head = _QUOTED.sub(lambda it: '""' if it[1] else it[0], head, MAX_WORDS)
    if len(head) < LONG:
        tokens = _TOKEN.findall(head)
    else:
        tokens = [token[0] for token in islice(_TOKEN.finditer(head), MAX_WORDS)]
    if "(" in tokens or ")" in tokens:
        return _nested(head)
    return ["(" + token[1:-1].strip() if token[0] == "(" else token for token in tokens[:MAX_WORDS]]


def _nested(head: str) -> list[str]:
    """The same where comments hold comments, or are not closed."""
    items: list[str] = []
    depth = 0
    comment: list[str] = []
    for piece in _PAREN.split(head, MAX_WORDS)[: 2 * MAX_WORDS]:
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
    ip = peer_ip(match[3]) if match[3] else None
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
    protocol = protocol_of(parts)
    way = way_of(protocol, parts)
    peer = read_peer(parts.get("from", []), head, way)
    if by is None:
        defects = (*defects, "received-without-by")
        if peer.ip is None and not peer.named:
            return ClaimedHop(time=time, span=span, defects=(*defects, *UNREADABLE))
    if head.count(" by ") + head.count(" BY ") + head.count(" By ") > 1 and _two_writers(parts):
        defects = (*defects, SEVERAL_BY)
    if peer.local or peer.is_localhost:
        way = Way.LOCAL
    if peer.spoiled and peer.ip is None:
        defects = (*defects, "received-address-unreadable")
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
        authenticated=tells_login(protocol) or LOGIN.search(head) is not None,
        time=time,
        id=ids[0][:MAX_NAME] if ids and ids[0][0] != "(" else None,
        for_=_recipient(for_) if for_ else None,
        span=span,
        defects=defects,
        head=head,
    )


def _by_keyword(items: list[str]) -> dict[str, list[str]]:
    """Cut at the first "from", "by", "via", "with", "id", "for" outside comments."""
    parts: dict[str, list[str]] = {}
    now = ""
    part: list[str] = []  # the section that goes on
    lead = part  # what stands before the first keyword
    for item in items:
        if len(item) < 5:
            word = item.lower()
            starts = word in KEYWORDS and word not in parts and (now != "from" or word == "by")
            if starts or (word == "from" and not parts):
                now = word
                part = parts[now] = []
                continue
        part.append(item)
    if lead and lead[0][:6].lower() == "(from ":  # "(from user@localhost) by host (8.9.3)"
        parts["local"] = [lead[0][6:]]
    return parts


def _two_writers(parts: dict[str, list[str]]) -> bool:
    """Whether a second "by HOST" stands outside comments: somebody wrote words into the line."""
    for part in parts.values():
        for word, after in pairwise(part):
            if len(word) == 2 and word.lower() == "by" and "." in after and after[0] != "(":
                return True
    return False


def _writer(part: list[str]) -> tuple[str | None, Address | None]:
    """Name and own address in the "by" section."""
    if not part or part[0][0] == "(":
        return None, None
    raw = part[0].rstrip(".;,")
    literal = LITERAL.fullmatch(raw)
    if literal:
        ip = ip_of(literal[1])
        return (literal[1] if ip else raw[:MAX_NAME]), ip
    name = raw.strip("[]")[:MAX_NAME]
    ip = ip_of(name) if name[:1].isdigit() or ":" in name else None
    for item in part[1:4]:
        if ip is not None:
            break
        ip = own_address(item)
    return name or None, ip


def _recipient(part: list[str]) -> str | None:
    for item in part[:2]:
        if item[0] != "(":
            return item.rstrip(";,").strip(_ANGLES)[:MAX_NAME] or None
    return None
