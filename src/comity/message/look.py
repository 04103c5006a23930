# SPDX-License-Identifier: Apache-2.0
"""How the text inside an element would be drawn, from what its attributes and CSS say.

A look is a small tuple, made once and shared: pages have the same few dozen. What CSS means is
`style`; who is inside whom is `html`.
"""

from functools import lru_cache

from comity.message.style import (
    BLACK,
    LINK_BLUE,
    MAX_REMEMBERED,
    PLAIN,
    UNKNOWN,
    WHITE,
    Style,
    alike,
    attribute_colour,
    declared,
)

# Attributes that can change how text is drawn.
DRAWN = frozenset("bgcolor background color hidden href size".split())
# How text would be drawn here: (gone, invisible, tiny, colour, background, so: unseen).
Look = tuple[bool, bool, bool, int, int, bool]


@lru_cache(maxsize=4_096)  # mails have the same few dozen looks
def look_of(gone: bool, invisible: bool, tiny: bool, color: int, back: int) -> Look:
    unseen = gone or invisible or tiny or alike(color, back)
    return gone, invisible, tiny, color, back, unseen


DEFAULT = look_of(False, False, False, BLACK, WHITE)


def by_attributes(tag: str, attrs: dict[str, str | None], look: Look) -> Look:
    """How text is drawn inside an element, by its attributes alone."""
    gone, invisible, tiny, color, back, _ = look
    if tag == "a" and "href" in attrs:
        color = LINK_BLUE
    if "hidden" in attrs:
        gone = True
    if attrs.get("background"):
        back = UNKNOWN
    shade = attrs.get("bgcolor")
    if shade:
        asked = attribute_colour(shade)
        back = back if asked is None else asked
    if tag == "font":
        shade = attrs.get("color")
        if shade:
            asked = attribute_colour(shade)
            color = color if asked is None else asked
        if attrs.get("size"):
            tiny = False
    return look_of(gone, invisible, tiny, color, back)


def by_css(said: Style, look: Look) -> Look:
    """How text is drawn inside an element, after what CSS said of it."""
    if said is PLAIN:
        return look
    gone, invisible, tiny, color, back, _ = look
    return look_of(
        gone or said.gone is True,
        invisible if said.invisible is None else said.invisible,
        tiny if said.tiny is None else said.tiny,
        color if said.color is None else said.color,
        back if said.back is None else said.back,
    )


def by_style(css: str, look: Look) -> Look:
    """The same by a style attribute."""
    return _remembered(css, look) if len(css) <= MAX_REMEMBERED else by_css(declared(css), look)


@lru_cache(maxsize=8_192)  # pages of one maker share their styles
def _remembered(css: str, look: Look) -> Look:
    return by_css(declared(css), look)
