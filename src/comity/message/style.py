# SPDX-License-Identifier: Apache-2.0
"""Which CSS hides text from a reader (CSS 2.2, CSS Color 4; the part that mail clients obey).

Knows declarations and simple selectors (`td`, `.x`, `#x`, `td.x`), not the whole cascade. Where it
cannot know, nothing is called hidden: media queries are left out, and an element that a complex
selector may give a background counts as having an unknown one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_STYLE = 4_000  # characters of one style attribute, ours
MAX_SHEET = 200_000  # characters of all style elements of a mail, ours
MAX_RULES = 4_000  # ours
MAX_REMEMBERED = 300  # characters of a style kept for the next time, ours
MAX_REMEMBERED_SHEET = 30_000  # characters, ours
MAX_SHADE = 16  # of 255 per channel, ours: #f0f0f0 on white is not read (contrast 1.14)

MAX_SPECK = 2.0  # pixels, ours: a box no wider or no higher shows no letter

UNKNOWN = -1  # a colour that cannot be told
BLACK, WHITE, LINK_BLUE = 0x000000, 0xFFFFFF, 0x0000EE  # what browsers begin with

_NAMED = {
    "white": WHITE,
    "black": BLACK,
    "snow": 0xFFFAFA,
    "ivory": 0xFFFFF0,
    "ghostwhite": 0xF8F8FF,
    "whitesmoke": 0xF5F5F5,
    "floralwhite": 0xFFFAF0,
    "mintcream": 0xF5FFFA,
    "azure": 0xF0FFFF,
    "red": 0xFF0000,
    "green": 0x008000,
    "blue": 0x0000FF,
    "yellow": 0xFFFF00,
    "navy": 0x000080,
    "gray": 0x808080,
    "grey": 0x808080,
    "silver": 0xC0C0C0,
    "lightgray": 0xD3D3D3,
    "lightgrey": 0xD3D3D3,
    "orange": 0xFFA500,
    "maroon": 0x800000,
    "purple": 0x800080,
    "teal": 0x008080,
}


@dataclass(frozen=True, slots=True)
class Style:
    """What declarations say about being seen. None: they do not say."""

    gone: bool | None = None  # not drawn at all, children included
    invisible: bool | None = None  # visibility, which a child can undo
    tiny: bool | None = None  # font of at most one pixel
    color: int | None = None  # 0xRRGGBB or UNKNOWN
    back: int | None = None

    def under(self, later: "Style") -> "Style":
        """This style with `later` on top."""
        if later is PLAIN:
            return self
        if self is PLAIN:
            return later
        return Style(
            self.gone if later.gone is None else later.gone,
            self.invisible if later.invisible is None else later.invisible,
            self.tiny if later.tiny is None else later.tiny,
            self.color if later.color is None else later.color,
            self.back if later.back is None else later.back,
        )


PLAIN = Style()

_TELLING = re.compile(
    r"color|background|display|visib|opacity|font|overflow|indent|position|transform|clip"
)
# Properties that can take a text out of a box, and all that are read. "mso-hide" is none: it is
# how pages keep a part from Outlook that all others show.
_HIDING = frozenset(
    "display opacity overflow overflow-x overflow-y text-indent position transform"
    " clip-path".split()
)
_READ = _HIDING | frozenset(
    "color background background-color background-image visibility font font-size left top clip "
    "max-height height max-width width".split()
)
_SIZE = re.compile(
    r"(?<![\w.#-])(\d{1,6}+(?:\.\d{0,6}+)?|\.\d{1,6}+)(px|pt|em|rem|ex|%|vw|vh|mm|cm|in)?+(?![\w.])"
)
_CLIPPED = re.compile(r"rect\((?:[\s,]*+[01](?:px)?){4}\s*+\)")
_FAR = re.compile(r"-\d{3,}")
_HEX = re.compile(r"#([\da-f]{8}|[\da-f]{6}|[\da-f]{3,4})(?![\da-f])")
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*(?:[,/]\s*([\d.]{1,8})(%?)\s*)?\)"
)


def declared(css: str) -> Style:
    """Read the value of a style attribute, or the inside of a rule."""
    return _remembered(css) if len(css) <= MAX_REMEMBERED else _declared(css)


def _declared(css: str) -> Style:
    lowered = css[:MAX_STYLE].lower()
    if not _TELLING.search(lowered):
        return PLAIN
    if "/*" in lowered:
        lowered = _COMMENT.sub("", lowered)
    got: dict[str, str] = {}
    for declaration in lowered.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in _READ:
            got[name] = value.strip()
    if not got:
        return PLAIN
    style = Style(
        None if _HIDING.isdisjoint(got) else _gone(got),
        _invisible(got.get("visibility")),
        _tiny(got),
        colour(got["color"]) if "color" in got else None,
        _background(got),
    )
    return PLAIN if style == PLAIN else style  # callers ask by identity


_remembered = lru_cache(maxsize=4_096)(_declared)


def _gone(got: dict[str, str]) -> bool | None:
    display = got.get("display")
    if display is not None and display.startswith("none"):
        return True
    if _at_most(got.get("opacity"), 0.1):
        return True
    clipped = got.get("overflow") or got.get("overflow-x") or got.get("overflow-y") or ""
    if clipped.startswith(("hidden", "clip")) and any(
        _at_most(got.get(side), MAX_SPECK)
        for side in ("max-height", "height", "max-width", "width")
    ):
        return True
    if _FAR.search(got.get("text-indent", "")):
        return True
    if got.get("position", "").startswith(("absolute", "fixed")) and (
        _FAR.search(got.get("left", ""))
        or _FAR.search(got.get("top", ""))
        or _CLIPPED.match(got.get("clip", ""))
    ):
        return True
    if got.get("clip-path", "").startswith(("inset(100%", "inset(50%", "circle(0")):
        return True
    if "scale(0)" in got.get("transform", ""):
        return True
    return False if display is not None else None


def _at_most(value: str | None, most: float) -> bool:
    if value is None:
        return False
    size = _SIZE.match(value)
    return size is not None and float(size[1]) <= most and size[2] in (None, "px", "pt")


def _invisible(value: str | None) -> bool | None:
    return None if value is None else value.startswith(("hidden", "collapse"))


def _tiny(got: dict[str, str]) -> bool | None:
    value = got.get("font-size")
    if value is None:
        short = got.get("font")  # "font: 0/0 a": the first length is the size
        if short is None:
            return None
        size = _SIZE.search(short.partition("/")[0])
        if size is None or not (size[2] or size[1] == "0"):
            return None
    else:
        size = _SIZE.match(value.strip())
        if size is None:
            return False if value.strip()[:1].isalpha() else None
    number, unit = float(size[1]), size[2] or "px"
    if unit in ("em", "rem", "ex"):
        return number <= 0.1
    if unit == "%":
        return number <= 10
    if unit in ("px", "pt"):
        return number <= 1
    return number == 0


def _background(got: dict[str, str]) -> int | None:
    value = got.get("background-color")
    if value is None:
        value = got.get("background")
    picture = got.get("background-image") or got.get("background") or ""
    if "url(" in picture or "gradient" in picture:
        return UNKNOWN
    if value is None or value.startswith(("transparent", "none", "inherit", "initial", "unset")):
        return None
    return colour(value) if value.strip() else None


def colour(value: str) -> int | None:
    """0xRRGGBB; UNKNOWN where it cannot be told; None where it is see-through."""
    return _remembered_colour(value) if len(value) <= MAX_REMEMBERED else _colour(value)


def _colour(value: str) -> int | None:
    value = value.strip().lower()
    found = _HEX.search(value)
    if found:
        digits = found[1]
        if len(digits) <= 4:
            digits = "".join(2 * digit for digit in digits)
        if len(digits) == 8 and digits[6:] == "00":
            return None
        return int(digits[:6], 16)
    rgb = _RGB.search(value)
    if rgb:
        if (
            rgb[4]
            and rgb[4].strip(".").replace(".", "", 1).isdigit()
            and float(rgb[4].strip(".")) == 0
        ):
            return None
        red, green, blue = (min(int(part), 255) for part in rgb.group(1, 2, 3))
        return red << 16 | green << 8 | blue
    if value.startswith("transparent"):
        return None
    word = value.split(None, 1)[0].rstrip("!") if value else ""
    return _NAMED.get(word, UNKNOWN)


_remembered_colour = lru_cache(maxsize=2_048)(_colour)


def attribute_colour(value: str) -> int | None:
    """A `bgcolor` or `color` attribute: HTML also takes hex digits without `#`."""
    value = value.strip().lower()
    if re.fullmatch(r"[\da-f]{6}|[\da-f]{3}", value):
        value = "#" + value
    return colour(value) if value else None


def alike(one: int, other: int) -> bool:
    """Whether text of one colour cannot be read on the other."""
    if one == UNKNOWN or other == UNKNOWN:
        return False
    return (
        abs((one & 255) - (other & 255)) <= MAX_SHADE
        and abs((one >> 8 & 255) - (other >> 8 & 255)) <= MAX_SHADE
        and abs((one >> 16) - (other >> 16)) <= MAX_SHADE
    )


_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)")
_MARK = re.compile(r"[@{};]")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*+)?(?:[.#][\w-]++)?", re.IGNORECASE)
_COMBINATOR = re.compile(r"[\s>+~]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The style elements of one mail: what each simple selector declares."""

    rules: dict[str, Style]

    def of(self, tag: str, classes: str, ident: str) -> Style:
        """What the sheet says of an element, inline style not counted."""
        style = self.rules.get(tag, PLAIN)
        for key in (f".{name}" for name in classes.split()[:20]):
            for selector in (key, tag + key):
                rule = self.rules.get(selector)
                if rule is not None:
                    style = style.under(rule)
        if ident:
            for selector in (f"#{ident}", f"{tag}#{ident}"):
                rule = self.rules.get(selector)
                if rule is not None:
                    style = style.under(rule)
        return style


NO_SHEET = Sheet({})


def sheet(css: str) -> Sheet:
    """Read style elements. Rules inside @media and kin are left out: a phone's rules."""
    return _remembered_sheet(css) if len(css) <= MAX_REMEMBERED_SHEET else _sheet(css)


def _sheet(css: str) -> Sheet:
    if not _TELLING.search(css):
        return NO_SHEET
    css = _top_level(_COMMENT.sub(" ", css[:MAX_SHEET].replace("<!--", " ").replace("-->", " ")))
    rules: dict[str, Style] = {}
    for rule in css.split("}", MAX_RULES)[:MAX_RULES]:
        selectors, _, body = rule.partition("{")
        style = declared(body.strip())
        if style is PLAIN:
            continue
        for selector in selectors.split(",")[:50]:
            _add(rules, selector.strip(), style)
    return Sheet(rules)


_remembered_sheet = lru_cache(maxsize=64)(_sheet)


def _add(rules: dict[str, Style], selector: str, style: Style) -> None:
    if not selector or len(selector) > 200:
        return
    if _SIMPLE.fullmatch(selector):
        key = selector if selector[0] in ".#" else _tag_lower(selector)
        rules[key] = rules.get(key, PLAIN).under(style)
    elif style.back is not None and ":" not in selector:
        last = _COMBINATOR.split(selector)[-1]
        if last and _SIMPLE.fullmatch(last):
            key = last if last[0] in ".#" else _tag_lower(last)
            rules[key] = rules.get(key, PLAIN).under(Style(back=UNKNOWN))


def _tag_lower(selector: str) -> str:
    for mark in ".#":
        if mark in selector:
            tag, _, rest = selector.partition(mark)
            return f"{tag.lower()}{mark}{rest}"
    return selector.lower()


def _top_level(css: str) -> str:
    """`css` without its at-rules, nested braces included."""
    if "@" not in css:
        return css
    out: list[str] = []
    at = depth = 0
    inside = False  # an at-rule
    for mark in _MARK.finditer(css):
        char = mark[0]
        if not inside:
            if char == "@":
                out.append(css[at : mark.start()])
                inside, depth = True, 0
            continue
        depth += (char == "{") - (char == "}")
        if depth <= 0 and char in ";}":
            inside, at = False, mark.end()
    if not inside:
        out.append(css[at:])
    return "".join(out)
