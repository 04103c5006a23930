# SPDX-License-Identifier: Apache-2.0
"""`comity serve`: the console in the browser."""

import signal
import sys

import click

from comity.bootstrap.node import Node
from comity.cli.node import node_option, put
from comity.values.errors import WrongUse


@click.command()
@node_option
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--host", default="localhost", show_default=True, help="Name people reach it by.")
@click.option("--https", "secure", is_flag=True, help="A proxy in front speaks HTTPS.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, nothing else.")
def serve(
    folder: str | None, address: str, port: int, host: str, secure: bool, as_json: bool
) -> None:
    """Serve the console to browsers. Stops with Ctrl-C.

    \b
    Example:
      comity serve
      comity serve --address 0.0.0.0 --host comity.example.org --https
    """
    try:
        from comity.web.serve import prepare
        from comity.web.serve import serve as answer
    except ImportError as error:
        raise WrongUse(
            f"the console needs a package that is not installed: {error.name}",
            "Run: pip install 'comity[web]'",
        ) from error
    node = Node.open(folder)
    secret = prepare(node, host, secure=secure)

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
    answer(address, port, ready)
