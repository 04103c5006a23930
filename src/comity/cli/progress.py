# SPDX-License-Identifier: Apache-2.0
"""Progress of long work, on standard error: a live line on a terminal, else one line per 10 s."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.live import Live

T = TypeVar("T")

SECONDS = 10.0
ITEMS = 10_000
QUIET = 1.0  # seconds: work that is over sooner shows nothing


class Progress:
    """Counts items as they pass. Use as a context manager.

    `rows_appear`: results are printed while it counts, so on one terminal a live line would stand
    in their way, and they show progress enough.
    """

    def __init__(self, noun: str, *, rows_appear: bool = False) -> None:
        self._noun = noun
        self._count = 0
        self._started = time.monotonic()
        self._told_at = self._started
        self._told_count = 0
        self._on_terminal = sys.stderr.isatty()
        self._shown_by_rows = rows_appear and sys.stdout.isatty()
        self._live: Live | None = None

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def over(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            yield item
            self.reached(self._count + 1)
        self.stop()  # what follows are the results

    def reached(self, count: int) -> None:
        """So many are done."""
        step = count // 16 > self._count // 16
        self._count = count
        if step:
            self._tell()

    def stop(self) -> None:
        """Take the live line away, so that results can be printed."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _tell(self) -> None:
        now = time.monotonic()
        if self._shown_by_rows:
            return
        if self._on_terminal:
            if now - self._started > QUIET and now - self._told_at > 0.2:
                self._told_at = now
                self._show(now)
        elif now - self._told_at >= SECONDS or self._count - self._told_count >= ITEMS:
            self._told_at, self._told_count = now, self._count
            print(self._text(now), file=sys.stderr, flush=True)  # noqa: T201

    def _show(self, now: float) -> None:
        from rich.console import Console  # late: rich takes a tenth of a second to load
        from rich.live import Live
        from rich.text import Text

        if self._live is None:
            screen = Console(stderr=True)
            self._live = Live(console=screen, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(Text(self._text(now), style="dim"), refresh=True)

    def _text(self, now: float) -> str:
        rate = self._count / max(now - self._started, 1e-3)
        return f"{self._count:,} {self._noun}, {rate:,.0f}/s"
