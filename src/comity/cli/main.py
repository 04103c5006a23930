# SPDX-License-Identifier: Apache-2.0
"""The command `comity`: finds the verb, prints errors, sets the exit code.

Loads a verb's module only when it is called, so that `comity --help` is quick. Decides nothing.
"""

import os
import sys
from importlib import import_module

import click

from comity import __version__
from comity.values.errors import ComityError

# Verb → (module in comity.cli, one line for `comity --help`), in the order of a user's day.
VERBS = {
    "analyse": ("analyse", "Say where mails came from, what they are and why. Stores nothing."),
    "init": ("node", "Make a node: keys, settings, an empty vault."),
    "ingest": ("node", "Take reports into the vault; a receipt each, once it is durable."),
    "campaigns": ("campaigns", "List the campaigns in the node, the largest first."),
    "campaign": ("campaigns", "Show one campaign: members, networks, why they belong together."),
    "stats": ("node", "Count reports by category, country and network."),
    "raw": ("node", "Write the exact bytes of one report to standard output."),
    "fsck": ("node", "Check every stored byte and the log against its signed checkpoint."),
    "reanalyse": ("node", "Analyse again from the raw bytes; old results are kept."),
    "demo": ("demo", "A simulated world, from reports to campaigns, on this machine."),
}


class Verbs(click.Group):
    """A group that imports a verb's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"comity.cli.{VERBS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of our output has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Every verb: comity VERB --help. Every verb has --json: one object a line.",
)
@click.version_option(__version__, prog_name="comity")
def main() -> None:
    """Turns reports of spam into cases that an authority can act on.

    \b
    Example:
      comity analyse suspicious.eml
      comity analyse ~/Mail --campaigns --json > results.ndjson
    """


def run() -> None:
    """Entry point. Exit codes are a contract: docs/reference/cli.md."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
        os.environ["COMITY_DEBUG"] = "1"
    try:
        code = main(standalone_mode=False)  # click hands back the code of `Exit`
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except ComityError as error:
        if debug:
            raise
        click.echo(f"comity: {error}", err=True)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo(
            "comity: interrupted. What was accepted is safe; run it again to go on.", err=True
        )
        sys.exit(130)
