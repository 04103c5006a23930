# SPDX-License-Identifier: Apache-2.0
"""How far down the Received lines can be believed. The only maker of `VouchedHop`.

Walks from the top. A line is believed because of its place and of the peer that the believed line
above it saw, never because of the names in it: each line can be forged by whoever sent the mail,
except those our own side wrote. Stops at the first peer that is not our own: that is the edge.
Which it is, says `trace.step`. Looks nothing up, raises nothing.
"""

from dataclasses import dataclass

from comity.trace.claim import SEVERAL_BY, ClaimedHop
from comity.trace.side import Weight
from comity.trace.step import End, Judge
from comity.trace.trust import Trust
from comity.values.address import Address, AddressPolicy
from comity.values.reason import Reason


@dataclass(frozen=True, slots=True)
class VouchedHop:
    """A line that our own side wrote, with why we think so."""

    hop: ClaimedHop
    index: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Boundary:
    """What the walk found."""

    vouched: tuple[VouchedHop, ...]
    end: End
    ip: Address | None  # the edge
    weight: Weight
    reasons: tuple[Reason, ...]  # of the end and of each doubt, in order of the walk

    @property
    def last(self) -> int | None:
        return self.vouched[-1].index if self.vouched else None


def find_boundary(hops: tuple[ClaimedHop, ...], trust: Trust, policy: AddressPolicy) -> Boundary:
    """The believed lines, newest first, and the peer behind the last of them."""
    if not hops or not trust.believe_top:
        text = "There is no Received line." if not hops else "No line of this copy is believed."
        reason = Reason("nothing-vouched", text)
        return Boundary((), End.NOTHING, None, Weight.DOUBTFUL, (reason,))
    return _Walk(hops, trust, policy).run()


class _Walk:
    """One walk; holds what it has believed and doubted so far."""

    def __init__(self, hops: tuple[ClaimedHop, ...], trust: Trust, policy: AddressPolicy) -> None:
        self.hops = hops
        self.judge = Judge(hops, trust, policy)
        self.vouched: list[VouchedHop] = []
        self.doubts: list[Reason] = []
        self.weight = Weight.SURE

    def run(self) -> Boundary:
        why = _TOP
        side = self.judge.side
        for index, hop in enumerate(self.hops):
            self.vouched.append(VouchedHop(hop, index, why))
            side.learn(hop)
            over, weight, why, end = self.judge.judge(index)
            if hop.defects and SEVERAL_BY in hop.defects:
                self._doubt(_TWO_WRITERS)
            if weight < self.weight:
                self.weight = weight
            if weight is not Weight.SURE or not over:
                self.doubts.append(why)
            if not over:
                return self._done(end, hop.from_ip)
        service = side.provider.name if side.provider else "the recipient's own side"
        self.doubts.append(
            Reason("ends-inside", f"All peers are of {service}; no outside host is named.")
        )
        return self._done(End.INSIDE, None)

    def _doubt(self, reason: Reason) -> None:
        self.weight = Weight.DOUBTFUL
        self.doubts.append(reason)

    def _done(self, end: End, ip: Address | None) -> Boundary:
        if end is not End.EDGE and self.judge.guessed is not None:
            return self._back_to_the_guess(self.judge.guessed)
        if end is not End.EDGE:
            ip = None
        return Boundary(tuple(self.vouched), end, ip, self.weight, tuple(self.doubts))

    def _back_to_the_guess(self, index: int) -> Boundary:
        """Behind a peer that we took for our own there is nobody: so it sent the mail itself."""
        ip = self.hops[index].from_ip
        self.doubts.append(
            Reason("made-in-own-organisation", f"No host stands behind {ip}; it made the mail.")
        )
        kept = tuple(self.vouched[: index + 1])
        return Boundary(kept, End.EDGE, ip, Weight.DOUBTFUL, tuple(self.doubts))


_TOP = Reason("top-line", "The recipient's own server wrote the top line.")
_TWO_WRITERS = Reason(
    "line-names-two-writers",
    "A line of the recipient's side names two hosts that wrote it: a peer may have put words into "
    "it.",
)
