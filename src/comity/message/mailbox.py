# SPDX-License-Identifier: Apache-2.0
"""Addresses in From, To, Reply-To and Sender (RFC 5322 section 3.4), as claims.

One pass over the characters, no recursion: 900 nested comments cost 900 steps. What the
sender wrote is kept; an address is never repaired.
"""

import re

from comity.message.message import Mailbox
from comity.message.show import marked
from comity.mime.decode import words
from comity.values.defect import Defect
from comity.values.domain import ascii_name
from comity.values.span import Span

MAX_FIELD = 32_768  # characters, ours
MAX_MAILBOXES = 500  # ours: later ones are counted by a defect, not read
MAX_NAME = 1_000  # characters, ours

_SIMPLE = re.compile(
    r'\s*+(?:"([^"\\]*+)"|([^"<>()@,;:\\]*+))\s*+<\s*+([^<>@\s",;:()\\]++@[^<>@\s",;()\\]++)\s*+>\s*+'
)
_BARE = re.compile(r'\s*+([^<>@\s",;:()\\]++@[^<>@\s",;:()\\]++)\s*+')
_TOKEN = re.compile(r'[^"<>(),;:\\]++|.', re.DOTALL)
_ADDRESS = re.compile(r'[^\s<>@",;:()\\]{1,256}@[^\s<>@",;:()\\]{1,256}')


def read(value: str, span: Span | None = None) -> tuple[tuple[Mailbox, ...], tuple[Defect, ...]]:
    """(mailboxes in order, defects). `value` is unfolded, its encoded words not yet decoded."""
    if not value.strip():
        return (), ()
    simple = _SIMPLE.fullmatch(value) if len(value) < 1_000 else None
    if simple:
        return _one(simple[1] if simple[1] is not None else simple[2], simple[3], span)
    bare = _BARE.fullmatch(value) if len(value) < 1_000 else None
    if bare:
        return _one("", bare[1], span)
    defects: list[Defect] = []
    if len(value) > MAX_FIELD:
        defects.append(Defect("address-too-long", f"{len(value)} characters"))
        value = value[:MAX_FIELD]
    raw, unclosed = _split(value)
    if unclosed:
        defects.append(Defect("address-syntax", unclosed))
    if len(raw) > MAX_MAILBOXES:
        defects.append(Defect("address-too-many", f"{len(raw)}"))
    boxes: list[Mailbox] = []
    for name, addr in raw[:MAX_MAILBOXES]:
        some, more = _one(name, addr, span)
        boxes.extend(some)
        defects.extend(more)
    if not any(box.address for box in boxes):
        defects.append(Defect("address-missing", marked(value[:80])))
    return tuple(boxes), tuple(dict.fromkeys(defects))


def _one(
    name: str, address: str, span: Span | None
) -> tuple[tuple[Mailbox, ...], tuple[Defect, ...]]:
    defects: tuple[Defect, ...] = ()
    name = name.strip()[:MAX_NAME]
    if "=?" in name:
        name, defects = words(name)
    if not address and name:
        inside = _ADDRESS.findall(name) if len(name) < MAX_NAME else []
        if inside:  # the whole "Name <address>" was one encoded word
            address = inside[-1]
            name = name.replace(f"<{address}>", "").strip()
            name = "" if name == address else name
            defects = (*defects, Defect("address-encoded"))
    if "=?" in address:
        address, more = words(address)
        defects = (*defects, *more, Defect("address-encoded"))
    name = name.strip().strip('"').strip()
    domain = ""
    if "@" in address:
        domain, code = ascii_name(address.rpartition("@")[2])
        if code:
            defects = (*defects, Defect(code, marked(domain[:80])))
    elif not name:
        return (), defects
    return (Mailbox(" ".join(name.split()), address, domain, span),), defects


def _split(value: str) -> tuple[list[tuple[str, str]], str]:
    """([(phrase, address) …], what was left open): RFC 5322 groups and comments undone."""
    boxes: list[tuple[str, str]] = []
    words_: list[str] = []  # of the phrase
    comments: list[str] = []
    angle: list[str] | None = None
    found: str | None = None
    depth = 0
    quoted = False
    pieces = iter(_TOKEN.findall(value))

    def flush() -> None:
        nonlocal found
        phrase = "".join(words_).strip()
        note = " ".join(comments).strip()
        if found is None:
            inside = _ADDRESS.findall(phrase) if len(phrase) < MAX_NAME else []
            if inside:
                boxes.append((note or phrase.replace(inside[-1], "", 1).strip(), inside[-1]))
            elif phrase:
                boxes.append((phrase, ""))
        else:
            boxes.append((phrase or note, found))
        words_.clear()
        comments.clear()
        found = None

    for piece in pieces:
        if piece == "\\":
            piece = next(pieces, "")
            (comments if depth else words_ if angle is None else angle).append(piece)
        elif depth:
            depth += (piece == "(") - (piece == ")")
            if depth:
                comments.append(piece)
        elif piece == '"':
            quoted = not quoted
            if angle is not None:
                angle.append(piece)
        elif quoted:
            (words_ if angle is None else angle).append(piece)
        elif piece == "(":
            depth = 1
        elif piece == "<":
            if angle is not None:  # a second "<": what stood before belongs to the name
                words_.append("".join(angle))
            angle = []
        elif piece == ">" and angle is not None:
            inner = "".join(angle).strip()
            found = inner.rpartition(":")[2] if inner.startswith("@") else inner  # RFC 822 route
            angle = None
        elif angle is not None:
            angle.append(piece)
        elif piece in ",;":
            flush()
        elif piece == ":":  # a group's name, unless an address runs on (a misused colon)
            words_.clear()
        elif piece != ")":
            words_.append(piece)
    if angle is not None:
        found = "".join(angle).strip()
    flush()
    left = (
        "comment" if depth else "quoted string" if quoted else "angle" if angle is not None else ""
    )
    return boxes, f"unclosed {left}" if left else ""
