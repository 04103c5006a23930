# SPDX-License-Identifier: Apache-2.0
"""The world: any number of mails from one seed, each made from (seed, size, index) alone.

So mails can be made in slices, in any order, on many machines, in constant memory. Draws nothing
from clock or environment; writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from simulator import honest, plans
from simulator.dice import Dice, dice
from simulator.mailing import Mailing
from simulator.mmdb import mmdb
from simulator.networks import operators
from simulator.recipients import trust
from simulator.reports import BLOCK, block
from simulator.truth import SimulatedMail, SimulatedReport

START = 1_788_220_800  # 2026-09-01 00:00 UTC: ours, so that worlds look alike in any year
_DAY = 86_400
_CACHE = 1024  # mailings kept; one takes about 15 KB


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of what is in the world. The rest of the wanted mail is personal."""

    unwanted: float = 0.65
    singles: float = 0.12  # of the unwanted: mails of no campaign
    newsletters: float = 0.40  # of the wanted
    receipts: float = 0.25  # of the wanted


class World:
    """A seeded world of `size` mails; `size_bytes` is the median size of one."""

    def __init__(
        self,
        seed: int,
        size: int,
        *,
        size_bytes: int = 6_000,
        days: int = 60,
        mix: Mix | None = None,
    ) -> None:
        if size < 1:
            raise ValueError(f"a world holds at least one mail, not {size}")
        self.seed, self.size, self.size_bytes, self.days = seed, size, size_bytes, days
        self.mix = mix or Mix()
        # More mail means more campaigns at a time, and a few very large ones (Heaps' and
        # Zipf's laws; the exponents are ours).
        self.slots = max(3, int(2.2 * size**0.55))
        self.actors = max(3, int(size**0.4))
        self.houses = max(3, int(size**0.4))
        self._kept = lru_cache(maxsize=_CACHE)(self._mailing)

    def __len__(self) -> int:
        return self.size

    def mails(self, start: int = 0, stop: int | None = None) -> Iterator[SimulatedMail]:
        """Mails start … stop-1 in order of their arrival."""
        for index in range(start, self.size if stop is None else min(stop, self.size)):
            yield self.mail(index)

    def mail(self, index: int) -> SimulatedMail:
        """The mail with this number."""
        d = dice(self.seed, self.size, "mail", index)
        when = (index + d.random()) / self.size  # share of the world's time that has passed
        at = START + int(when * self.days * _DAY)
        return self._kept(*self._which(index, when, d)).mail(index, at, d)

    def _which(self, index: int, when: float, d: Dice) -> tuple[str, int, int]:
        """(kind, number, issue) of the mailing that mail belongs to."""
        if d.random() < self.mix.unwanted:
            if d.random() < self.mix.singles:
                return "single", index, 0
            slot = _ranked(self.slots, 0.9, d)
            phase = dice(self.seed, "slot", slot)
            runs = phase.upto(1, 3)  # campaigns of this slot, one after the other
            return "spam", slot, int(when * runs + phase.random())
        share = d.random()
        if share < self.mix.newsletters:
            number = _ranked(self.houses, 0.7, d)
            return "house", number, int(when * 4)
        if share < self.mix.newsletters + self.mix.receipts:
            return "firm", _ranked(self.houses * 3, 0.5, d), 0
        return "person", index, 0

    def _mailing(self, kind: str, number: int, issue: int) -> Mailing:
        match kind:
            case "spam" | "single":
                key = f"{number}.{issue}"
                who = dice(self.seed, "who", kind, number, issue).upto(0, self.actors - 1)
                return plans.spam(
                    self.seed,
                    f"{key}" if kind == "spam" else f"s{key}",
                    who=_actor(self.seed, who),
                    campaign=kind == "spam",
                    median=self.size_bytes,
                )
            case "house":
                return honest.house(self.seed, number, issue, self.size_bytes)
            case "firm":
                return honest.receipts(self.seed, number, self.size_bytes)
            case _:
                return honest.personal(self.seed, number, self.size_bytes)

    def reports(self, share: float = 0.6) -> Iterator[SimulatedReport]:
        """What citizens send in: this share of the unwanted mail, in every form."""
        for number in range((self.size + BLOCK - 1) // BLOCK):
            yield from self.reports_of(number, share)

    def reports_of(self, number: int, share: float = 0.6) -> Iterator[SimulatedReport]:
        """The reports about one block of mails."""
        mails = list(self.mails(number * BLOCK, (number + 1) * BLOCK))
        return block(self.seed, number, mails, share)

    def trust_json(self) -> list[dict[str, list[str]]]:
        """Whom the world's recipients may believe, as `comity analyse --trust` takes it."""
        return trust()

    def mmdb(self) -> bytes:
        """The address table, as `comity analyse --geo` takes it."""
        rows = [
            (
                piece.net,
                {
                    "asn": f"AS{one.asn}",
                    "as_name": one.name,
                    "as_domain": one.domain,
                    "as_type": one.kind.value,
                    "country_code": piece.country,
                },
            )
            for one in operators()
            for piece in one.ranges
        ]
        return mmdb(
            rows, name="comity simulated world", built=START, about="Documentation addresses only"
        )


@lru_cache(maxsize=4096)
def _actor(seed: int, number: int) -> plans.Actor:
    return plans.actor(seed, number)


def _ranked(count: int, steepness: float, d: Dice) -> int:
    """A rank 0 … count-1, drawn with weight about rank to the power -steepness."""
    power = 1.0 - steepness
    top = (count + 1.0) ** power
    return min(int((1.0 + d.random() * (top - 1.0)) ** (1.0 / power)) - 1, count - 1)
