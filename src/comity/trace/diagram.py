# SPDX-License-Identifier: Apache-2.0
"""Draws the way of a mail as SVG text, newest on top, and gives the rows of the same content.

Reads the keys of a printed trace (docs/reference/json.md), so that an old analysis can be drawn.
Classes only, no style: the sheet of the page colours it, and without a sheet the shapes still tell.
Decides nothing, and never raises on content.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

from comity.message.show import marked
from comity.trace.trace import Standing

MAX_DRAWN = 40  # hops, ours: a page of paper; the table lists them all
WIDTH, ROW, EDGE = 400, 66, 34  # units of the drawing; ROW is one hop, EDGE the trust boundary
_LINE, _TEXT = 16, 36  # where the line of the way and where its words stand, from the left
_WIDE = 56  # characters in a row of words, at 12 units of height
_HATCH = "comity-hatch"


@dataclass(frozen=True, slots=True)
class Row:
    """One hop as it is shown. Text of the mail is not escaped here, but its marks are visible."""

    index: int
    by: str  # "" where unknown, as in the next two
    from_: str
    address: str
    time: datetime | None
    delay_seconds: (
        int | None
    )  # since the hop below; None for the lowest and where a time is lacking
    standing: Standing
    reasons: tuple[str, ...]


def length(delay: int) -> str:
    """A length of time, as two units at most: "2 h 5 min"; a clock that ran back is below zero."""
    sign, left = ("−", -delay) if delay < 0 else ("", delay)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and not left):
            break
    return sign + " ".join(parts)


@dataclass(frozen=True, slots=True)
class Words:
    """All that the drawing says, for other languages. {…} are filled in."""

    title: str = "The way of the mail, newest on top"
    desc: str = "{hops} lines, {vouched} of them vouched for. Trust ends below line {boundary}."
    nothing_vouched: str = "{hops} lines. None was written by a host we trust."
    boundary: str = "Trust ends here: below it, only claims"
    unknown: str = "unknown host"
    no_time: str = "no time"
    took_from: str = "from {peer}"
    nobody: str = "nobody named"
    more: str = "{count} more lines stand in the table"
    standing: Mapping[Standing, str] = field(
        default_factory=lambda: {one: one.value for one in Standing}
    )
    length: Callable[[int], str] = length  # of a delay in seconds


def rows(hops: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """The hops of a printed trace, newest first, as they are shown."""
    times = [_time(hop.get("time")) for hop in hops]
    found = []
    for number, hop in enumerate(hops):
        after = times[number + 1] if number + 1 < len(times) else None
        now = times[number]
        delay = int((now - after).total_seconds()) if now and after else None
        found.append(
            Row(
                number,
                _shown(hop.get("by")),
                _shown(hop.get("from_host") or hop.get("from_name")),
                _shown(hop.get("from_ip")),
                now,
                delay,
                _standing(hop.get("standing")),
                tuple(_shown(one.get("text")) for one in hop.get("reasons") or ()),
            )
        )
    return tuple(found)


def _shown(value: object) -> str:
    return marked(str(value))[:300] if value else ""


def _time(text: object) -> datetime | None:
    """Printed times are in UTC; one without a zone is taken to be, too."""
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _standing(text: object) -> Standing:
    try:
        return Standing(str(text))
    except ValueError:
        return Standing.UNPARSED


def draw(found: Sequence[Row], boundary: int | None, words: Words | None = None) -> str:
    """The SVG element; "" where there is no hop. `boundary`: index of the last vouched hop."""
    if not found:
        return ""
    words = words or Words()
    drawn = found[:MAX_DRAWN]
    out: list[str] = []
    at = 4
    if boundary is None:
        out.append(_edge(at, words))
        at += EDGE
    for row in drawn:
        out.append(_hop(row, at, words))
        at += ROW
        if row.index == boundary:
            out.append(_edge(at, words))
            at += EDGE
    if len(found) > len(drawn):
        told = words.more.format(count=len(found) - len(drawn))
        out.append(_words(at + 16, told, "hop-small"))
        at += 26
    return (
        f'<svg class="hops" viewBox="0 0 {WIDTH} {at + 4}" role="img" '
        f'aria-labelledby="hops-title hops-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="hops-title">{escape(words.title)}</title>'
        f'<desc id="hops-desc">{escape(_told(found, boundary, words))}</desc>'
        f'<defs><pattern id="{_HATCH}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6" '
        f'stroke-width="3"/></pattern></defs>{"".join(out)}</svg>'
    )


def _told(found: Sequence[Row], boundary: int | None, words: Words) -> str:
    if boundary is None:
        return words.nothing_vouched.format(hops=len(found))
    vouched = sum(row.standing is Standing.VOUCHED for row in found)
    return words.desc.format(hops=len(found), vouched=vouched, boundary=boundary + 1)


def _hop(row: Row, top: int, words: Words) -> str:
    """A piece of the way with its words. Solid, dashed, hatched; an unread line is a thin dash."""
    address = f"[{row.address}]" if row.address else ""
    # The address is never cut: it counts more than a name that anybody can choose.
    name = _cut(row.from_, _WIDE - len(words.took_from) - len(address))
    peer = f"{name} {address}".strip() or words.nobody
    when = f"{row.time:%Y-%m-%d %H:%M:%S}" if row.time else words.no_time
    if row.delay_seconds is not None:
        when += " · " + ("+" if row.delay_seconds >= 0 else "") + words.length(row.delay_seconds)
    when += " · " + words.standing[row.standing]
    dashes = {
        Standing.CLAIMED: ' stroke-dasharray="7 5"',
        Standing.UNPARSED: ' stroke-dasharray="2 6"',
    }
    if row.standing is Standing.FORGED:
        way = (
            f'<rect class="way forged" x="{_LINE - 6}" y="{top}" width="12" height="{ROW}" '
            f'fill="url(#{_HATCH})"/>'
        )
    else:
        way = (
            f'<line class="way {row.standing.value}" x1="{_LINE}" y1="{top}" x2="{_LINE}" '
            f'y2="{top + ROW}" stroke-width="3"{dashes.get(row.standing, "")}/>'
        )
    return (
        f'<g class="hop {row.standing.value}">{way}'
        f'<circle class="stop {row.standing.value}" cx="{_LINE}" cy="{top + 16}" r="6"/>'
        f"{_words(top + 20, row.by or words.unknown, 'hop-by')}"
        f"{_words(top + 37, words.took_from.format(peer=peer), 'hop-from')}"
        f"{_words(top + 53, when, 'hop-small')}</g>"
    )


def _edge(top: int, words: Words) -> str:
    y = top + 8
    return (
        f'<g class="boundary"><line class="edge" x1="0" y1="{y}" x2="{WIDTH}" y2="{y}" '
        f'stroke-width="5"/>{_words(y + 18, words.boundary, "hop-edge")}</g>'
    )


def _words(y: int, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{_TEXT}" y="{y}">{escape(_cut(text, _WIDE))}</text>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(0, most - 1)] + "…"
