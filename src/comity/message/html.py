# SPDX-License-Identifier: Apache-2.0
"""Reads an HTML body once: what a reader sees, what is hidden, links, pictures, bare form.

One walk over the tree of lexbor (WHATWG HTML), after `markup.measure` has allowed it. Nothing
is fetched, no script is run. What hides text is `style`; where a link leads is `link`.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from comity.message import markup, show
from comity.message.look import DEFAULT, DRAWN, Look, by_attributes, by_css, by_style
from comity.message.message import Skeleton
from comity.message.style import BLACK, NO_SHEET, PLAIN, Sheet, Style, declared, sheet
from comity.values.defect import Defect

MAX_ELEMENTS = 60_000  # walked, ours: 0.1 s
MAX_TEXT = 200_000  # characters kept of shown and of hidden text each, ours
MAX_ANCHORS = 2_000  # ours
MAX_TAGS = 2_000  # of the skeleton
MAX_CLASSES = 500  # of the skeleton
MAX_PICTURES = 200  # ours

# What a node is to the walk: bits of `_KINDS`.
_BLOCK, _CELL, _ANCHOR, _NOTED, _UNREAD, _RESETS, _BODY, _NOTHING = (1 << bit for bit in range(8))
_ENDS = _BLOCK | _CELL | _ANCHOR
_KINDS: dict[str, int] = {}
for _bit, _names in (
    (
        _BLOCK,
        "address article aside blockquote body br center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody "
        "thead tfoot tr ul caption option legend summary",
    ),
    (_CELL, "td th"),
    (_ANCHOR, "a"),
    (_RESETS, "table"),
    (_BODY, "body"),
    (_NOTED, "a area img form base meta iframe embed frame object button input"),
    (
        _UNREAD,
        "script style template title iframe object select datalist noembed noframes textarea",
    ),
):
    for _name in _names.split():
        _KINDS[_name] = _KINDS.get(_name, 0) | _bit


_QUIETLY = LexborDocumentOptions.WO_EVENTS.value  # nobody listens to a tree while it grows
# Name and kind by lexbor's number of a tag, which is read faster than its name.
_TREE = LexborHTMLParser("text")
_PLAIN_TAGS = "html head span b i u strong em font small big sup sub p link label strike s tt code"
_TAGS = {
    _TREE.create_node(name).tag_id: (name, _KINDS.get(name, 0))
    for name in (*_KINDS, *_PLAIN_TAGS.split())
}
_TEXT_NUMBER = max(
    node.tag_id for node in _TREE.css("body")[0].traverse(include_text=True) if node.is_text_node
)


def _unnumbered(node: LexborNode) -> tuple[str, int]:
    tag = node.tag or "-"
    return tag, _NOTHING if tag[0] in "-!" else 0


_TOLD = DRAWN | {"style", "class", "id"}  # attributes that `_enter` asks for
_REFRESH = re.compile(r"\s*\d*\s*[;,]?\s*(?:url\s*=)?\s*(.{1,4000})", re.IGNORECASE | re.DOTALL)


class Anchor(NamedTuple):
    """A link as the HTML has it. `start:end` is its shown text in `Page.text`."""

    href: str
    source: str  # "html", "image" (a linked picture), "form"
    start: int
    end: int
    hidden: bool = False  # its text cannot be seen


@dataclass(frozen=True, slots=True)
class Page:
    """One HTML body, read."""

    text: str
    hidden: str
    anchors: tuple[Anchor, ...]
    pictures: tuple[str, ...]  # addresses of pictures, distinct, in order
    skeleton: Skeleton
    base: str = ""
    defects: tuple[Defect, ...] = ()


@dataclass(slots=True)
class _Ink:
    """Text put down so far, white space folded; `at` is its length."""

    out: list[str] = field(default_factory=list)
    at: int = 0
    gap: str = ""  # white space owed before the next word

    def put(self, line: str, before: bool, after: bool) -> int:
        """Write a line; returns where it begins. `before`, `after`: white space stands there."""
        gap = self.gap or (" " if before else "")
        start = self.at
        if gap and start:
            self.out.append(gap)
            start += 1
        self.out.append(line)
        self.at = start + len(line)
        self.gap = " " if after else ""
        return start


@dataclass(slots=True)
class _Open:
    """An anchor whose end tag is still to come."""

    href: str
    start: int = -1
    end: int = -1
    picture: bool = False
    unseen: bool = False


@dataclass(slots=True)
class _Walk:
    """State of one walk."""

    sheet: Sheet
    known: dict[tuple[str, str | None, str | None], Style] = field(
        default_factory=dict, init=False
    )  # what the sheet says, once asked
    ruled: bool  # the sheet says something
    quirks: bool = False  # no doctype
    ink: int = BLACK  # colour of the body's text
    shown: _Ink = field(default_factory=_Ink)
    hidden: _Ink = field(default_factory=_Ink)
    anchors: list[Anchor] = field(default_factory=list)
    open: _Open | None = None
    pictures: dict[str, None] = field(default_factory=dict)
    images: int = 0
    forms: int = 0
    tags: list[str] = field(default_factory=list)
    classes: dict[str, None] = field(default_factory=dict)
    base: str = ""
    defects: dict[str, Defect] = field(default_factory=dict)


def read(page: str) -> Page:
    """Read an HTML body. Raises nothing."""
    allowed, defects = markup.measure(page)
    if allowed is None:
        return _without_tree(page, defects)
    encoded = allowed.encode("utf-8", "replace")
    tree = LexborHTMLParser(encoded, options=_QUIETLY)
    root = tree.root
    if root is None:
        return _without_tree(page, defects)
    rules = _sheet_of(tree, allowed, encoded)
    head = allowed[:2_000]
    walk = _Walk(
        rules,
        bool(rules.rules),
        "<!DOCTYPE" not in head and "<!doctype" not in head and "<!doctype" not in head.lower(),
    )
    _walk(walk, root)
    return Page(
        "".join(walk.shown.out),
        "".join(walk.hidden.out),
        tuple(walk.anchors),
        tuple(walk.pictures),
        Skeleton(tuple(walk.tags[:MAX_TAGS]), tuple(walk.classes), walk.images, walk.forms),
        walk.base,
        defects=(*defects, *walk.defects.values()),
    )


def _without_tree(page: str, defects: tuple[Defect, ...]) -> Page:
    text, targets = markup.plain(page)
    folded = fold(show.seen(text))[:MAX_TEXT]
    anchors = tuple(
        Anchor(href, "html", 0, 0) for href in dict.fromkeys(targets[: 4 * MAX_ANCHORS])
    )
    return Page(folded, "", anchors[:MAX_ANCHORS], (), Skeleton(), defects=defects)


def fold(text: str) -> str:
    """Lines with their white space folded to one space, empty lines left out."""
    return "\n".join(line for line in map(" ".join, map(str.split, text.splitlines())) if line)


def _sheet_of(tree: LexborHTMLParser, page: str, encoded: bytes) -> Sheet:
    """All style elements: those of the head, and of the body where it has any."""
    last = max(page.rfind("<style"), page.rfind("<STYLE"))
    if last < 0 and b"style>" not in encoded.lower():  # bytes: many times faster to lower
        return NO_SHEET
    body = page.find("<body")
    place = tree.head if tree.head is not None and last < body else tree
    return sheet("\n".join(node.text() for node in place.css("style")[:50]))


def _walk(walk: _Walk, root: LexborNode) -> None:
    """Document order with an end for each element; no recursion, so depth costs no stack.

    Most of the room's time is spent here: what is short stands in line.
    """
    look = DEFAULT
    node: LexborNode | None = root
    above: list[tuple[LexborNode, int, Look]] = []
    tags, ink, hidden, ruled = walk.tags, walk.shown, walk.hidden, walk.ruled
    while node is not None:
        number = node.tag_id
        if number == _TEXT_NUMBER:
            text = node.text_content or ""
            if not text.isspace():
                _text(walk, text, look)
            elif not ink.gap:
                ink.gap = " "
        elif (known := _TAGS.get(number) or _unnumbered(node))[1] != _NOTHING:
            tag, kind = known
            tags.append(tag)
            if len(tags) > MAX_ELEMENTS:
                told = f"more than {MAX_ELEMENTS:,}"
                walk.defects["html-too-many-elements"] = Defect("html-too-many-elements", told)
                break
            before = look
            if kind & _BLOCK:  # stands on lines of its own
                ink.gap = hidden.gap = "\n"
                if kind & _RESETS:
                    look = _reset(walk, look)
            elif kind & _CELL and not ink.gap:  # is set off by a space
                ink.gap = " "
            attrs = node.attributes
            if ruled or (attrs and (kind & _BODY or not _TOLD.isdisjoint(attrs))):
                look = _enter(walk, tag, attrs, look)
                if kind & _BODY:
                    walk.ink = look[3]
            if kind & _NOTED:
                _note(walk, tag, attrs)
            child = None if kind & _UNREAD else node.first_child
            if child is not None:
                above.append((node, kind, before))
                node = child
                continue
            if kind & _ENDS:
                _close(walk, kind)
            look = before
        following = node.next
        while following is None and above:
            node, kind, look = above.pop()
            if kind & _BLOCK:
                ink.gap = hidden.gap = "\n"
            elif kind & _ENDS:
                _close(walk, kind)
            following = node.next
        node = following
    if walk.open is not None:
        _close(walk, _ANCHOR)


def _reset(walk: _Walk, look: Look) -> Look:
    """Without a doctype a table takes its colour from the body, not from what is around it.

    WHATWG Quirks Mode, "The tables inherit color from body quirk": `<font color=white><table>`
    hides nothing then.
    """
    if not walk.quirks or look[3] == walk.ink:
        return look
    return by_css(Style(color=walk.ink), look)


def _enter(walk: _Walk, tag: str, attrs: dict[str, str | None], look: Look) -> Look:
    """Note class names; give the look inside this element."""
    css, classes, ident = attrs.get("style"), None, None
    if "class" in attrs or "id" in attrs:
        classes, ident = attrs.get("class"), attrs.get("id")
        if len(walk.classes) < MAX_CLASSES:
            for one in f"{classes or ''} {ident or ''}".split(None, 20)[:20]:
                walk.classes[one] = None
    if not DRAWN.isdisjoint(attrs):
        look = by_attributes(tag, attrs, look)
    if walk.ruled:
        key = (tag, classes, ident)
        ruled = walk.known.get(key)
        if ruled is None:
            ruled = walk.known[key] = walk.sheet.of(tag, classes or "", ident or "")
        if ruled is not PLAIN:
            return by_css(ruled.under(declared(css) if css else PLAIN), look)
    if not css:
        return look
    return by_style(css, look)


def _text(walk: _Walk, text: str, look: Look) -> None:
    if not text.isascii() and show.unseen(text):
        if show.splits_words(text):
            walk.defects["text-split-by-invisible"] = Defect("text-split-by-invisible")
        if show.reorders(text):
            walk.defects["text-reordered"] = Defect("text-reordered")
        text = show.seen(text)
    unseen = look[5]
    ink = walk.hidden if unseen else walk.shown
    line = _folded(text)
    if not line:
        if text and not ink.gap:
            ink.gap = " "
        return
    if ink.at > MAX_TEXT:
        walk.defects["text-too-long"] = Defect(
            "text-too-long", f"more than {MAX_TEXT:,} characters"
        )
        return
    if len(text) > MAX_TEXT:
        line = _folded(text[:MAX_TEXT])
    start = ink.put(line, text[0].isspace(), text[-1].isspace())
    anchor = walk.open
    if anchor is not None:
        if unseen:
            anchor.unseen = True
        else:
            if anchor.start < 0:
                anchor.start = start
            anchor.end = ink.at


def _folded(text: str) -> str:
    if text.isprintable() and "  " not in text:  # no white space but single spaces
        return text.strip()
    return " ".join(text.split())


def _note(walk: _Walk, tag: str, attrs: dict[str, str | None]) -> None:
    """What an element gives besides its text."""
    if tag == "a" or tag == "area":
        href = attrs.get("href") or attrs.get("xlink:href")
        if href is not None and href.strip():
            if walk.open is not None:
                _close(walk, _ANCHOR)
            if tag == "area":
                _add(walk, Anchor(href, "image", 0, 0))
            else:
                walk.open = _Open(href)
    elif tag == "img":
        walk.images += 1
        source = attrs.get("src")
        if source and len(walk.pictures) < MAX_PICTURES:
            walk.pictures[source.strip()[:4_000]] = None
        if walk.open is not None:
            walk.open.picture = True
    elif tag == "form":
        walk.forms += 1
        if attrs.get("action"):
            _add(walk, Anchor(attrs["action"] or "", "form", 0, 0))
    elif tag == "base":
        walk.base = walk.base or (attrs.get("href") or "").strip()[:4_000]
    elif tag == "meta":
        if (attrs.get("http-equiv") or "").strip().lower() == "refresh":
            found = _REFRESH.fullmatch((attrs.get("content") or "")[:4_000])
            if found and ("." in found[1] or ":" in found[1]):
                _add(walk, Anchor(found[1].strip("'\" "), "html", 0, 0))
    elif tag in ("iframe", "embed", "frame", "object"):
        source = attrs.get("src") or attrs.get("data")
        if source:
            _add(walk, Anchor(source, "html", 0, 0))
    elif tag in ("button", "input") and attrs.get("formaction"):
        _add(walk, Anchor(attrs["formaction"] or "", "form", 0, 0))


def _close(walk: _Walk, kind: int) -> None:
    """The end of an element."""
    if kind & _BLOCK:
        walk.shown.gap = walk.hidden.gap = "\n"
    elif kind & _CELL:
        walk.shown.gap = walk.shown.gap or " "
    elif walk.open is not None:
        anchor, walk.open = walk.open, None
        seen = anchor.start >= 0
        source = "image" if anchor.picture and not seen else "html"
        start, end = max(anchor.start, 0), max(anchor.end, 0)
        hidden = anchor.unseen and not seen and not anchor.picture
        _add(walk, Anchor(anchor.href, source, start, end, hidden))


def _add(walk: _Walk, anchor: Anchor) -> None:
    if len(walk.anchors) < MAX_ANCHORS:
        walk.anchors.append(anchor)
    else:
        walk.defects["too-many-links"] = Defect("too-many-links", f"more than {MAX_ANCHORS:,}")
