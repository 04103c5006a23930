# SPDX-License-Identifier: Apache-2.0
"""Which parts a reader is shown, and their characters (RFC 2046 sections 5.1.3 to 5.1.5, RFC 2387).

Chooses and decodes; reads no HTML (that is `html`) and judges nothing. Mail programs differ: where
they do, this follows what the common ones show, and says so here.
"""

import re
from dataclasses import dataclass, field

from comity.mime import decode
from comity.mime.part import Mime, Part
from comity.values.defect import Defect

MAX_BODY = 16_777_216  # bytes of one text part that are decoded, ours
MAX_SHOWN_PARTS = 50  # ours

_PLAIN = frozenset(
    {"text/plain", "text/enriched", "text/richtext", "text/markdown", "text", "text/x-plain"}
)
_NEVER_SHOWN = frozenset({"text/x-amp-html", "text/watch-html"})
_META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,8}=\s{0,8}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PAGE = re.compile(r"\s{0,200}(?:<!doctype html|<html[\s>])", re.IGNORECASE)


@dataclass(slots=True)
class Choice:
    """Indices of parts, in document order."""

    shown: list[int] = field(default_factory=list)
    unshown: list[int] = field(default_factory=list)  # alternatives that lost
    attached: list[int] = field(default_factory=list)
    inline: set[int] = field(default_factory=set)  # attached, but belonging to a shown page


def choose(mime: Mime) -> Choice:
    """What a reader is shown, what is attached. An inner mail is attached whole."""
    choice = Choice()
    todo = [(0, True, False)]  # part, whether it is shown, whether inside multipart/related
    while todo:
        index, shown, related = todo.pop()
        part = mime.parts[index]
        if not part.children or not part.content_type.startswith("multipart/"):
            _leaf(choice, part, shown, related)
            continue
        wanted = _shown_children(mime, part) if shown else frozenset[int]()
        inside = related or part.content_type == "multipart/related"
        todo += [(child, child in wanted, inside) for child in reversed(part.children)]
    return choice


def _leaf(choice: Choice, part: Part, shown: bool, related: bool) -> None:
    kind = part.content_type
    readable = is_text(part) and part.disposition != "attachment"
    if readable and part.filename and choice.shown:
        readable = False  # a named text after the body is offered as a file
    if not readable:
        if kind not in _NEVER_SHOWN and not kind.startswith("multipart/"):
            choice.attached.append(part.index)
            if related or "content-id" in [one.key for one in part.fields]:
                choice.inline.add(part.index)
    elif shown and len(choice.shown) < MAX_SHOWN_PARTS:
        choice.shown.append(part.index)
    else:
        choice.unshown.append(part.index)


def is_text(part: Part) -> bool:
    return part.content_type == "text/html" or part.content_type in _PLAIN


def _shown_children(mime: Mime, part: Part) -> frozenset[int]:
    children = part.children
    if part.content_type == "multipart/alternative":
        # RFC 2046: the last one that can be shown. Mail programs take HTML wherever it stands.
        ranks = [(_rank(mime, child), place, child) for place, child in enumerate(children)]
        return frozenset({max(ranks)[2]})
    if part.content_type == "multipart/related":
        start = part.params.get("start")
        for child in children:
            if start and mime.parts[child].first("content-id") == start:
                return frozenset({child})
        return frozenset(children[:1])
    return frozenset(children)


def _rank(mime: Mime, index: int) -> int:
    """2 if HTML is in it, 1 if plain text is, else 0."""
    best = 0
    todo = [index]
    while todo:
        part = mime.parts[todo.pop()]
        if part.children and part.content_type.startswith("multipart/"):
            todo += part.children
        elif part.disposition != "attachment":
            best = max(
                best, 2 if part.content_type == "text/html" else int(part.content_type in _PLAIN)
            )
    return best


def read(content: bytes, part: Part) -> tuple[str, bool, tuple[Defect, ...]]:
    """(characters, whether they are HTML, defects) of a decoded text part."""
    defects: tuple[Defect, ...] = ()
    if len(content) > MAX_BODY:
        defects = (Defect("text-too-long", f"{len(content):,} bytes"),)
        content = content[:MAX_BODY]
    html = part.content_type == "text/html"
    charset = part.params.get("charset")
    if html and not charset:
        charset = _declared_inside(content)
    text, more = decode.text(content, charset)
    if "\x00" in text:
        defects = (*defects, Defect("nul-in-text"))
        text = _sixteen_bits(content) or text.replace("\x00", "")
    if not html and text[:1].isspace() | (text[:1] == "<") and _PAGE.match(text):
        html = True
        defects = (*defects, Defect("html-called-plain"))
    return text, html, (*defects, *more)


def _declared_inside(content: bytes) -> str | None:
    """The charset of a meta element, where the bytes are not UTF-8 anyway."""
    if content.isascii():
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        found = _META.search(content[:4_096])
        return found[1].decode("ascii", "replace") if found else None
    return None


def _sixteen_bits(content: bytes) -> str | None:
    """UTF-16 without mark or label: every other byte of Western text is then zero."""
    head = content[:2_000]
    half = len(head) // 2
    if half < 8:
        return None
    for at, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[at::2].count(0) > half * 0.7 and head[1 - at :: 2].count(0) < half * 0.1:
            return content.decode(codec, "replace")
    return None
