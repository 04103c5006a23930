# SPDX-License-Identifier: Apache-2.0
"""What the slots of a text say: the mailing's own words, the reader's name, sums and numbers."""

from collections.abc import Callable, Mapping

from simulator import money
from simulator.compose import UNSUBSCRIBE
from simulator.dice import Dice

Fill = dict[str, Callable[[Dice], str]]


def _same(value: str) -> Callable[[Dice], str]:
    return lambda _: value


def _once(draw: Callable[[Dice], str]) -> Callable[[Dice], str]:
    kept: list[str] = []

    def value(dice: Dice) -> str:
        if not kept:
            kept.append(draw(dice))
        return kept[0]

    return value


def tidy(text: str) -> str:
    """Without the gaps that an empty choice leaves."""
    return text.replace("  ", " ").replace(" .", ".").replace(" ,", ",").strip()


def filled(fixed: Mapping[str, str], user_name: str, rcpt: str) -> Fill:
    """What the slots of a text say: the same for the mailing, the reader's own, or drawn."""
    local, _, domain = rcpt.partition("@")
    fill = dict(_DRAWN)
    for name, value in fixed.items():
        fill[name] = _same(value)
    fill["rcpt"] = _same(user_name)
    fill["rcptmail"] = _same(rcpt)
    fill["rcptlocal"] = _same(local)
    fill["rcptdomain"] = _same(domain)
    for name in ("order", "code", "password"):  # the same wherever one mail says it
        fill[name] = _once(fill[name])
    tongue = fixed["language"]
    fill["price"] = lambda d: money.small(tongue, d)
    return fill


_DRAWN: Fill = {
    "code": lambda d: f"{d.upto(100000, 999999)}",
    "order": lambda d: f"{d.word(2).upper()}{d.upto(10**7, 10**9)}",
    "number": lambda d: str(d.upto(2, 99)),
    "day": lambda d: str(d.upto(1, 28)),
    "date": lambda d: f"{d.upto(1, 28):02d}/{d.upto(1, 12):02d}/2026",
    "time": lambda d: f"{d.upto(0, 23):02d}:{d.upto(0, 59):02d}",
    "password": lambda d: d.token(d.upto(6, 9)),
    "ip": lambda d: f"203.0.113.{d.upto(1, 254)}",
    "unsub": lambda _: UNSUBSCRIBE,
}
