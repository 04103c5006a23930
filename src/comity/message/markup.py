# SPDX-License-Identifier: Apache-2.0
"""Looks at HTML before a parser does, and reads it plainly where a parser must not.

The tree parser (lexbor) takes quadratic time in attributes of one tag, in nesting, and in
formatting elements left open: 19 KB made a million nodes. `measure` finds that in one linear
scan; `plain` then gives text and links without a tree. May not decide what is hidden.
"""

import html
import re

from comity.values.defect import Defect

MAX_HTML = 1_500_000  # characters given to the tree parser, ours: real mail stays below 600,000
MAX_TAG = 32_768  # characters of one tag once long values are cut, ours: 16,000 attributes, 0.4 s
MAX_VALUE = 8_192  # characters of one attribute value, ours: data: pictures are longer
MAX_BLOCK = 262_144  # characters of one comment, script or style element, ours
MAX_DEPTH = 1_000  # elements open at once, ours: browsers stop at 512
MAX_REOPENED = 150_000  # open formatting elements times paragraphs, ours: nodes they may become
SMALL = 49_152  # characters: below, one tag cannot hold enough attributes to matter (0.2 s)
FEW = 380  # tags: below, the products that MAX_DEPTH and MAX_REOPENED bound cannot be reached
PLAIN_CHARS = 8_000_000  # characters that `plain` reads, ours

_NAME = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9:]*+)")
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# No end tag is needed, or none exists: they do not nest by themselves.
_FLAT = frozenset(
    "area base basefont bgsound br col embed frame hr img input link meta param source track wbr "
    "p li dt dd option optgroup tr td th tbody thead tfoot colgroup html head body".split()
)
_TOKEN = re.compile(
    r"<!--.*?(?:--!?>|\Z)"
    r"|<(?P<raw>script|style|title|textarea|xmp|iframe|noembed|noframes)(?=[\s/>])"
    r".*?(?:</(?P=raw)(?=[\s/>])[^>]*+>|\Z)"
    r"|</?[a-zA-Z][^\s/>]*+(?P<attrs>(?:[\s/]++|"
    r"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+|(?=>)|\Z))?+)*+)(?:>|\Z)"
    r"|<[!?][^>]*+(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_LONG_VALUE = re.compile(
    rf"\"[^\"]{{{MAX_VALUE},}}+\"?+|'[^']{{{MAX_VALUE},}}+'?+"
    rf"|(?<![^\s\"'>])[^\s\"'>]{{{MAX_VALUE},}}+"  # tried where a run begins, not at each letter
)

_LONG_DATA = re.compile(rf"data:[^\"'\s<>]{{{MAX_VALUE},}}+")
_DROPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|head)\b.*?(?:</\1\b[^>]*+>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<(?:br|/?(?:p|div|tr|table|h[1-6]|li|ul|ol))\b[^<>]*+>?+", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*+>?+")
_HREF = re.compile(
    r"\b(?:href|action)\s{0,8}=\s{0,8}(?:\"([^\"<>]{1,4000})|'([^'<>]{1,4000})|([^\s\"'<>]{1,4000}))",
    re.IGNORECASE,
)


def measure(page: str) -> tuple[str | None, tuple[Defect, ...]]:
    """(HTML that the tree parser may have, defects); None where it may have none."""
    cut: tuple[Defect, ...] = ()
    if len(page) > MAX_HTML and "data:" in page:
        page = _LONG_DATA.sub("", page)
        cut = (Defect("html-value-cut", f"pictures over {MAX_VALUE:,} characters"),)
    if len(page) > MAX_HTML:
        return None, (Defect("html-too-long", f"{len(page):,} characters"),)
    if page.count("<") > FEW:
        deep = _too_deep([name.lower() for name in _NAME.findall(page)])
        if deep:
            return None, (Defect("html-too-deep", deep),)
    return _cut(page, cut) if len(page) > SMALL else (page, cut)


def _too_deep(names: list[str]) -> str:
    depth = deepest = open_formatting = most_open = 0
    for name in names:
        if name[0] == "/":
            closed = name[1:]
            if closed not in _FLAT:
                depth = depth - 1 if depth else 0
                if closed in _FORMATTING and open_formatting:
                    open_formatting -= 1
        elif name not in _FLAT:
            depth += 1
            if depth > deepest:
                deepest = depth
            if name in _FORMATTING:
                open_formatting += 1
                if open_formatting > most_open:
                    most_open = open_formatting
    if deepest > MAX_DEPTH:
        return f"{deepest} elements open at once"
    if most_open > 32 and most_open * len(names) > MAX_REOPENED:
        return f"{most_open} formatting elements open at once, {len(names)} tags"
    return ""


def _cut(page: str, cut: tuple[Defect, ...]) -> tuple[str | None, tuple[Defect, ...]]:
    """Cut values nobody can read and blocks that are no text; refuse a monstrous tag."""
    longest = 0
    out: list[str] = []
    at = 0
    for token in _TOKEN.finditer(page):
        size = token.end() - token.start()
        if size <= MAX_VALUE:
            continue
        attrs = token["attrs"]
        if attrs is None:
            if size > MAX_BLOCK:
                out.append(page[at : token.start()])
                at = token.end()
            continue
        shorter = _LONG_VALUE.sub("", token[0])
        longest = max(longest, len(shorter))
        out.append(page[at : token.start()] + shorter)
        at = token.end()
    if longest > MAX_TAG:
        return None, (Defect("html-tag-too-long", f"{longest:,} characters"),)
    if not out:
        return page, cut
    out.append(page[at:])
    return "".join(out), cut or (Defect("html-value-cut", f"values over {MAX_VALUE:,} characters"),)


def plain(page: str) -> tuple[str, tuple[str, ...]]:
    """(text with line ends, link targets), read without a tree: nothing is known of hiding."""
    page = page[:PLAIN_CHARS]
    targets = tuple(
        html.unescape(next(part for part in found if part)) for found in _HREF.findall(page)
    )
    text = _ANY_TAG.sub(" ", _TAG.sub("\n", _DROPPED.sub(" ", page)))
    return html.unescape(text), targets
