# SPDX-License-Identifier: Apache-2.0
"""`comity analyse`: maps words to `service`, prints. No node needed, nothing stored."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from comity.bootstrap.knowledge import POLICIES, knowledge
from comity.bootstrap.pool import analyse_all, jobs_or_all
from comity.cli.progress import Progress
from comity.cli.say import say
from comity.report.form import Form
from comity.service.ports import Analysed

FORMS = [form.value for form in Form if form is not Form.NOT_MAIL]


@dataclass(slots=True)
class _Count:
    mails: int = 0
    faulty: int = 0


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, nothing else.")
@click.option("--campaigns", is_flag=True, help="Second pass: say which campaign each belongs to.")
@click.option("--trust", metavar="FILE", help="JSON: hosts whose Received lines are believed.")
@click.option(
    "--trusted-relay",
    "relays",
    multiple=True,
    metavar="CIDR|HOST",
    help="A relay of yours: it is stepped over. Repeatable.",
)
@click.option("--no-provider-data", is_flag=True, help="Without what is known of big providers.")
@click.option("--geo", multiple=True, metavar="MMDB", help="Address data. Repeatable.")
@click.option("--dns", metavar="FILE", help="Archived DNS answers: DKIM is checked with them.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes. Default: one per processor.")
@click.option("--form", type=click.Choice(FORMS), help="How the reports came, if you know better.")
@click.option(
    "--address-policy",
    type=click.Choice(list(POLICIES)),
    default="production",
    show_default=True,
    help="demo: documentation ranges count as public.",
)
def analyse(
    paths: tuple[str, ...],
    as_json: bool,
    campaigns: bool,
    trust: str | None,
    relays: tuple[str, ...],
    no_provider_data: bool,
    geo: tuple[str, ...],
    dns: str | None,
    jobs: int | None,
    form: str | None,
    address_policy: str,
) -> None:
    """Say where mails came from, what they are and why.

    PATH is a mail, a folder, an mbox, a Maildir, an archive of these, a report (ARF, XARF, a
    forwarded mail, .msg, SMS record), or - for standard input.

    \b
    Example:
      comity analyse suspicious.eml
      comity analyse ~/Mail --campaigns --trusted-relay mx.example.org
      comity analyse reports.zip --json | jq .trace.origin
    """
    known = knowledge(
        trust=trust,
        trusted_relays=relays,
        provider_data=not no_provider_data,
        geo=geo,
        dns=dns,
        fingerprints=campaigns,
        policy=address_policy,
        form=Form(form) if form else None,
    )
    count = _Count()
    with Progress("mails read", rows_appear=not campaigns) as progress:
        found = analyse_all(paths, known, jobs_or_all(jobs))
        answers = progress.over(found)
        lines = _grouped(answers) if campaigns else (one.line for one in answers)
        if as_json:
            _print_json(lines, count)
        else:
            _print_table(lines, count, progress, campaigns)
    if count.faulty:
        say(f"{count.faulty} of {count.mails} inputs had errors.")
        raise click.exceptions.Exit(1)


def _grouped(answers: Iterator[Analysed]) -> Iterator[bytes]:
    from comity.service.grouping import Grouping  # late: only campaigns need it

    with Grouping() as grouping:
        for one in answers:
            grouping.add(one)
        yield from grouping.lines()


def _print_json(lines: Iterator[bytes], count: _Count) -> None:
    out = sys.stdout.buffer
    for line in lines:
        out.write(line + b"\n")
        out.flush()
        _tally(line, count)


def _tally(line: bytes, count: _Count) -> None:
    count.mails += 1
    if not line.endswith(b'"error":null}'):
        count.faulty += 1
        found: dict[str, Any] = json.loads(line)
        say(f"{found['path']}: {found['error']['text']}")


def _print_table(
    lines: Iterator[bytes], count: _Count, progress: Progress, campaigns: bool
) -> None:
    """One mail: everything. More: a row each."""
    from comity.cli import render  # late: --json needs no terminal

    first = next(lines, None)
    if first is None:
        say("nothing to analyse in what you named.")
        return
    second = next(lines, None)
    if second is None:
        _tally(first, count)
        progress.stop()
        render.mail(json.loads(first))
        return
    progress.stop()
    table = render.Rows(campaigns)
    for line in (first, second):
        _tally(line, count)
        table.add(json.loads(line))
    for line in lines:
        _tally(line, count)
        table.add(json.loads(line))
    table.close()
