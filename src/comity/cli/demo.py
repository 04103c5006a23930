# SPDX-License-Identifier: Apache-2.0
"""`comity demo`: narrates `bootstrap.demo`, then shows what a newcomer can try."""

import os
import shutil
import sys
from importlib.util import find_spec
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
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Of the console that stays open.",
)
@click.option("--no-wait", is_flag=True, help="End by itself; leave no console open.")
@jobs_option
@json_option
def demo(
    mails: int,
    seed: int,
    folder: str,
    port: int,
    no_wait: bool,
    jobs: int | None,
    as_json: bool,
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
        if not no_wait and sys.stdin.isatty() and sys.stdout.isatty():
            _console(run, port)


def _console(run: Demo, port: int) -> None:
    """Leave the console open on the simulated world, until Ctrl-C.

    In a process of its own: Django is told once a process what it is, and this one only asked the
    index.
    """
    if find_spec("waitress") is None:
        return  # an installation without the console: the lines above say what else there is
    node = str(run.node.folder)
    command = [sys.executable, "-m", "comity", "serve", "--demo", "--node", node]
    os.execv(sys.executable, [*command, "--port", str(port)])  # noqa: S606


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
    for words in (f"campaign {name}", "stats", "fsck", "up"):
        out.print(Text(f"  {comity} {words} --node {node}"))
    out.print(Text(f"  {comity} analyse YOUR-MAIL.eml"))
