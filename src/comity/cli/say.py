# SPDX-License-Identifier: Apache-2.0
"""What Comity says beside its results, on standard error: safe to print whatever it quotes.

Names of files and words of mails are quoted here; no control character in them reaches a terminal.
"""

import click

from comity.message.show import marked
from comity.values.errors import ComityError


def say(text: str) -> None:
    """One line of talk."""
    click.echo(f"comity: {marked(text)}", err=True)


def say_error(error: ComityError) -> None:
    """The fact, and below it what to do."""
    say(error.fact)
    if error.advice:
        click.echo(f"  {marked(error.advice)}", err=True)
