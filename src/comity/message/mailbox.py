# SPDX-License-Identifier: Apache-2.0
"""Addresses in From, To, Reply-To and Sender (RFC 5322 section 3.4), as claims.

One pass over the characters, no recursion: 900 nested comments cost 900 steps. What the
sender wrote is kept; an address is never repaired.
"""

import re
from dataclasses import dataclass, field

from comity.message.message import Mailbox
from comity.message.show import marked, seen
from comity.mime.decode import words
from comity.values.defect import Defect
from comity.values.domain import ascii_name
from comity.values.span import Span

MAX_FIELD = 32_768  # characters, ours
MAX_MAILBOXES = 500  # ours: later ones are counted by a defect, not read
MAX_NAME = 1_000  # characters, ours
MAX_PLAIN = 1_000  # characters that the patterns for plain forms see, ours

_SIMPLE = re.compile(
    r'\s*+(?:"([^"\\]*+)"|([^"<>()@,;:\\]*+))\s*+<\s*+([^<>@\s",;:()\\]++@[^<>@\s",;()\\]++)\s*+>\s*+'
)
_BARE = re.compile(r'\s*+([^<>@\s",;:()\\]++@[^<>@\s",;:()\\]++)\s*+')
_PIECE = re.compile(r'[^"<>(),;:\\]++|.', re.DOTALL)
_ADDRESS = re.compile(r'[^\s<>@",;:()\\]{1,256}@[^\s<>@",;:()\\]{1,256}')


def read(value: str, span: Span | None = None) -> tuple[tuple[Mailbox, ...], tuple[Defect, ...]]:
    """(mailboxes in order, defects). `value` is unfolded, its encoded words not yet decoded."""
    if not value.strip():
        return (), ()
    if len(value) < MAX_PLAIN:
        simple = _SIMPLE.fullmatch(value) if "<" in value else None
        if simple:
            quoted, plain, address = simple.groups()
            name = plain if quoted is None else quoted
            if "=?" not in address:
                return _only(name, address, span)
            return _boxes([_Entry(name, address)], span, [])
        bare = None if "<" in value else _BARE.fullmatch(value)
        if bare:
            if "=?" not in bare[1]:
                return _only("", bare[1], span)
            return _boxes([_Entry("", bare[1])], span, [])
    defects: list[Defect] = []
    if len(value) > MAX_FIELD:
        defects.append(Defect("address-too-long", f"{len(value)} characters"))
        value = value[:MAX_FIELD]
    entries, unclosed = _entries(value)
    if unclosed:
        defects.append(Defect("address-syntax", f"unclosed {unclosed}"))
    entries = _joined(entries, defects)
    if len(entries) > MAX_MAILBOXES:
        defects.append(Defect("address-too-many", f"{len(entries)}"))
    return _boxes(entries[:MAX_MAILBOXES], span, defects)


def _only(
    name: str, address: str, span: Span | None
) -> tuple[tuple[Mailbox, ...], tuple[Defect, ...]]:
    """The one mailbox of a field, as nearly all fields have it: `_boxes` in short."""
    defects: tuple[Defect, ...] = ()
    if "=?" in name:
        name, defects = words(name)
    domain, code = ascii_name(address.rpartition("@")[2])
    if code:
        defects += (Defect(code, marked(domain[:80])),)
    name = " ".join(seen(name).strip().strip('"').split())
    return (Mailbox(name, address, domain, span),), tuple(dict.fromkeys(defects))


@dataclass(slots=True)
class _Entry:
    """What stands between two commas, comments and quotes undone."""

    phrase: str
    address: str | None = None
    note: str = ""  # the comments in it
    quoted: bool = False  # part of the phrase was a quoted string: no address then


def _boxes(
    entries: list[_Entry], span: Span | None, defects: list[Defect]
) -> tuple[tuple[Mailbox, ...], tuple[Defect, ...]]:
    boxes = [box for entry in entries if (box := _box(entry, span, defects)) is not None]
    if not any(box.address for box in boxes) and not any(e.address == "" for e in entries):
        shown = " ".join(f"{entry.phrase} {entry.note}" for entry in entries[:3])
        if boxes or shown.strip():
            defects.append(Defect("address-missing", marked(shown.strip()[:80])))
    return tuple(boxes), tuple(dict.fromkeys(defects))


def _box(entry: _Entry, span: Span | None, defects: list[Defect]) -> Mailbox | None:
    name = entry.phrase[:MAX_NAME]
    if "=?" in name:
        name, more = words(name)
        defects += more
    address = entry.address or ""
    if not address and not entry.quoted:
        name, address = _address_inside(name)
        if address and "=?" in entry.phrase:  # the whole "Name <address>" was one encoded word
            defects.append(Defect("address-encoded"))
    if "=?" in address:
        address, more = words(address)
        defects += (*more, Defect("address-encoded"))
    name = " ".join(seen(name).strip().strip('"').split()) or " ".join(seen(entry.note).split())
    domain = ""
    if "@" in address:
        domain, code = ascii_name(address.rpartition("@")[2])
        if code:
            defects.append(Defect(code, marked(domain[:80])))
    elif not name:
        return None
    return Mailbox(name, address, domain, span)


def _address_inside(phrase: str) -> tuple[str, str]:
    """(name, address) where an address stands free in a phrase."""
    found = _ADDRESS.findall(phrase[:MAX_NAME]) if "@" in phrase else []
    if not found:
        return phrase, ""
    address: str = found[-1]
    name = phrase.replace(f"<{address}>", "", 1) if f"<{address}>" in phrase else ""
    return name or phrase.replace(address, "", 1), address


def _joined(entries: list[_Entry], defects: list[Defect]) -> list[_Entry]:
    """A comma in a name that is not quoted cuts it off its address: put both together again."""
    if not any(entry.address for entry in entries):
        for entry in entries:
            entry.quoted = False  # `"a@b.example"` alone is all there is to read
            name, address = _address_inside(entry.note)
            if address and "@" not in entry.phrase:
                entry.address, entry.note = address, name.strip("<> ")
                defects.append(Defect("address-syntax", "address in a comment"))
        if not any(entry.address for entry in entries):
            return entries
    out: list[_Entry] = []
    names: list[str] = []
    for entry in entries:
        loose = entry.address is None and (entry.quoted or "@" not in entry.phrase)
        if loose and entry is not entries[-1]:
            names.append(entry.phrase or entry.note)
            continue
        if names and entry.address is not None:
            entry.phrase = ", ".join([*names, entry.phrase]).rstrip(", ")
            defects.append(Defect("address-syntax", "comma in a name"))
        elif names:
            out += [_Entry(name, quoted=True) for name in names]
        names = []
        out.append(entry)
    return out


@dataclass(slots=True)
class _Reading:
    """State of the one pass over a field."""

    entries: list[_Entry] = field(default_factory=list)
    phrase: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    address: str | None = None
    depth: int = 0  # of comments
    quoting: bool = False
    quoted: bool = False
    group: str = ""

    def into(self) -> list[str]:
        """Where the next piece of text belongs."""
        if self.depth:
            return self.note
        return self.phrase if self.angle is None else self.angle

    def end_angle(self) -> None:
        inner = "".join(self.angle or ()).strip()
        self.address = inner.rpartition(":")[2] if inner.startswith("@") else inner  # RFC 822 route
        self.angle = None

    def end_entry(self) -> None:
        phrase = "".join(self.phrase).strip()
        note = "".join(self.note).strip()[:MAX_NAME]
        if self.address is not None and not phrase:
            phrase, self.group = self.group, ""
        if phrase or note or self.address is not None:
            self.entries.append(_Entry(phrase, self.address, note, self.quoted))
        self.phrase, self.note, self.address, self.quoted = [], [], None, False


def _entries(value: str) -> tuple[list[_Entry], str]:
    """(entries, what was left open): RFC 5322 groups, comments and quotes undone."""
    at = _Reading()
    pieces = iter(_PIECE.findall(value))
    for piece in pieces:
        if piece == "\\":
            at.into().append(next(pieces, ""))
        elif at.depth:
            at.depth += (piece == "(") - (piece == ")")
            at.note.append(piece if at.depth else " ")
        elif piece == '"':
            at.quoting = not at.quoting
            if at.angle is not None:
                at.angle.append(piece)
            else:
                at.quoted = True
        elif at.quoting or piece not in "(<>,;:)":
            at.into().append(piece)
        elif piece == "(":
            at.depth = 1
        elif piece == "<":
            if at.angle is not None:  # a second "<": what stood before belongs to the name
                at.phrase += at.angle
            at.angle = []
        elif at.angle is not None:
            if piece == ">":
                at.end_angle()
            else:
                at.angle.append(piece)
        elif piece in ",;":
            at.end_entry()
        elif piece == ":":
            at.group, at.phrase = "".join(at.phrase).strip(), []
    left = "comment" if at.depth else "quoted string" if at.quoting else ""
    if at.angle is not None:
        left = left or "angle"
        at.end_angle()
    at.end_entry()
    return at.entries, left
