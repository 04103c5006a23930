# SPDX-License-Identifier: Apache-2.0
"""Makes the HTML of a mail harmless: nothing in what comes out loads, runs or leads anywhere.

Cleaned twice by nh3, which parses as browsers do: once to see links and pictures as they are, then
again after they were replaced by words. The frame that shows it (`web.mail`) forbids the same
things by its own policy, so that either alone would do. Decides nothing about the mail.
"""

import re
from html import escape, unescape

import nh3

from comity.message import html as pages
from comity.message import link as links
from comity.message.markup import measure
from comity.message.show import marked

MAX_PLAIN = 500_000  # characters of a plain text in the frame; ours: a thick book
MAX_TARGET = 160  # characters of a link's target that are shown in the page; the list has it whole

_BLOCKS = (
    "address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p pre section summary ul"
)
_WORDS = (
    "abbr b big br cite code del em font i ins kbd mark q s samp small span strike strong sub sup "
    "tt u var wbr"
)
_TABLES = "caption col colgroup table tbody td tfoot th thead tr"
TAGS = frozenset(f"{_BLOCKS} {_WORDS} {_TABLES}".split())
_WITH_CONTENT = frozenset(  # nothing inside is text that a reader was shown
    "applet audio canvas embed iframe math noembed noframes noscript object plaintext script "
    "select style svg template textarea title video xmp".split()
)
_ATTRIBUTES = {
    "*": {"align", "bgcolor", "dir", "height", "lang", "style", "valign", "width"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "font": {"color", "face", "size"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
}
# Properties whose values name no address, and which move nothing out of its place.
_STYLES = frozenset(
    """
    background-color border-collapse border-color border-spacing border-style border-width
    border-radius color direction display font-family font-size font-style font-weight height
    letter-spacing line-height margin margin-bottom margin-left margin-right margin-top max-height
    max-width min-height min-width opacity overflow overflow-wrap padding padding-bottom
    padding-left padding-right padding-top table-layout text-align text-decoration text-indent
    text-transform vertical-align visibility white-space width word-break word-wrap
    """.split()
)
# A function other than a colour or a sum could name an address, and these characters could hide
# one from this list: the style then goes whole.
_DOUBTFUL = re.compile(
    r"[\\@<>{}]|/\*|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)(?<!calc)\(", re.IGNORECASE
)
_CLASSES = {"span": {"comity-link", "comity-target", "comity-picture"}}

_LINK = re.compile(r'<a(?: href="([^"]*)")?>|</a>|<img(?: alt="([^"]*)")?>')
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # overrides, embeddings, isolates (UAX 9)
_SPANS = frozenset(("colspan", "rowspan", "span"))
_MOST_SPAN = 200  # cells that one cell may cover; ours: browsers allow 1,000 by 65,534


def _kept(tag: str, name: str, value: str) -> str | None:
    """An attribute's value, or None to drop it."""
    if name == "style":
        return None if _DOUBTFUL.search(value) else value
    if name in _SPANS:
        return value if value.isdecimal() and int(value[:9]) <= _MOST_SPAN else None
    return value[:4_000]


_SEEING = nh3.Cleaner(
    tags=set(TAGS | {"a", "img"}),
    clean_content_tags=set(_WITH_CONTENT),
    attributes={**_ATTRIBUTES, "a": {"href"}, "img": {"alt"}},
    attribute_filter=lambda tag, name, value: (
        value if (tag, name) in (("a", "href"), ("img", "alt"))
        else None if tag in ("a", "img")
        else _kept(tag, name, value)
    ),
    url_schemes={"http", "https", "mailto", "tel", "sms", "ftp", "javascript", "data", "file"},
    filter_style_properties=set(_STYLES),
    link_rel=None,
)  # fmt: skip
_STRICT = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_WITH_CONTENT),
    attributes=_ATTRIBUTES,
    attribute_filter=_kept,
    allowed_classes=_CLASSES,
    url_schemes=set(),
    filter_style_properties=set(_STYLES),
    link_rel=None,
)


def clean(page: str, picture: str = "picture") -> str | None:
    """The body of a page, harmless; None where it is too large or too deep to be drawn at all.

    `picture` is the word for a picture that is not shown. Bidi controls come out as marks.
    """
    measured, _ = measure(page)
    if measured is None:
        return None
    base = pages.read(measured).base
    seen = _SEEING.clean(measured)
    return _STRICT.clean(_TURNS.sub(_mark, _worded(seen, base, picture)))


def _mark(found: re.Match[str]) -> str:
    return marked(found[0])


def _worded(seen: str, base: str, picture: str) -> str:
    """Links and pictures as words. What comes out is cleaned again, so no slip here is a hole."""
    open_links: list[str] = []
    known: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        if found[0].startswith("<img"):
            told = unescape(found[2] or "").strip()[:200]
            words = f"{picture}: {told}" if told else picture
            return f'<span class="comity-picture">[{escape(words)}]</span>'
        if found[0] != "</a>":
            open_links.append(unescape(found[1] or "").strip())
            return '<span class="comity-link">'
        target = open_links.pop() if open_links else ""
        if not target or target.startswith("#"):
            return "</span>"
        if target not in known:
            known[target] = _target(target, base) if len(known) < links.MAX_LINKS else "…"
        return f' <span class="comity-target">[→ {known[target]}]</span></span>'

    return _LINK.sub(replaced, seen)


def _target(written: str, base: str) -> str:
    return escape(defanged(links.read(written, base=base).url, MAX_TARGET))


def defanged(url: str, most: int = 2_000) -> str:
    """A link that nobody can follow by mistake: hxxps://bad[.]example/x. Marks are made visible."""
    shown = marked(url)
    shown = shown if len(shown) <= most else shown[: most - 1] + "…"
    scheme, colon, rest = shown.partition(":")
    if not colon or "." in scheme:
        return shown.replace(".", "[.]").replace("@", "[@]")
    slashes = rest[: len(rest) - len(rest.lstrip("/\\"))]
    host, slash, path = rest[len(slashes) :].partition("/")
    host = host.replace(".", "[.]").replace("@", "[@]")
    return f"{scheme.replace('tt', 'xx', 1)}:{slashes}{host}{slash}{path}"


def text_page(text: str) -> str:
    """A plain text as HTML for the same frame, cut where nobody reads on."""
    cut = text if len(text) <= MAX_PLAIN else text[:MAX_PLAIN] + "…"
    return f"<pre>{escape(_TURNS.sub(_mark, cut.replace(chr(0), '')))}</pre>"
