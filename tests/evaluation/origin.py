# SPDX-License-Identifier: Apache-2.0
"""How often the origin is right on real mail whose edge is known from headers we take away.

Run: python tests/evaluation/origin.py DEV_TSV DEV_FOLDER. For each mail with a known edge the
headers that hold the answer are removed, then the same mail is also put behind two relays of the
recipient's own, and attacked with invented lines. Prints a table; writes nothing.
"""

import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from comity.mime.part import Field
from comity.mime.split import read_header
from comity.trace.addresses import NoAddressData
from comity.trace.find import find
from comity.trace.trace import Confidence, Trace
from comity.trace.trust import Trust
from comity.values.address import PRODUCTION, address

# Headers in which the recipient's service wrote the answer (data/README of the development mail).
# The inner hosts of the service most of the mail was caught at, as a trust file would give them.
OUTLOOK = """[
 {"by": ["*.outlook.com", "*.office365.com", "*.exchangelabs.com"],
  "relays": ["2603:1000::/24", "2a01:111:f400::/48", "2a01:111:f403::/48"]},
 {"by": ["mx.google.com", "2002:a*", "*.protonmail.ch"], "relays": []}
]"""

ANSWERS = frozenset(
    """
    x-sender-ip authentication-results arc-authentication-results received-spf x-originating-ip
    x-forefront-antispam-report x-forefront-antispam-report-untrusted
    x-ms-exchange-organization-originalclientipaddress x-ms-exchange-organization-senderip
    x-ms-exchange-organization-connectingip x-ms-exchange-crosstenant-originalattributedtenant-ip
    x-originating-client-ip x-sid-pra x-ms-exchange-crosstenant-id
    """.split()
)

# Given for the mail that its owner's relay passed on or fetched (data/README).
FOFF = """[
 {"by": ["juliett.*", "hotel.*"],
  "relays": ["23.95.222.152", "67.195.0.0/16", "74.6.160.0/24"]},
 {"by": ["*.yahoo.com", "10.0.0.0/8"], "relays": []}
]"""


@dataclass(frozen=True)
class Case:
    source: str
    digest: str
    edge: str
    fields: tuple[Field, ...]


def cases(table: Path, folder: Path) -> Iterator[Case]:
    with table.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            if not row["edge_ip"]:
                continue
            raw = (folder / row["source"] / f"{row['sha256']}.eml").read_bytes()
            fields, _, _ = read_header(raw)
            kept = tuple(field for field in fields if field.key not in ANSWERS)
            yield Case(row["source"], row["sha256"], row["edge_ip"], kept)


def line(value: str) -> Field:
    return Field("Received", "received", value, 0, 0)


def _date(fields: tuple[Field, ...]) -> str:
    for field in fields:
        if field.key == "received" and ";" in field.value:
            return field.value.rpartition(";")[2].strip()
    return "Mon, 24 Nov 2025 10:00:00 +0000"


def relays_on_top(
    fields: tuple[Field, ...], host: str, first: str, second: str, form: str = "postfix"
) -> tuple[Field, ...]:
    """Two relays of the recipient: mx1 took it from `second`, relay took it from mx1."""
    when = _date(fields)
    mx, store = f"mx1.{host}", f"relay.{host}"
    if form == "exchange":
        top = (
            f"from {mx} ({first}) by {store} (10.1.1.9) with Microsoft SMTP Server id 15.2; {when}"
        )
        low = (
            f"from gw.{host} ({second}) by {mx} (10.1.1.8) with Microsoft SMTP Server id 15.2;"
            f" {when}"
        )
    elif form == "exim":
        top = f"from {mx} ([{first}]) by {store} with esmtps (Exim 4.97) id 1abc-0001-2x; {when}"
        low = f"from gw.{host} ([{second}] helo=x) by {mx} with esmtp (Exim 4.97) id 1abd-2; {when}"
    else:
        top = f"from {mx} ({mx} [{first}]) by {store} (Postfix) with ESMTPS id A1; {when}"
        low = f"from gw.{host} (gw.{host} [{second}]) by {mx} (Postfix) with ESMTP id B2; {when}"
    return (line(top), line(low), *fields)


def hops_below(fields: tuple[Field, ...], writer: str, seed: str) -> tuple[Field, ...]:
    """Five invented lines under the true ones; the first says that `writer` took it."""
    chance = random.Random(seed)
    received = [index for index, field in enumerate(fields) if field.key == "received"]
    at = received[-1] + 1 if received else 0
    when = _date(fields)

    def public() -> str:
        first = chance.choice((5, 31, 77, 91, 185))
        return f"{first}.{chance.randint(1, 250)}.1.{chance.randint(2, 250)}"

    lines = []
    by = writer
    for number in range(5):
        peer = f"mail{number}.bank-of-example.com"
        lines.append(
            line(
                f"from {peer} ({peer} [{public()}]) by {by} (Postfix) with ESMTPS id C{number};"
                f" {when}"
            )
        )
        by = peer
    return (*fields[:at], *lines, *fields[at:])


Change = Callable[[Case], tuple[Field, ...]]
Variant = tuple[Change, Trust]


def variants(source: str) -> dict[str, Variant]:
    base = Trust.providers()
    if source == "foff":
        base = base | Trust.read_json(FOFF)
    doc = ("recipient.example", "192.0.2.17", "198.51.100.23")
    real = ("rcpt-agency.com", "81.2.69.145", "81.2.69.146")
    both = lambda case, relays, form="postfix": relays_on_top(case.fields, *relays, form)  # noqa: E731
    out: dict[str, Variant] = {
        "plain": (lambda case: case.fields, base),
        "5 below": (lambda case: hops_below(case.fields, "mail.other.com", case.digest), base),
        "below names own": (
            lambda case: hops_below(case.fields, "mx1.rcpt-agency.com", case.digest),
            base.with_relay("rcpt-agency.com"),
        ),
        "top doc, none given": (lambda case: both(case, doc), base),
        "top real, none given": (lambda case: both(case, real), base),
    }
    for form in ("postfix", "exim", "exchange"):
        out |= {
            f"top doc {form}, cidr": (
                lambda case, form=form: both(case, doc, form),
                base.with_relay("192.0.2.0/24").with_relay("198.51.100.0/24"),
            ),
            f"top doc {form}, host": (
                lambda case, form=form: both(case, doc, form),
                base.with_relay("recipient.example"),
            ),
            f"top real {form}, cidr": (
                lambda case, form=form: both(case, real, form),
                base.with_relay("81.2.69.144/28"),
            ),
            f"top real {form}, host": (
                lambda case, form=form: both(case, real, form),
                base.with_relay("rcpt-agency.com"),
            ),
            f"top real {form}, both + 5 below own": (
                lambda case, form=form: hops_below(
                    both(case, real, form), "mx1.rcpt-agency.com", case.digest
                ),
                base.with_relay("81.2.69.144/28").with_relay("rcpt-agency.com"),
            ),
        }
    out["top real, file"] = (
        lambda case: both(case, real),
        base | Trust.read_json('[{"by": ["*.rcpt-agency.com"], "relays": ["81.2.69.144/28"]}]'),
    )
    if source == "foff":
        out["nothing given"] = (lambda case: case.fields, Trust.providers())
        out["no provider data"] = (lambda case: case.fields, Trust.read_json(FOFF))
    else:
        out["no provider data"] = (lambda case: case.fields, Trust())
        out["no provider data, file"] = (lambda case: case.fields, Trust.read_json(OUTLOOK))
    return out


def evaluate(table: Path, folder: Path, show: int = 0) -> dict[tuple[str, str], Counter[str]]:
    """Counts per (source, variant): "right", "all", and "<confidence> right|all"."""
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    nothing = NoAddressData()
    by_source: dict[str, list[Case]] = defaultdict(list)
    for case in cases(table, folder):
        by_source[case.source].append(case)
    for source, group in sorted(by_source.items()):
        for name, (change, trust) in variants(source).items():
            counts = found[source, name]
            shown = 0
            for case in group:
                trace = find(change(case), trust, nothing, PRODUCTION)
                right = _is(trace, case.edge)
                for key in ("", f"{trace.confidence} "):
                    counts[f"{key}all"] += 1
                    counts[f"{key}right"] += right
                if not right and shown < show:
                    shown += 1
                    print(
                        f"  wrong: {source} {name} {case.digest[:8]} {case.edge} != "
                        f"{trace.origin and trace.origin.ip} {trace.confidence} "
                        f"{[reason.code for reason in trace.reasons]}"
                    )
    return found


def _is(trace: Trace, edge: str) -> bool:
    return trace.origin is not None and trace.origin.ip == address(edge)


def table_of(found: dict[tuple[str, str], Counter[str]]) -> str:
    head = (
        f"{'source':14}{'variant':40}{'mails':>6}{'right':>8}  right of high | medium | low; none"
    )
    rows = [head]
    for (source, name), counts in found.items():
        levels = " | ".join(
            f"{counts[f'{level} right']}/{counts[f'{level} all']}"
            for level in (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)
        )
        share = counts["right"] / counts["all"]
        rows.append(
            f"{source:14}{name:40}{counts['all']:>6}{share:>8.4f}  {levels}; {counts['none all']}"
        )
    return "\n".join(rows)


def unread_share(folder: Path) -> list[tuple[str, int, int, int]]:
    """(source, Received lines, unparsed, without a peer though it names one) for all mail."""
    from comity.trace.hop import read

    rows = []
    for source in sorted(path for path in folder.iterdir() if path.is_dir()):
        lines = unparsed = peerless = 0
        for path in source.glob("*.eml"):
            fields, _, _ = read_header(path.read_bytes())
            for field in fields:
                if field.key == "received":
                    hop = read(field.value)
                    lines += 1
                    unparsed += not hop.readable
                    peerless += bool(hop.from_name) and hop.from_ip is None
        rows.append((source.name, lines, unparsed, peerless))
    return rows


def main(arguments: list[str]) -> int:
    table, folder = Path(arguments[0]), Path(arguments[1])
    show = int(arguments[2]) if len(arguments) > 2 else 0
    print(table_of(evaluate(table, folder, show)))
    print("\nsource            lines  unparsed  names a peer without address")
    for source, lines, unparsed, peerless in unread_share(folder):
        print(f"{source:16}{lines:>7}{unparsed:>10}{peerless:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
