# SPDX-License-Identifier: Apache-2.0
"""Draws what a node knows: statistics, the list of campaigns, one campaign."""

from collections import Counter
from datetime import date
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.cli.render import LABEL_STYLE, console, defanged, shown
from comity.service.fsck import Checked

BAR = 30  # columns of the longest bar
MOST = 12  # rows of a list
TITLES = {
    "labels": "Categories",
    "countries": "Countries of origin",
    "networks": "Networks of origin",
    "forms": "Forms of report",
}


def checked(name: str, found: Checked) -> None:
    """What `fsck` found in the log of this name."""
    click.echo(f"{name}: {found.records:,} records, {found.checked_bytes:,} bytes checked.")
    for damage in found.damaged:
        click.echo(f"DAMAGED {damage.segment} at byte {damage.offset:,}: {damage.problem}")
    for left in found.set_aside:
        click.echo(f"set aside, half of a write without a receipt: {left}")
    if found.checkpoint and found.damaged:
        click.echo(
            f"{name}: the last checkpoint that holds is of {found.checkpoint.size:,} leaves."
        )
    elif found.checkpoint:
        click.echo(f"{name}: {found.checkpoint.size:,} leaves, signed; every one accounted for.")
    elif found.records:
        click.echo(f"{name}: no signed checkpoint holds.")


def stats(found: dict[str, Any]) -> None:
    """Counts with bars; the same numbers as in `--json`."""
    out = console()
    out.print(
        f"{found['reportings']:,} times something was reported: {found['reports']:,} different "
        f"reports with {found['mails']:,} mails in them."
    )
    out.print(f"{found['campaigns']:,} campaigns hold {found['in_campaigns']:,} mails.")
    if found["parked"]:
        out.print(f"{found['parked']:,} reports could not be read: comity reanalyse tries again.")
    for key in ("labels", "countries", "networks", "forms"):
        _bars(key, found[key])


def _bars(key: str, counts: dict[str, int]) -> None:
    if not counts:
        return
    out = console()
    most = max(counts.values())
    out.print(Text(f"\n{TITLES[key]}", style="bold"))
    for name, count in list(counts.items())[:MOST]:
        bar = "█" * max(1, round(BAR * count / most))
        row = Text(f"  {shown(name, 34):<35}{count:>9,}  ")
        row.append(bar, LABEL_STYLE.get(name, "cyan"))
        out.print(row)
    if len(counts) > MOST:
        out.print(Text(f"  … {len(counts) - MOST} more in --json", style="dim"))


def campaigns(found: list[dict[str, Any]]) -> None:
    """One row a campaign, the largest first."""
    out = console()
    if not found:
        out.print("No campaign yet: a campaign needs two mails that share two kinds of evidence.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("campaign", no_wrap=True)
    for name in ("mails", "reports", "origins"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("from", no_wrap=True, min_width=10)
    table.add_column("days", justify="right", no_wrap=True)
    table.add_column("countries", no_wrap=True, overflow="ellipsis")  # last: it gives way
    for one in found:
        label = next(iter(one["labels"]), "undetermined")
        table.add_row(
            one["id"],
            f"{one['size']:,}",
            f"{one['reportings']:,}",
            f"{one['addresses']:,}",
            Text(label, style=LABEL_STYLE.get(label, "")),
            (one["first_date"] or "no date")[:10],
            _length(one["first_date"], one["last_date"]),
            _listed(one["countries"], 5),
        )
    out.print(table)
    out.print(Text("\nNext: comity campaign ID, or comity campaign ID --html FILE", style="dim"))


def _listed(counts: dict[str, int], most: int) -> str:
    names = [f"{name} {count}" for name, count in list(counts.items())[:most]]
    return ", ".join(names) + (" …" if len(counts) > most else "")


def _length(first: str | None, last: str | None) -> str:
    if not first or not last:
        return "–"
    days = date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])
    return f"{days.days + 1:,}"


def _days(first: str | None, last: str | None) -> str:
    if not first or not last:
        return "undetermined"
    return first[:10] if first[:10] == last[:10] else f"{first[:10]} to {last[:10]}"


def campaign(found: dict[str, Any]) -> None:
    """What it is, from where, why its mails belong together, and which they are."""
    out = console()
    mails = found["mails"]
    out.print(Text(f"Campaign {found['id']}", style="bold"))
    out.print(
        f"{found['size']:,} mails, reported {found['reportings']:,} times, dated "
        f"{_days(found['first_date'], found['last_date'])} by those who sent them"
    )
    for key in ("labels", "countries", "networks"):
        _bars(key, found[key])
    out.print(Text("\nWhy they belong together", style="bold"))
    for sentence, count in _sentences(found["links"])[:MOST]:
        out.print(Text(f"  {count:>6,} ×  {shown(sentence, 160)}"))
    if found["related"]:
        out.print(Text(f"\nMay be the same actor, {found['actor']}: it shares", style="bold"))
        for other in found["related"][:MOST]:
            out.print(Text(f"  with {other['campaign']}: {'; '.join(other['why'])}"))
    _hosts(out, mails)
    _mails(out, mails)
    name = found["id"]
    out.print(Text(f"\nNext: comity campaign {name} --html campaign.html", style="dim"))


def _hosts(out: Console, mails: list[dict[str, Any]]) -> None:
    hosts = Counter(
        host
        for mail in mails
        for host in {link["host"] for link in (mail["message"] or {}).get("links", [])}
        if host
    )
    if hosts:
        out.print(Text("\nWhere their links lead, never open them", style="bold"))
    for host, count in sorted(hosts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]:
        out.print(Text(f"  {count:>6,} ×  {defanged(host)}"))
    if len(hosts) > MOST:
        out.print(Text(f"  … {len(hosts) - MOST:,} more in --json", style="dim"))


def _mails(out: Console, mails: list[dict[str, Any]]) -> None:
    out.print(Text("\nMails", style="bold"))
    for mail in mails[:MOST]:
        origin = mail["trace"]["origin"] or {}
        subject = mail["message"]["subject"] if mail["message"] else ""
        row = Text(f"  {mail['sha256'][:12]}  {origin.get('ip') or 'undetermined':<16} ")
        row.append(f"{origin.get('country') or '–':<3} ").append(shown(subject, 70))
        out.print(row, no_wrap=True, overflow="ellipsis")
    if len(mails) > MOST:
        out.print(Text(f"  … {len(mails) - MOST:,} more in --json", style="dim"))


def _sentences(links: list[dict[str, Any]]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for link in links:
        for sentence in link["why"]:
            counts[sentence] = counts.get(sentence, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
