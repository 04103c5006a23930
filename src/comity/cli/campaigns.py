# SPDX-License-Identifier: Apache-2.0
"""`comity campaigns` and `comity campaign ID`: what belongs together in a node."""

import re
from pathlib import Path

import click

from comity.bootstrap.node import Node
from comity.cli import render_node
from comity.cli.node import jobs_option, json_option, node_option, put
from comity.cli.reading import read_reports
from comity.cli.say import say
from comity.values.errors import InputOutput, WrongUse

_ID = re.compile(r"c-[0-9a-f]{1,64}|[0-9a-f]{64}")


@click.command()
@node_option
@jobs_option
@click.option("--limit", type=click.IntRange(1), help="Only the largest ones.")
@json_option
def campaigns(folder: str | None, jobs: int | None, limit: int | None, as_json: bool) -> None:
    """List the campaigns in the node, the largest first.

    Reports that came in since the last time are analysed before that.

    \b
    Example:
      comity campaigns
      comity campaigns --json --limit 10
    """
    node = Node.open(folder)
    read_reports(node, jobs)
    found = node.questions.campaigns(limit)
    if as_json:
        for one in found:
            put(one)
    else:
        render_node.campaigns(found)


@click.command()
@click.argument("wanted", metavar="ID")
@node_option
@jobs_option
@click.option("--html", "html", metavar="FILE", help="Write a self-contained picture there.")
@json_option
def campaign(
    wanted: str, folder: str | None, jobs: int | None, html: str | None, as_json: bool
) -> None:
    """Show one campaign: members, networks, why they belong together.

    ID as `comity campaigns` shows it; it may be shortened, or be the digest of a member.

    \b
    Example:
      comity campaign c-3fa1 --html campaign.html
    """
    if not _ID.fullmatch(wanted):
        raise WrongUse(f"{wanted[:80]!r} is no campaign id", "List them with: comity campaigns")
    node = Node.open(folder)
    read_reports(node, jobs)
    found = node.questions.campaign(wanted)
    if html is not None:
        from comity.service.picture import campaign_html

        try:
            Path(html).write_text(campaign_html(found, node.now()), encoding="utf-8")
        except OSError as error:
            raise InputOutput(f"{html}: {error.strerror}", "Name a file to write.") from error
        say(f"wrote {html}")
    if as_json:
        put(found)
    elif html is None:
        render_node.campaign(found)
