# SPDX-License-Identifier: Apache-2.0
"""Reads an HTML body once: what a reader sees, what is hidden, links, pictures, bare form.

One walk over the tree of lexbor (WHATWG HTML), after `markup.measure` has allowed it. Nothing
is fetched, no script is run. What hides text is `style`; where a link leads is `link`.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from comity.message import markup, show
from comity.message.message import Skeleton
from comity.message.style import (
    BLACK,
    LINK_BLUE,
    NO_SHEET,
    UNKNOWN,
    WHITE,
    Sheet,
    alike,
    attribute_colour,
    declared,
    sheet,
)
from comity.values.defect import Defect

MAX_ELEMENTS = 60_000  # walked, ours: 0.1 s
MAX_TEXT = 200_000  # characters kept of shown and of hidden text each, ours
MAX_ANCHORS = 2_000  # ours
MAX_TAGS = 2_000  # of the skeleton
MAX_CLASSES = 500  # of the skeleton
MAX_PICTURES = 200  # ours

_UNREAD = frozenset(
    "script style template title head iframe object select datalist noembed".split()
)
_BLOCK = frozenset(
    "address article aside blockquote body br center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table tbody thead tfoot tr ul caption option legend summary".split()
)
_CELL = frozenset({"td", "th"})
_ENDS = _BLOCK | _CELL | {"a"}
_NOTED = frozenset("a area img form base meta iframe embed frame object button input".split())
# Attributes that can change how text is drawn.
_DRAWN = frozenset("style bgcolor background color hidden href size".split())
_REFRESH = re.compile(r"\s*\d*\s*[;,]?\s*(?:url\s*=)?\s*(.{1,4000})", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Anchor:
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
    hidden_because: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()


@dataclass(slots=True)
class _Ink:
    """Text put down so far, white space folded; `at` is its length."""

    out: list[str] = field(default_factory=list)
    at: int = 0
    gap: str = ""  # white space owed before the next word

    def put(self, words: list[str], before: bool, after: bool) -> int:
        """Write words; returns where the first one begins."""
        gap = self.gap or (" " if before else "")
        if gap and self.at:
            self.out.append(gap)
            self.at += 1
        start = self.at
        line = " ".join(words)
        self.out.append(line)
        self.at += len(line)
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


# How text would be drawn here: (gone, invisible, tiny, colour, background, so: unseen).
_Look = tuple[bool, bool, bool, int, int, bool]
_DEFAULT: _Look = (False, False, False, BLACK, WHITE, False)


@dataclass(slots=True)
class _Walk:
    """State of one walk."""

    sheet: Sheet
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
    tree = LexborHTMLParser(allowed.encode("utf-8", "replace"))
    root = tree.root
    if root is None:
        return _without_tree(page, defects)
    walk = _Walk(_sheet_of(tree, allowed))
    _walk(walk, root)
    return Page(
        "".join(walk.shown.out),
        "".join(walk.hidden.out),
        tuple(walk.anchors),
        tuple(walk.pictures),
        Skeleton(tuple(walk.tags[1 : MAX_TAGS + 1]), tuple(walk.classes), walk.images, walk.forms),
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


def _sheet_of(tree: LexborHTMLParser, page: str) -> Sheet:
    if "<style" not in page and "<STYLE" not in page and "<Style" not in page:
        return NO_SHEET
    return sheet("\n".join(node.text() for node in tree.css("style")[:50]))


def _walk(walk: _Walk, root: LexborNode) -> None:
    """Document order with an end for each element; no recursion, so depth costs no stack."""
    look = _DEFAULT
    node: LexborNode | None = root
    above: list[tuple[LexborNode, str, _Look]] = []
    elements = 0
    tags, ink, has_rules = walk.tags, walk.shown, bool(walk.sheet.rules)
    while node is not None:
        tag = node.tag or "-"
        if tag == "-text":
            text = node.text_content or ""
            if not text.isspace():
                _text(walk, text, look)
            elif not ink.gap:
                ink.gap = " "
        elif tag[0] not in "-!" or tag == "-document":
            elements += 1
            if elements > MAX_ELEMENTS:
                walk.defects["html-too-many-elements"] = Defect(
                    "html-too-many-elements", f"more than {MAX_ELEMENTS:,}"
                )
                break
            tags.append(tag)
            before = look
            if tag in _BLOCK:
                ink.gap = walk.hidden.gap = "\n"
            elif tag in _CELL:
                ink.gap = ink.gap or " "
            attrs = node.attributes
            if attrs:
                if has_rules or not _DRAWN.isdisjoint(attrs):
                    look = _look(walk, tag, attrs, look)
                _name_classes(walk, attrs)
                if tag in _NOTED:
                    _note(walk, tag, attrs)
            elif has_rules and tag in walk.sheet.rules:
                look = _look(walk, tag, attrs, look)
            elif tag == "img":
                walk.images += 1
            child = None if tag in _UNREAD else node.first_child
            if child is not None:
                above.append((node, tag, before))
                node = child
                continue
            if tag in _ENDS:
                _close(walk, tag)
            look = before
        following = node.next
        while following is None and above:
            node, closed, look = above.pop()
            if closed in _ENDS:
                _close(walk, closed)
            following = node.next
        node = following
    if walk.open is not None:
        _close(walk, "a")


def _text(walk: _Walk, text: str, look: _Look) -> None:
    if not text.isascii():
        if show.splits_words(text):
            walk.defects["text-split-by-invisible"] = Defect("text-split-by-invisible")
        if show.reorders(text):
            walk.defects["text-reordered"] = Defect("text-reordered")
        text = show.seen(text)
    unseen = look[5]
    ink = walk.hidden if unseen else walk.shown
    words = text.split()
    if not words:
        if text and not ink.gap:
            ink.gap = " "
        return
    if ink.at > MAX_TEXT:
        walk.defects["text-too-long"] = Defect(
            "text-too-long", f"more than {MAX_TEXT:,} characters"
        )
        return
    start = ink.put(words, text[0].isspace(), text[-1].isspace())
    anchor = walk.open
    if anchor is not None:
        if unseen:
            anchor.unseen = True
        else:
            if anchor.start < 0:
                anchor.start = start
            anchor.end = ink.at


def _look(walk: _Walk, tag: str, attrs: dict[str, str | None], look: _Look) -> _Look:
    gone, invisible, tiny, color, back, _ = look
    if tag == "a" and "href" in attrs:
        color = LINK_BLUE
    said = None
    if walk.sheet.rules:
        said = walk.sheet.of(tag, attrs.get("class") or "", attrs.get("id") or "")
    css = attrs.get("style")
    if css:
        inline = declared(css)
        said = inline if said is None else said.under(inline)
    shade = attrs.get("bgcolor")
    if shade:
        asked = attribute_colour(shade)
        back = back if asked is None else asked
    if attrs.get("background"):
        back = -1
    if tag == "font":
        shade = attrs.get("color")
        if shade:
            asked = attribute_colour(shade)
            color = color if asked is None else asked
        if attrs.get("size"):
            tiny = False
    if "hidden" in attrs:
        gone = True
    if said is not None:
        gone = gone or said.gone is True
        invisible = invisible if said.invisible is None else said.invisible
        tiny = tiny if said.tiny is None else said.tiny
        color = color if said.color is None else said.color
        back = back if said.back is None else said.back
    unseen = gone or invisible or tiny or (color == back != UNKNOWN) or alike(color, back)
    return gone, invisible, tiny, color, back, unseen


def _name_classes(walk: _Walk, attrs: dict[str, str | None]) -> None:
    for name in ("class", "id"):
        value = attrs.get(name)
        if value and len(walk.classes) < MAX_CLASSES:
            for one in value.split(None, 20)[:20]:
                walk.classes[one] = None


def _note(walk: _Walk, tag: str, attrs: dict[str, str | None]) -> None:
    """What an element gives besides its text."""
    if tag == "a" or tag == "area":
        href = attrs.get("href") or attrs.get("xlink:href")
        if href is not None and href.strip():
            if walk.open is not None:
                _close(walk, "a")
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


def _close(walk: _Walk, tag: str) -> None:
    if tag in _BLOCK:
        walk.shown.gap = walk.hidden.gap = "\n"
    elif tag in _CELL:
        walk.shown.gap = walk.shown.gap or " "
    elif tag == "a" and walk.open is not None:
        anchor, walk.open = walk.open, None
        seen = anchor.start >= 0
        _add(
            walk,
            Anchor(
                anchor.href,
                "image" if anchor.picture and not seen else "html",
                max(anchor.start, 0),
                max(anchor.end, 0),
                hidden=not seen and not anchor.picture,
            ),
        )


def _add(walk: _Walk, anchor: Anchor) -> None:
    if len(walk.anchors) < MAX_ANCHORS:
        walk.anchors.append(anchor)
    else:
        walk.defects["too-many-links"] = Defect("too-many-links", f"more than {MAX_ANCHORS:,}")
