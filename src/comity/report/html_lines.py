# SPDX-License-Identifier: Apache-2.0
"""HTML as lines of text, each with the place in the HTML where it ends.

Only so much as finding a forward's header block needs; the true reading of HTML is the message
room's. Linear time, never raises.
"""

import re
from html import unescape

MAX_HTML = 2_000_000  # characters looked at; ours

_TAG = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]{0,20000}>")
_ENDS = {
    name: re.compile(rf"</{name}[^<>]{{0,200}}>", re.IGNORECASE)
    for name in ("style", "script", "head", "title")
} | {"": re.compile("-->")}
_BREAKS = frozenset("br p div tr li table blockquote hr h1 h2 h3 h4 h5 h6 pre ul ol".split())


def lines(html: str, most: int) -> list[tuple[str, int]]:
    """At most `most` lines that hold text; blank ones are left out."""
    html = html[:MAX_HTML]
    found: list[tuple[str, int]] = []
    held: list[str] = []
    never: set[str] = set()  # ends that were looked for once and are not there
    at = 0
    for tag in _TAG.finditer(html):
        if tag.start() < at:
            continue  # inside something that was skipped
        held.append(html[at : tag.start()])
        at = tag.end()
        name = (tag[2] or "").lower()
        if not tag[1] and name in _ENDS and name not in never:
            end = _ENDS[name].search(html, at)
            if end is None:
                never.add(name)
            else:
                at = end.end()
        elif name in _BREAKS:
            _close(held, tag.start() if tag[1] else at, found)
            if len(found) >= most:
                return found
    held.append(html[at:])
    _close(held, len(html), found)
    return found


def _close(held: list[str], end: int, found: list[tuple[str, int]]) -> None:
    text = " ".join(unescape("".join(held)).split())
    held.clear()
    if text:
        found.append((text, end))
