# SPDX-License-Identifier: Apache-2.0
"""Draws results for people on a terminal: rows, one mail with its hop diagram.

Reads the same JSON object that `--json` prints, so both always say the same. All text of a mail
passes `shown`: no control character of a mail reaches the terminal, no link is live.
"""

import sys
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.message.show import marked

WIDE = 110  # columns used when the output is no terminal
MOST_LINKS = 12
MOST_CLAIMS = 12
LABEL_STYLE = {
    "phishing": "bold red",
    "fraud": "red",
    "malware": "bold magenta",
    "commercial": "yellow",
    "non-commercial": "green",
    "other": "cyan",
    "undetermined": "dim",
}
STANDING = {  # solid = vouched, dashed = claimed, hatched = forged: shape first, colour adds
    "vouched": ("━━━", "green"),
    "claimed": ("╌╌╌", "dim"),
    "forged": ("╳╳╳", "red"),
    "unparsed": ("? ?", "dim"),
}

GRADES = {  # in words, as `report.form.Grade` tells them
    "A": "the mail as received",
    "B": "the mail, wrapped on its way here",
    "C": "forwarded in the text: its header is lost",
    "D": "text or picture only",
}


def console() -> Console:
    """Standard output; without colour and of a fixed width where it is no terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=WIDE, color_system=None, force_terminal=False)


def shown(text: object, most: int = 200) -> str:
    """Text of a mail, safe to print: marks made visible, cut to a length."""
    whole = marked(str(text if text is not None else ""))
    return whole if len(whole) <= most else whole[: most - 1] + "…"


def hanging(out: Console, mark: Text, text: Text) -> None:
    """Text behind a mark; the lines that follow begin below the text, not below the mark."""
    rows = text.wrap(out, max(20, out.width - mark.cell_len), overflow="fold")
    for number, row in enumerate(rows):
        row.rstrip()
        out.print((mark if number == 0 else Text(" " * mark.cell_len)) + row)


def defanged(url: str, most: int = 120) -> str:
    """A link nobody can click by mistake: hxxps://bad[.]example/x."""
    scheme, separator, rest = shown(url, most).partition("://")
    if not separator:
        return scheme.replace(".", "[.]").replace("@", "[@]")
    host, slash, path = rest.partition("/")
    return scheme.replace("tt", "xx", 1) + "://" + host.replace(".", "[.]") + slash + path


class Rows:
    """One line a mail, printed as they come: columns have fixed widths, fewer on a narrow screen.

    Address and category are never cut short while the subject has room; how the network is called
    is the first thing to go.
    """

    ROOMY = 100  # columns of a screen that has room for the network's name

    def __init__(self, campaigns: bool) -> None:
        self._console = console()
        self._labels: Counter[str] = Counter()
        self._campaigns: set[str] = set()
        width = self._console.width
        roomy = width >= self.ROOMY
        self._columns = {"file": 18 if roomy else 13, "origin": 16, "": 2}
        if roomy:
            self._columns["network"] = 18
        self._columns |= {"sure": 6, "what": 14}
        if campaigns:
            self._columns["campaign"] = 8
        used = sum(size + 1 for size in self._columns.values())
        self._columns["subject"] = max(12, width - used - 1)
        self._print({name: name for name in self._columns}, "bold", "bold")

    def add(self, line: dict[str, Any]) -> None:
        trace = line["trace"]
        origin = trace["origin"] or {}
        subject = line["message"]["subject"] if line["message"] else line["error"]["text"]
        label = line["category"]["label"] if line["message"] else "not a mail"
        self._labels[label] += 1
        if line["campaign"]:
            self._campaigns.add(line["campaign"])
        cells = {
            "file": tail(line["path"], self._columns["file"]),
            "origin": origin.get("ip") or "undetermined",
            "": origin.get("country") or "–",
            "network": origin.get("network") or "–",
            "sure": trace["confidence"],
            "what": label,
            "campaign": (line["campaign"] or "–")[:8],
            "subject": subject,
        }
        self._print(cells, LABEL_STYLE.get(label, ""))

    def close(self) -> None:
        """The sum below the rows, and what can be asked next."""
        counts = ", ".join(f"{count:,} {label}" for label, count in self._labels.most_common())
        told = f"\n{self._labels.total():,} mails: {counts}."
        if "campaign" in self._columns:
            told += f" {len(self._campaigns):,} campaigns."
        self._console.print(Text(told, style="bold"))
        self._console.print(Text("One mail whole, with its reasons: comity analyse FILE", "dim"))

    def _print(self, cells: dict[str, str], what: str, all_of_it: str = "") -> None:
        row = Text()
        for name, size in self._columns.items():
            text = Text(shown(cells[name], 400), style=what if name == "what" else all_of_it)
            text.truncate(size, overflow="ellipsis", pad=True)
            row.append_text(text).append(" ")
        row.rstrip()
        self._console.print(row, no_wrap=True, overflow="crop", soft_wrap=False)


def tail(path: str, size: int) -> str:
    """The end of a path, which tells more than its beginning; safe to print."""
    path = shown(path, 400)
    return path if len(path) <= size else "…" + path[-(size - 1) :]


def mail(line: dict[str, Any]) -> None:
    """One mail: what it is and why, where it came from, its links and attachments.

    Of an input that holds no mail there is nothing to draw: why, is told on standard error.
    """
    if line["message"] is None:
        return
    out = console()
    _head(out, line)
    _report(out, line["report"])
    _category(out, line)
    _origin(out, line["trace"])
    _hops(out, line["trace"])
    _links(out, line["message"])
    _attachments(out, line["message"])
    _defects(out, line)
    versions = ", ".join(f"{name} {value}" for name, value in line["versions"].items())
    out.print(Text(f"\nMade with {versions}", style="dim"))


def _head(out: Console, line: dict[str, Any]) -> None:
    found = line["message"]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")  # a digest or a path is shown whole, on two lines if it must
    for name, value in (
        ("Report", shown(line["path"])),
        ("Form", f"{line['form']}, grade {line['grade']}: {GRADES[line['grade']]}"),
        ("SHA-256", line["sha256"]),
        ("From", found["from"] or "undetermined"),
        ("Reply-To", ", ".join(found["reply_to"])),
        ("Subject", found["subject"]),
        ("Date", found["date"] or "undetermined"),
        ("Language", found["language"] or "undetermined"),
        ("Campaign", line["campaign"] or ""),
    ):
        if value:
            grid.add_row(name, Text(shown(value)))
    out.print(grid)


def _report(out: Console, report: dict[str, Any]) -> None:
    """Whose report it is and what it claims; of a mail that was handed in bare, nothing."""
    carrier = report["carrier"] or {}
    told = {
        "reporter": report["reporter"],
        "at": report["reported_at"],
        "sent from": " ".join(str(carrier[key]) for key in ("ip", "country") if carrier.get(key)),
        **report["claims"],
    }
    told = {name: value for name, value in told.items() if value}
    if not told:
        return
    out.print(Text("\nWhat the report says of itself and of the mail: claims", style="bold"))
    for name, value in list(told.items())[:MOST_CLAIMS]:
        safe = shown(value, 160).replace("http", "hxxp")
        hanging(out, Text("  "), Text(f"{shown(name, 40)}: ", "dim").append(safe, "default"))
    if len(told) > MOST_CLAIMS:
        out.print(Text("  … the rest is in --json", style="dim"))


def _category(out: Console, line: dict[str, Any]) -> None:
    category = line["category"]
    title = Text("\nWhat it is: ", style="bold")
    title.append(category["label"], LABEL_STYLE.get(category["label"], ""))
    for extra in (category["subtype"], category["brand"] and f"imitates {category['brand']}"):
        if extra:
            title.append(f", {shown(extra)}", "")
    title.append(f"  ({category['confidence']:.0%} sure)", "dim")
    out.print(title)
    _reasons(out, category["reasons"])
    if line["zombie_origin"] != "undetermined":
        out.print(Text(f"Hijacked machine (zombie): {line['zombie_origin']}", style="bold"))
        _reasons(out, line["zombie_reasons"])


def _origin(out: Console, trace: dict[str, Any]) -> None:
    origin = trace["origin"]
    title = Text("\nWhere it came from: ", style="bold")
    if origin:
        title.append(origin["ip"], "bold cyan")
        known = [origin["network"], origin["asn"] and f"AS{origin['asn']}", origin["country"]]
        told = ", ".join(shown(one) for one in known if one)
        title.append(f"  {told or 'network and country not known'}", "")
        title.append(f"  ({origin['kind']}, {trace['confidence']} confidence)", "dim")
        if origin["client"]:
            title.append(
                f"\n  submitted by {origin['client']} {origin['client_country'] or ''}", ""
            )
    else:
        title.append("undetermined", "bold yellow")
    out.print(title)
    _reasons(out, trace["reasons"])


def _reasons(out: Console, reasons: list[dict[str, Any]]) -> None:
    for reason in reasons:
        text = Text(shown(reason["text"], 300)).append(f"  {reason['code']}", "dim")
        hanging(out, Text("  • "), text)


def _hops(out: Console, trace: dict[str, Any]) -> None:
    """Newest on top. Solid: vouched. Dashed: claimed. The bold rule is the trust boundary."""
    hops = trace["hops"]
    if not hops:
        return
    out.print(Text("\nThe way it took, newest first", style="bold"))
    width = min(out.width, WIDE)
    boundary = trace["boundary"]
    if boundary is None:
        out.print(Text("━" * 8 + " trust boundary: nothing below was written by a trusted host "))
    for hop in hops:
        mark, style = STANDING[hop["standing"]]
        row = Text(f"  {mark} ", style=style)
        row.append(shown(hop["by"] or "unknown host", 60), "bold")
        row.append(f"  {hop['standing']}", style)
        row.append(f"  {(hop['time'] or 'no time')[:19].replace('T', ' ')}", "dim")
        out.print(row)
        name = shown(hop["from_host"] or hop["from_name"] or "", 60)
        address = f"[{hop['from_ip']}]" if hop["from_ip"] else ""
        peer = f"{name} {address}".strip() or "nobody named"
        hanging(out, Text(f"  {mark[1]}   "), Text(f"took it from {peer}"))
        for reason in hop["reasons"][:3]:
            told = Text(shown(reason["text"], 200), "dim")
            hanging(out, Text(f"  {mark[1]}   ", "dim"), told)
        if hop["index"] == boundary:
            rule = "━" * 8 + " trust boundary: below it, only claims "
            out.print(Text(rule.ljust(width - 2, "━"), style="bold"))


def _links(out: Console, message: dict[str, Any]) -> None:
    links = message["links"]
    if not links:
        return
    out.print(Text(f"\nLinks ({len(links)}), never open them", style="bold"))
    seen: set[tuple[str, str]] = set()
    for link in links:
        key = (link["host"], link["shown"])
        if key in seen:
            continue
        seen.add(key)
        if len(seen) > MOST_LINKS:
            out.print(Text("  … the rest is in --json", style="dim"))
            break
        row = Text(defanged(link["url"]))
        if link["shown"]:
            row.append(f"  shown as “{shown(link['shown'], 60)}”", "dim")
        hanging(out, Text("  "), row)
        for reason in link["reasons"]:
            hanging(out, Text("      "), Text(shown(reason["text"]), "yellow"))


def _attachments(out: Console, message: dict[str, Any]) -> None:
    if message["attachments"]:
        out.print(Text("\nAttachments, never open them", style="bold"))
    for one in message["attachments"]:
        row = Text("  ").append(shown(one["name"] or "without a name"))
        row.append(f"  {shown(one['type'], 60)}, {one['size']:,} bytes")
        if one["hints"]:
            row.append(f"  {', '.join(one['hints'])}", "yellow")
        out.print(row)


def _defects(out: Console, line: dict[str, Any]) -> None:
    report = line["report"]["defects"] if line["report"] else []
    defects = report + line["message"]["defects"] + line["trace"]["defects"]
    if defects:
        out.print(Text("\nFaults found in the mail", style="bold"))
    for code in dict.fromkeys(one["code"] for one in defects):
        found = [one for one in defects if one["code"] == code]
        times = f" ({len(found)} times)" if len(found) > 1 else ""
        detail = shown(found[0]["detail"], 100)
        out.print(Text(f"  {code}{times}").append(f"  {detail}", "dim"))
