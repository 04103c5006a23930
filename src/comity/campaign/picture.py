# SPDX-License-Identifier: Apache-2.0
"""One campaign as one HTML file: when, from where, why it belongs together, which mails.

The page has no script and loads nothing. All that comes from mail is escaped, control and
direction marks are made visible, and addresses are written so that no program makes them links.
It decides nothing.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from itertools import combinations
from typing import TypeVar

from comity.campaign import charts
from comity.campaign.campaign import Campaign, Family, LinkProof
from comity.campaign.places import name as country_name

MAX_MEMBERS = 200  # rows of the table of members; ours
MAX_LINKS = 60
MAX_SUBJECTS = 12
MAX_NETWORKS = 15
MAX_TEXT = 160  # characters shown of one value

FAMILY_WORDS = {
    Family.TEXT: "text",
    Family.HTML: "HTML form",
    Family.URL: "links",
    Family.ATTACHMENT: "attachment",
    Family.SENDER_TEMPLATE: "sending program",
    Family.INFRASTRUCTURE: "infrastructure",
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What is shown of one mail."""

    digest: str
    time: datetime | None  # when the recipient's side took it; None where nothing vouches for it
    subject: str = ""
    sender: str = ""  # as claimed in From
    origin: str | None = None  # address
    asn: int | None = None
    network: str | None = None
    country: str | None = None
    hosts: tuple[str, ...] = ()  # that its links lead to
    label: str | None = None
    language: str | None = None


def print_campaign_html(
    campaign: Campaign,
    members: Sequence[MemberFacts],
    *,
    made_at: datetime | None = None,
    versions: Sequence[str] = (),
) -> str:
    """The whole page. `made_at` and `versions` are printed as given; nothing is looked up."""
    members = [replace(member, time=_utc(member.time)) for member in members]
    members.sort(key=lambda m: (m.time is None, _seconds(m.time), m.digest))
    sections = (
        _summary(campaign, members),
        _over_time(members),
        _from_where(members),
        _why(campaign),
        _shared_hosts(members),
        _subjects(members),
        _members(members, len(campaign.members)),
    )
    made_at = _utc(made_at)
    made = f"Made {made_at:%Y-%m-%d %H:%M} UTC. " if made_at else ""
    foot = made + " · ".join(_shown(version) for version in versions)
    title = f"Campaign {_shown(campaign.id)}"
    return _PAGE.format(title=title, style=_STYLE, body="".join(sections), foot=foot)


def _utc(time: datetime | None) -> datetime | None:
    """The time in UTC; None for one that UTC cannot hold (31 December 9999 west of Greenwich)."""
    if time is None:
        return None
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return None


def _seconds(time: datetime | None) -> float:
    return time.timestamp() if time else 0.0


def visible(text: str) -> str:
    """Control, direction and private-use marks as [U+202E]; long texts cut with "…"."""
    cut = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(
        f"[U+{ord(char):04X}]" if unicodedata.category(char)[0] == "C" else char for char in cut
    )


def _shown(text: str) -> str:
    return escape(visible(text))


def defanged(text: str) -> str:
    """An address of mail or web that no program takes for a link: hxxps://bad[.]example."""
    return (
        text.replace("://", "[://]")
        .replace("http", "hxxp")
        .replace("HTTP", "hxxp")
        .replace("@", "[@]")
        .replace(".", "[.]")
    )


def _code(text: str | None) -> str:
    return f"<code>{_shown(defanged(text))}</code>" if text else "–"


def _summary(campaign: Campaign, members: Sequence[MemberFacts]) -> str:
    times = [m.time for m in members if m.time]
    networks = {m.asn or m.network for m in members} - {None}
    countries = {m.country for m in members} - {None}
    boxes = [
        ("mails", f"{len(campaign.members):,}"),
        ("networks", f"{len(networks):,}" if networks else "not known"),
        ("countries", f"{len(countries):,}" if countries else "not known"),
        ("first", f"{min(times):%Y-%m-%d}" if times else "not known"),
        ("last", f"{max(times):%Y-%m-%d}" if times else "not known"),
    ]
    labels = Counter(m.label for m in members if m.label)
    if labels:
        label, count = min(labels.items(), key=lambda item: (-item[1], item[0]))
        boxes.append(("mostly", f"{_shown(label)} ({count})"))
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in boxes)
    return f'<dl class="sum">{cells}</dl>'


def _over_time(members: Sequence[MemberFacts]) -> str:
    step, found = charts.bars([m.time for m in members if m.time])
    unknown = sum(m.time is None for m in members)
    note = f"<p>{unknown} without a time that is vouched for.</p>" if unknown else ""
    if not found:
        return f"<section><h2>Over time</h2>{note}</section>"
    rows = [(f"{start:%Y-%m-%d %H:%M}", f"{count}") for start, count in found if count]
    table = _table(("from (UTC)", "mails"), rows, numbers={1})
    return (
        f"<section><h2>Over time</h2><figure>{charts.histogram(found, step)}"
        f"<figcaption>One bar is one {step}, in UTC.</figcaption></figure>{note}"
        f"{_details('The same as a table', table)}</section>"
    )


def _from_where(members: Sequence[MemberFacts]) -> str:
    countries = Counter(m.country for m in members if m.country)
    networks = Counter(
        (m.asn, m.network or "", m.country or "") for m in members if m.asn or m.network
    )
    addresses = Counter(m.origin for m in members if m.origin)
    if not (countries or networks or addresses):
        return (
            "<section><h2>Networks and countries</h2>"
            "<p>No origin is known for these mails, or no address data was given.</p></section>"
        )
    rows = [(_shown(country_name(c)), _shown(c), f"{n:,}") for c, n in _most(countries)]
    nets = [
        (f"AS{asn}" if asn else "–", _shown(net) or "–", _shown(country) or "–", f"{n:,}")
        for (asn, net, country), n in _most(networks)[:MAX_NETWORKS]
    ]
    hosts = [(_code(ip), f"{n:,}") for ip, n in _most(addresses)[:20]]
    told = "<p>No address data was given, so their networks and countries are not known.</p>"
    if countries or networks:
        picture = f"<figure>{charts.world(dict(countries))}</figure>" if countries else ""
        told = (
            "<p>Where the hosts are registered that handed the mails over. "
            "That need not be where the people are who wrote them.</p>"
            f'{picture}<div class="two">'
            f"{_table(('country', 'code', 'mails'), rows, numbers={2})}"
            f"{_table(('network', 'name', 'country', 'mails'), nets, numbers={3})}</div>"
        )
    listed = _details("Addresses", _table(("address", "mails"), hosts, numbers={1}))
    return f"<section><h2>Networks and countries</h2>{told}{listed if hosts else ''}</section>"


def _most(counts: "Counter[T]") -> list[tuple[T, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _why(campaign: Campaign) -> str:
    if not campaign.links:
        return ""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    words: Counter[str] = Counter()
    for link in campaign.links:
        names = [_family(family) for family in Family if family in link.families]
        single.update(names)
        pairs.update(combinations(names, 2))
        words.update({_plain(why) for why in link.why})
    names = [FAMILY_WORDS[family] for family in Family if single[FAMILY_WORDS[family]]]
    total = len(campaign.links)
    rows = [(_shown(text[:1].upper() + text[1:]), f"{n} of {total}") for text, n in _most(words)]
    shown = sorted(campaign.links, key=lambda link: (link.strength, link.a, link.b))[:MAX_LINKS]
    return (
        "<section><h2>Why these mails belong together</h2>"
        "<p>A mail is in when a text, subject or form it shares with another agrees with a second, "
        "independent kind of evidence. These are the links that hold the campaign together; "
        "the number behind a kind says in how many of them it agrees.</p>"
        f"<figure>{charts.ring(names, dict(single), dict(pairs))}</figure>"
        f"{_table(('what agrees', 'links'), rows, numbers={1})}"
        f"{_details('The weakest links, one by one', _link_table(shown))}</section>"
    )


def _family(family: Family) -> str:
    return FAMILY_WORDS[family]


def _plain(why: str) -> str:
    """A sentence without its figures, so that like ones are counted together."""
    head, _, _ = why.partition(" (")
    return head


def _link_table(links: Sequence[LinkProof]) -> str:
    rows = [
        (
            f"<code>{_shown(link.a[:12])}</code>",
            f"<code>{_shown(link.b[:12])}</code>",
            f"{link.strength:.2f}",
            _shown("; ".join(link.why)[:400]),
        )
        for link in links
    ]
    return _table(("mail", "mail", "strength", "why"), rows, numbers={2})


def _shared_hosts(members: Sequence[MemberFacts]) -> str:
    hosts = Counter(host for m in members for host in set(m.hosts))
    if not hosts:
        return ""
    rows = [(_code(host), f"{n:,}") for host, n in _most(hosts)[:30]]
    return (
        "<section><h2>Where the links lead</h2>"
        "<p>Written so that they cannot be followed. Do not open them.</p>"
        f"{_table(('host', 'mails'), rows, numbers={1})}</section>"
    )


def _subjects(members: Sequence[MemberFacts]) -> str:
    counts = Counter(m.subject for m in members if m.subject)
    if not counts:
        return ""
    chosen = _most(counts)[:MAX_SUBJECTS]
    seen = Counter(word for text, _ in chosen for word in set(text.casefold().split()))
    rows = [(marked(text, seen, len(chosen)), f"{n:,}") for text, n in chosen]
    return (
        f"<section><h2>Subjects</h2><p>{len(counts):,} different; words that vary are marked.</p>"
        f"{_table(('subject', 'mails'), rows, numbers={1})}</section>"
    )


def marked(text: str, seen: "Counter[str]", total: int) -> str:
    """The text with each word marked that fewer than half of the samples have."""
    out = []
    for word in visible(text).split():
        safe = escape(word)
        rare = total > 1 and seen[word.casefold()] * 2 < total
        out.append(f"<mark>{safe}</mark>" if rare else safe)
    return " ".join(out)


def _members(members: Sequence[MemberFacts], total: int) -> str:
    rows = [
        (
            f"{m.time:%Y-%m-%d %H:%M}" if m.time else "–",
            _shown(m.subject) or "–",
            _code(m.sender),
            f'<span class="w">{_code(m.origin)}</span>',
            _shown(m.country or "–"),
            f'<span class="w"><code>{_shown(m.digest[:12])}</code></span>',
        )
        for m in members[:MAX_MEMBERS]
    ]
    less = f" The first {len(rows)} are shown." if total > len(rows) else ""
    heads = ("time (UTC)", "subject", "From, as claimed", "origin", "country", "SHA-256")
    return f"<section><h2>Members</h2><p>{total:,} mails.{less}</p>{_table(heads, rows)}</section>"


def _details(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>"


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: frozenset[int] | set[int] = frozenset(),
) -> str:
    """A table that scrolls by itself. Cells are HTML already."""

    def cells(row: Sequence[str]) -> str:
        return "".join(
            f'<td class="n">{cell}</td>' if at in numbers else f"<td>{cell}</td>"
            for at, cell in enumerate(row)
        )

    head = "".join(
        f'<th scope="col"{" class=n" if at in numbers else ""}>{name}</th>'
        for at, name in enumerate(heads)
    )
    body = "".join(f"<tr>{cells(row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


_STYLE = """
:root{color-scheme:light dark;--ink:#1b2430;--soft:#566273;--paper:#fff;
--card:#f5f7fa;--line:#d5dce5;--accent:#1f5fae;--land:#dfe5ec;--sea:#f5f7fa;--mark:#ffe9a8}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#9fabbb;--paper:#12171e;--card:#1a212a;
--line:#303a47;--accent:#7db2f5;--land:#2d3744;--sea:#171d25;--mark:#5c4a12}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:.2rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .4rem}
section{margin:0 0 2rem}
p{margin:.2rem 0 .8rem;color:var(--soft);max-width:44rem}
.sum{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 2rem}
.sum div{background:var(--card);border:1px solid var(--line);border-radius:.4rem;
padding:.4rem .8rem;flex:1 1 6.5rem}
dt{font-size:.8rem;color:var(--soft)}
dd{margin:0;font-size:1.15rem;font-weight:600;white-space:nowrap}
figure{margin:0 0 .8rem}figcaption{font-size:.85rem;color:var(--soft)}
svg{display:block;width:100%;max-width:46rem;height:auto}
svg text{font:11px system-ui,sans-serif;fill:var(--ink)}
svg text.on{font-weight:700;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.grid{stroke:var(--line);stroke-width:1}.bar{fill:var(--accent)}
.sea{fill:var(--sea)}.land{fill:var(--land);stroke:var(--land);stroke-linejoin:round}
.dot{fill:var(--accent);fill-opacity:.55;stroke:var(--accent)}
.tie{stroke:var(--accent);stroke-opacity:.45}.node{fill:var(--accent)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1rem;
align-items:start}
.scroll{overflow-x:auto;margin:0 0 .8rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);
vertical-align:top}
th{color:var(--soft);font-weight:600;white-space:nowrap}
.w{white-space:nowrap}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
mark{background:var(--mark);color:inherit;border-radius:.2rem;padding:0 .1em}
summary{cursor:pointer;color:var(--accent)}
footer{border-top:1px solid var(--line);padding-top:.6rem;font-size:.85rem;color:var(--soft)}
@media(max-width:30rem){svg text{font-size:13px}}
@media print{body{max-width:none;font-size:11pt}details{display:block}section{break-inside:auto}
figure,tr{break-inside:avoid}.scroll{overflow:visible}}
"""

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body><main><h1>{title}</h1>{body}</main><footer>{foot}</footer></body></html>
"""
