# SPDX-License-Identifier: Apache-2.0
"""`comity demo`: narrates `bootstrap.demo`, then shows what a newcomer can try."""

import shutil
from pathlib import Path

import click
from rich.text import Text

from comity.bootstrap.demo import Demo
from comity.bootstrap.pool import jobs_or_all
from comity.cli import render, render_node
from comity.cli.node import jobs_option, json_option, put
from comity.cli.progress import Progress
from comity.values.errors import WrongUse

MARK = "demo.json"  # a folder that holds it was made by the demo, and may be made anew


@click.command()
@click.option("--mails", type=click.IntRange(10), default=600, show_default=True)
@click.option("--seed", type=int, default=2005, show_default=True, help="Another world.")
@click.option("--dir", "folder", default="var/demo", show_default=True, help="Made anew.")
@click.option("--no-wait", is_flag=True, hidden=True, help="The demo always ends by itself.")
@jobs_option
@json_option
def demo(
    mails: int, seed: int, folder: str, no_wait: bool, jobs: int | None, as_json: bool
) -> None:
    """A simulated world, from citizens' reports to campaigns, on this machine.

    \b
    Example:
      comity demo
      comity demo --mails 5000 --seed 7
    """
    where = _fresh(Path(folder))
    with Progress("done") as progress:
        run = Demo(where, seed=seed, mails=mails, jobs=jobs_or_all(jobs), progress=progress.reached)
        for number, step in enumerate(run.run(), 1):
            progress.stop()
            if as_json:
                put({"step": step.name, **step.figures})
                continue
            out = render.console()
            out.print()
            render.hanging(out, Text(f"{number}. ", "bold cyan"), Text(step.told))
            if step.name == "campaigns":
                render_node.campaigns(run.largest())
    if not as_json:
        _next(run)


def _fresh(folder: Path) -> Path:
    """An empty folder; one that an earlier demo made is taken away first."""
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise WrongUse(f"{folder} is not empty", "Name another folder: comity demo --dir DIR")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("{}\n", encoding="utf-8")
    return folder


def _next(run: Demo) -> None:
    node = run.folder / "node"
    name = run.shown_campaign() or "ID"
    here = Path(".venv/bin/comity")  # where `make demo` puts it
    comity = str(here) if here.exists() else "comity"
    out = render.console()
    out.print(Text("\nLook around:", style="bold"))
    for words in (f"campaign {name}", "stats", "fsck"):
        out.print(Text(f"  {comity} {words} --node {node}"))
    out.print(Text(f"  {comity} analyse YOUR-MAIL.eml"))
