# SPDX-License-Identifier: Apache-2.0
"""The command `comity`: finds the verb, prints errors, sets the exit code.

Loads a verb's module only when it is called, so that `comity --help` is quick. Decides nothing.
"""

import errno
import gc
import io
import os
import signal
import sys
from importlib import import_module

import click

from comity import __version__
from comity.cli.say import say, say_error
from comity.values.errors import ComityError, InputOutput, TryLater

FAULT = 70  # EX_SOFTWARE
INTERRUPTED = 130
_LATER = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)  # limits, not faults of a disk

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
    "up": ("console", "Start it all: the console in the browser, and a worker."),
    "serve": ("console", "Serve the console to browsers, without a worker."),
    "worker": ("console", "Read reports as they come, and find campaigns anew."),
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
    subcommand_metavar="VERB …",
    epilog="Every verb: comity VERB --help. With --json (all but raw): one object a line.",
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
    # numpy would start a thread a processor for algebra that nobody here asks of it, and a process
    # with threads is not forked gladly.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Thousands of modules' objects that stay: looking for garbage among them only costs time.
    gc.set_threshold(50_000, 20, 50)
    code: object = FAULT
    try:
        _prepare_output()
        code = main(standalone_mode=False)  # click hands back the code of `Exit`
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        say(error.format_message())
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # asked again, it ends at once
        say("interrupted. What was accepted is safe; run it again to go on.")
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click and rich leave so when the pipe was closed
        code = 0
    except Exception as error:  # the edge of the process: whatever it is, it is told
        if debug:
            raise
        told = _told(error)
        say_error(told)
        code = told.exit_code
    _end_output()
    sys.exit(code if isinstance(code, int) else 0)


def _prepare_output() -> None:
    """Make sure that there is somewhere to write to, and that every character can be written."""
    if sys.stderr is None:  # closed: talk goes nowhere, results still come
        _hold(2)
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        raise InputOutput("standard output is closed", "Give the result somewhere to go.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if sys.stdin is None:
        _hold(0)  # else the next file that is opened would pass for standard input


def _hold(number: int) -> None:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)


def _end_output() -> None:
    """What could not be written is told already: leave nothing that the interpreter stumbles on."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: Exception) -> ComityError:
    """Any error as one sentence, one piece of advice, an exit code."""
    if isinstance(error, ComityError):
        return error
    if isinstance(error, MemoryError):
        return TryLater("not enough memory", "Use fewer processes: --jobs 1. Then run it again.")
    if isinstance(error, OSError):
        what = f"{os.fsdecode(error.filename)}: " if error.filename else "reading or writing: "
        fact = what + (error.strerror or str(error))
        if error.errno in _LATER:
            return TryLater(fact, "This machine is at a limit. Use fewer --jobs, or try later.")
        return InputOutput(fact, "Mend it, then run it again. For a node, then: comity fsck")
    told = ComityError(
        f"a fault of Comity itself: {type(error).__name__}: {error}",
        "What was accepted is safe. Please report it, with what the same call and --debug shows.",
    )
    told.exit_code = FAULT
    return told
