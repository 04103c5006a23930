# SPDX-License-Identifier: Apache-2.0
"""Verbs on a node: init, ingest, raw, fsck, reanalyse, stats. Each maps words to one use case."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from comity.bootstrap.node import Node, default_folder
from comity.cli import render, render_node
from comity.cli.progress import Progress
from comity.cli.say import say
from comity.evidence.receipt import Receipt
from comity.gateway.inputs import Source, find_sources
from comity.report.caps import CAPS
from comity.values.digest import digest
from comity.values.errors import InputOutput, WrongUse
from comity.values.json import print_json

RECEIPTS = 20  # shown to a person; --json prints all
PATH = 44  # characters of it, so that a receipt fits 80 columns

_SHORT_DIGEST = re.compile(r"[0-9a-fA-F]{8,63}")

node_option = click.option(
    "--node", "folder", metavar="DIR", help="The node's folder. Default: COMITY_HOME."
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line, nothing else."
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 256), help="Processes. Default: one per processor."
)


def put(value: object) -> None:
    """One JSON object as a line, out at once."""
    sys.stdout.buffer.write(print_json(value) + b"\n")
    sys.stdout.buffer.flush()


def some_failed(count: int, noun: str) -> None:
    """Exit code 1: done, but some inputs had errors, and each was named."""
    if count:
        say(f"{count} {noun} had errors, named above.")
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--country", required=True, metavar="XX", help="ISO 3166-1 code of the country.")
@node_option
@click.option("--trust", metavar="FILE", help="Whose Received lines are believed.")
@click.option(
    "--trusted-relay", "relays", multiple=True, metavar="CIDR|HOST", help="A relay of yours."
)
@click.option("--geo", multiple=True, metavar="MMDB", help="Address data. Repeatable.")
@click.option("--address-policy", hidden=True, default="production")
@json_option
def init(
    country: str,
    folder: str | None,
    trust: str | None,
    relays: tuple[str, ...],
    geo: tuple[str, ...],
    address_policy: str,
    as_json: bool,
) -> None:
    """Make a node: keys, settings, an empty vault.

    \b
    Example:
      comity init --country GB
      comity init --country KR --node /srv/comity --geo ipinfo_lite.mmdb
    """
    from comity.bootstrap.settings import Reading

    where = Path(folder) if folder else default_folder()
    reading = Reading(
        trust=str(Path(trust).absolute()) if trust else "",
        trusted_relays=relays,
        geo=tuple(str(Path(one).absolute()) for one in geo),
        address_policy=address_policy,
    )
    node = Node.create(where, country, reading=reading)
    if as_json:
        told = {"node": str(node.folder), "country": node.settings.country}
        put({**told, "log": node.verifier.print()})
        return
    click.echo(f"A node for {node.settings.country} is in {node.folder}")
    click.echo(f"Its log is signed as {node.verifier.print()}")
    click.echo("Next: comity ingest PATH…")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@node_option
@json_option
def ingest(paths: tuple[str, ...], folder: str | None, as_json: bool) -> None:
    """Take reports into the vault; a receipt each, once it is durable.

    The same bytes twice are kept once, and each reporting counts. Analysis comes after, with
    `comity campaigns`.

    \b
    Example:
      comity ingest ~/Mail/spam reports.zip
      cat mail.eml | comity ingest -
    """
    from comity.service.ingest import ingest as take_in

    node = Node.open(folder)
    failed: list[str] = []

    def refuse(path: str, why: str) -> None:
        failed.append(path)
        say(f"{path}: {why}")

    taken = twice = 0
    with Progress("reports safe", rows_appear=as_json) as progress:
        for receipt in take_in(_readable(paths, refuse), node, refused=refuse, noted=say):
            taken += 1
            twice += receipt.duplicate
            if as_json or taken > RECEIPTS + 1:  # before that receipts show how it goes
                progress.reached(taken)
            try:
                _put_receipt(receipt, taken, as_json)
            except BrokenPipeError as error:
                raise InputOutput(
                    "nobody reads the receipts any more; the reports that follow were not taken in",
                    "Run it again: what is known already is counted, not kept twice.",
                ) from error
    if not as_json:
        click.echo(f"{taken:,} reports are safe, {twice:,} of them known already.")
    some_failed(len(failed), "inputs")


def _put_receipt(receipt: Receipt, number: int, as_json: bool) -> None:
    if as_json:
        put(receipt.as_json())
    elif number <= RECEIPTS:
        known = "  again" if receipt.duplicate else ""
        path = render.tail(receipt.path, PATH)
        click.echo(f"{receipt.leaf:>8}  {receipt.digest[:16]}…  {path}{known}")
    elif number == RECEIPTS + 1:
        click.echo("      …  more receipts follow; --json prints each")


def _readable(
    paths: tuple[str, ...], refuse: Callable[[str, str], None]
) -> Iterator[tuple[str, bytes, str]]:
    for source in find_sources(paths):
        content = _content(source, refuse)
        if content is not None:
            yield source.name, content, "cli"


def _content(source: Source, refuse: Callable[[str, str], None]) -> bytes | None:
    if source.refused is not None:
        refuse(source.name, source.refused.detail)
        return None
    try:
        content = source.read()
    except OSError as error:
        refuse(source.name, error.strerror or str(error))
        return None
    if not content:
        refuse(source.name, "empty: there is nothing to keep")
        return None
    if len(content) > CAPS.report_bytes:  # it grew: what was read is not all of it
        refuse(source.name, f"more than {CAPS.report_bytes:,} bytes")
        return None
    return content


@click.command()
@click.argument("sha256")
@node_option
def raw(sha256: str, folder: str | None) -> None:
    """Write the exact bytes of one report to standard output.

    SHA256 may be shortened to eight digits or more, as long as it names one report.

    \b
    Example:
      comity raw 9f86d081884c7d65 > mail.eml
    """
    archive = Node.open(folder).archive
    if _SHORT_DIGEST.fullmatch(sha256):
        wanted = archive.named(sha256.lower())
    else:
        try:
            wanted = digest(sha256)
        except ValueError as error:
            raise WrongUse(str(error), "A receipt shows it as sha256.") from error
    sys.stdout.buffer.write(archive.read(wanted))
    sys.stdout.buffer.flush()


@click.command()
@node_option
@json_option
def fsck(folder: str | None, as_json: bool) -> None:
    """Check every stored byte, and both logs against their signed checkpoints.

    Reads the reports, and the journal of what people did in the console. Changes nothing. Exit
    code 1 if anything is damaged; each damage names its file and place.

    \b
    Example:
      comity fsck
      comity fsck --json | tail -1
    """
    from comity.service.fsck import fsck as check

    node = Node.open(folder)
    found = check(node)
    # Asking for the journal makes its folder; a node that never had a console has none.
    journal = check(node.journal) if (node.folder / "journal").is_dir() else None
    if as_json:
        put({**found.as_json(), "journal": journal.as_json() if journal else None})
    else:
        render_node.checked("Log", found)
        if journal:
            render_node.checked("Journal", journal)
    if found.damaged or (journal and journal.damaged):
        if not as_json:
            say("Bring it back from a backup: docs/how-to/backup.md. Nothing was changed.")
        raise click.exceptions.Exit(1)


@click.command()
@node_option
@jobs_option
@json_option
def reanalyse(folder: str | None, jobs: int | None, as_json: bool) -> None:
    """Analyse every report again from its raw bytes; old results are kept with their versions.

    \b
    Example:
      comity reanalyse
    """
    from comity.cli.reading import read_reports

    done = read_reports(Node.open(folder), jobs, everything=True)
    if as_json:
        put(done.as_json())
    else:
        click.echo(
            f"{done.mails:,} mails in {done.reports:,} reports, {done.campaigns:,} campaigns."
        )
        click.echo(f"{done.added:,} new results, {done.same:,} the same as before.")
        for changed in done.changed:
            click.echo(f"CHANGED with the same versions, which is a fault of Comity: {changed}")
    for parked in done.parked:
        say(f"could not be read: {parked}")
    for damage in done.damaged:
        say(f"damaged: {damage.segment} at byte {damage.offset:,}: {damage.problem}")
    some_failed(len(done.parked) + len(done.damaged), "reports")


@click.command()
@node_option
@jobs_option
@json_option
def stats(folder: str | None, jobs: int | None, as_json: bool) -> None:
    """Count reports by category, country and network.

    \b
    Example:
      comity stats --json | jq .countries
    """
    from comity.cli.reading import read_reports

    node = Node.open(folder)
    read_reports(node, jobs)
    found = node.questions.stats()
    if as_json:
        put(found)
    else:
        render_node.stats(found)
