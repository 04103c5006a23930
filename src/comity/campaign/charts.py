# SPDX-License-Identifier: Apache-2.0
"""Small SVG drawings for `campaign.picture`: a histogram, a map, a ring of families.

SVG 1.1, each with a title and a description for those who do not see it. Prints text escaped;
colours come from the page's style sheet, so that light, dark and print work.
"""

from datetime import UTC, datetime, timedelta
from html import escape
from math import cos, pi, sin, sqrt

from comity.campaign.places import land, places

WIDTH, HEIGHT = 440, 200  # user units; text of 11 stays readable on a narrow screen
_LEFT, _BOTTOM, _TOP = 34, 30, 12

_STEPS = (  # name, length: the finest that gives at most MAX_BARS bars
    ("hour", timedelta(hours=1)),
    ("six hours", timedelta(hours=6)),
    ("day", timedelta(days=1)),
    ("week", timedelta(days=7)),
    ("four weeks", timedelta(days=28)),
    ("year", timedelta(days=364)),
    ("decade", timedelta(days=3640)),
)
MAX_BARS = 60


def bars(times: list[datetime]) -> tuple[str, list[tuple[datetime, int]]]:
    """(length of a bar in words, start and count of each bar, empty ones included)."""
    if not times:
        return "day", []
    times = sorted(time.astimezone(UTC) for time in times)
    name, step = next(
        ((n, s) for n, s in _STEPS if (times[-1] - times[0]) / s < MAX_BARS - 1), _STEPS[-1]
    )
    origin = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weeks begin as people expect
    slots = [(time - origin) // step for time in times]
    first, last = slots[0], min(slots[-1], slots[0] + 400)
    counts = dict.fromkeys(range(first, last + 1), 0)
    for slot in slots:
        counts[min(slot, last)] += 1
    return name, [(origin + slot * step, count) for slot, count in counts.items()]


def histogram(found: list[tuple[datetime, int]], step: str) -> str:
    """Mails over time."""
    if not found:
        return ""
    most = max(count for _, count in found)
    width = (WIDTH - _LEFT - 6) / len(found)
    high = HEIGHT - _TOP - _BOTTOM
    out = [_open("Mails over time", _time_words(found, step), HEIGHT)]
    for value in sorted({0, (most + 1) // 2, most}):
        y = HEIGHT - _BOTTOM - high * value / most
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - 6}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
    for at, (start, count) in enumerate(found):
        if count:
            tall = max(high * count / most, 1.5)
            x, y = _LEFT + at * width, HEIGHT - _BOTTOM - tall
            out.append(
                f'<rect class="bar" x="{x + width * 0.08:.2f}" y="{y:.1f}"'
                f' width="{max(width * 0.84, 0.8):.2f}" height="{tall:.1f}">'
                f"<title>{_day(start, step)}: {count}</title></rect>"
            )
    shown = (0, len(found) - 1) if len(found) > 1 else (0,)
    for at in shown:
        anchor = "start" if at == 0 else "end"
        x = _LEFT if at == 0 else WIDTH - 6
        text = _day(found[at][0], step)
        out.append(f'<text x="{x}" y="{HEIGHT - 12}" text-anchor="{anchor}">{text}</text>')
    return "".join((*out, "</svg>"))


def _day(time: datetime, step: str) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if "hour" in step else f"{time:%Y-%m-%d}"


def _time_words(found: list[tuple[datetime, int]], step: str) -> str:
    start, most = max(found, key=lambda bar: bar[1])
    total = sum(count for _, count in found)
    return (
        f"{total} mails; length of a bar: {step}. The highest, from {_day(start, step)} UTC,"
        f" has {most}."
    )


_SOUTH, _NORTH = -58, 84


def world(counts: dict[str, int]) -> str:
    """Countries as circles on a map; the area of a circle grows with its count."""
    scale = WIDTH / 360
    height = (_NORTH - _SOUTH) * scale

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude + 180) * scale, (_NORTH - latitude) * scale

    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    words = ", ".join(f"{places()[c].name} {n}" for c, n in ordered if c in places())
    out = [_open("Countries the mails came from", f"Mails by country of origin: {words}.", height)]
    out.append(f'<rect class="sea" width="{WIDTH}" height="{height:.0f}"/>')
    for outline in land():
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in outline))
        out.append(f'<polygon class="land" points="{path}"/>')
    most = max(counts.values(), default=1)
    for code, count in ordered:
        place = places().get(code)
        if place is None:
            continue
        x, y = at(place.longitude, min(max(place.latitude, _SOUTH + 4), _NORTH - 4))
        radius = 3 + 13 * sqrt(count / most)
        out.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            f"<title>{escape(place.name)}: {count}</title></circle>"
        )
    for code, count in ordered[:5]:
        place = places().get(code)
        if place:
            x, y = at(place.longitude, place.latitude)
            label = f"{escape(code)} {count}"
            out.append(
                f'<text class="on" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{label}</text>'
            )
    return "".join((*out, "</svg>"))


def ring(names: list[str], single: dict[str, int], pairs: dict[tuple[str, str], int]) -> str:
    """Families of evidence on a ring; a line is as thick as the links in which both agree."""
    height, radius = 230, 76
    centre = (WIDTH / 2, height / 2)
    most = max(pairs.values(), default=1)
    words = "; ".join(f"{a} with {b}: {n}" for (a, b), n in sorted(pairs.items()))
    out = [_open("Families of evidence that agree", f"Links in which both agree: {words}.", height)]
    place = {}
    for at, name in enumerate(names):
        angle = 2 * pi * at / max(len(names), 1) - pi / 2
        place[name] = (centre[0] + radius * cos(angle), centre[1] + radius * sin(angle))
    for (a, b), count in sorted(pairs.items(), key=lambda item: item[1]):
        (x1, y1), (x2, y2) = place[a], place[b]
        out.append(
            f'<line class="tie" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            f' stroke-width="{1 + 7 * count / most:.1f}">'
            f"<title>{escape(a)} and {escape(b)}: {count} links</title></line>"
        )
    for name in names:
        x, y = place[name]
        out.append(f'<circle class="node" cx="{x:.1f}" cy="{y:.1f}" r="7"/>')
        text = f"{escape(name)} ({single.get(name, 0)})"
        aside = x - centre[0]
        anchor = "middle" if abs(aside) < 1 else "start" if aside > 0 else "end"
        if anchor == "middle":
            y += -13 if y < centre[1] else 21
        else:
            x += 12 if aside > 0 else -12
            y += 4
        out.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>')
    return "".join((*out, "</svg>"))


def _open(title: str, about: str, height: float) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(about)}</desc>"
    )
