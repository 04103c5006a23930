# SPDX-License-Identifier: Apache-2.0
"""`comity up`, `serve`, `worker`: the console in the browser, and what reads in the background."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import click

from comity.bootstrap.node import Node
from comity.bootstrap.pool import jobs_or_all
from comity.cli.node import jobs_option, json_option, node_option, put
from comity.cli.say import say
from comity.values.errors import WrongUse

NEEDED = ("allauth", "babel", "nh3", "ninja", "prometheus_client", "pyzipper", "waitress")
GRACE = 10.0  # seconds for the worker to end the batch in hand; ours


def _listening(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every verb that answers browsers."""
    for option in (
        json_option,
        click.option("--https", "secure", is_flag=True, help="A proxy in front speaks HTTPS."),
        click.option(
            "--host", default="localhost", show_default=True, help="Name people reach it by."
        ),
        click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True),
        click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen."),
        node_option,
    ):
        command = option(command)
    return command


@click.command()
@_listening
@jobs_option
def up(
    folder: str | None,
    address: str,
    port: int,
    host: str,
    secure: bool,
    as_json: bool,
    jobs: int | None,
) -> None:
    """Start it all: the console, and a worker that reads reports as they come. Ctrl-C stops both.

    \b
    Example:
      comity up
      comity up --node var/demo/node --port 8081
    """
    node = Node.open(folder)
    _web()  # before the worker: what is missing is said at once
    with _worker(node, jobs_or_all(jobs)):
        _serve(node, address, port, host, secure=secure, as_json=as_json)


@click.command()
@node_option
@jobs_option
@json_option
def worker(folder: str | None, jobs: int | None, as_json: bool) -> None:
    """Read what waits, as it comes, and find campaigns anew. Ctrl-C stops after the batch in hand.

    \b
    Example:
      comity worker --jobs 4
    """
    from comity.bootstrap.worker import Round, work

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def told(one: Round) -> None:
        if one.done is None:
            say(one.away)
        elif as_json:
            put(one.done.as_json())
        else:
            click.echo(f"{one.done.mails:,} mails read, {one.done.campaigns:,} campaigns.")

    work(Node.open(folder), jobs_or_all(jobs), stop.wait, told)


@contextlib.contextmanager
def _worker(node: Node, jobs: int) -> Iterator[None]:
    """A worker beside us, in a process of its own: a page never waits for a mail to be read."""
    command = [sys.executable, "-m", "comity", "worker", "--node", str(node.folder)]
    ending = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not ending.is_set():
            process = subprocess.Popen([*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL)
            running[:] = [process]
            code = process.wait()
            if not ending.wait(1.0):  # second: a worker that cannot start shall not fill the screen
                say(f"the worker ended with code {code}; it is started again.")

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        for process in running:
            process.terminate()
        keeper.join(GRACE)
        for process in running:
            process.kill()  # nothing is lost: what it had in hand is read again next time


@click.command()
@_listening
@click.option("--demo", is_flag=True, hidden=True, help="Accounts to look around with.")
def serve(
    folder: str | None,
    address: str,
    port: int,
    host: str,
    secure: bool,
    as_json: bool,
    demo: bool,
) -> None:
    """Serve the console to browsers. Stops with Ctrl-C.

    \b
    Example:
      comity serve
      comity serve --address 0.0.0.0 --host comity.example.org --https
    """
    node = Node.open(folder)
    if not demo:
        _serve(node, address, port, host, secure=secure, as_json=as_json)
        return
    if node.settings.reading.address_policy != "demo":
        raise WrongUse(
            f"{folder} holds no simulated world: its accounts need a second factor",
            "Leave --demo away.",
        )
    web = _web()
    names, password = web.prepare_demo(node)

    def ready(taken: int) -> None:
        click.echo(f"\nThe console is open at http://localhost:{taken}/")
        click.echo(f"  sign in as  {names}")
        click.echo(f"  password    {password}\n  Ctrl-C ends it.")

    web.serve("127.0.0.1", port, ready)


def _web() -> ModuleType:
    """Late: the console's packages are an extra, and take half a second to load."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise WrongUse(
            f"the console needs packages that are not installed: {', '.join(missing)}",
            "Run: pip install 'comity[web]'",
        )
    return import_module("comity.web.serve")


def _serve(node: Node, address: str, port: int, host: str, *, secure: bool, as_json: bool) -> None:
    web = _web()
    secret = web.prepare(node, host, secure=secure)

    def ready(taken: int) -> None:
        base = f"{'https' if secure else 'http'}://{host}{'' if secure else f':{taken}'}/"
        link = f"{base}welcome/{secret}/" if secret else None
        if as_json:
            put({"url": base, "set_up": link})
            return
        click.echo(f"The console answers at {base}")
        if link:
            click.echo(f"Nobody has an account yet. Set up the first one, within a day:\n  {link}")
        sys.stdout.flush()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    web.serve(address, port, ready)
