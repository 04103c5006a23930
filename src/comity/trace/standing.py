# SPDX-License-Identifier: Apache-2.0
"""Gives each Received line its standing, once the boundary is known.

Below the boundary a line is a claim; it is forged where it contradicts what is vouched. Times are
never used to order lines: RFC 5321 prepends them, so place is the order.
"""

from datetime import datetime, timedelta

from comity.trace.boundary import Boundary, VouchedHop
from comity.trace.claim import ClaimedHop
from comity.trace.trace import Hop, Standing
from comity.trace.trust import Trust
from comity.values.defect import Defect
from comity.values.reason import Reason
from comity.values.span import Span

CLOCK_SLACK = timedelta(minutes=10)  # ours: clocks of mail servers differ by less
_NOWHERE = Span("raw", 0, 0)
JUMP = timedelta(days=30)  # ours: RFC 5321 section 4.5.4.1 has senders give up after days


def standings(
    claimed: tuple[ClaimedHop, ...], boundary: Boundary, trust: Trust
) -> tuple[tuple[Hop, ...], tuple[Defect, ...]]:
    """All lines as `Hop`, newest first, and defects of their times."""
    vouched = {hop.index: hop for hop in boundary.vouched}
    ours = trust if trust.configured else None
    hops = tuple([_hop(index, hop, vouched.get(index), ours) for index, hop in enumerate(claimed)])
    return hops, _times(claimed)


def _hop(index: int, hop: ClaimedHop, vouched: VouchedHop | None, trust: Trust | None) -> Hop:
    if vouched is not None:
        readable = hop.by is not None or hop.readable
        standing = Standing.VOUCHED if readable else Standing.UNPARSED
        reason = vouched.reason
    elif hop.by is None and not hop.readable:
        standing = Standing.UNPARSED
        reason = Reason("unparsed", "This line has no form that we know.", hop.span)
    elif trust is not None and trust.wrote_own(hop.by, hop.by_ip):
        standing = Standing.FORGED
        reason = Reason(
            "names-our-host",
            f"It says that our own host {hop.by} wrote it, but the chain of our hosts does not "
            "reach it.",
            hop.span,
        )
    else:
        standing = Standing.CLAIMED
        reason = Reason("below-boundary", "Nobody we trust has confirmed this line.", hop.span)
    return Hop(  # by place, which is quicker, and there are five to a mail
        index,
        hop.by,
        hop.from_name,
        hop.from_host,
        hop.from_ip,
        hop.protocol,
        hop.time,
        standing,
        hop.span or _NOWHERE,
        (reason,),
    )


def _times(claimed: tuple[ClaimedHop, ...]) -> tuple[Defect, ...]:
    defects: list[Defect] = []
    later: datetime | None = None
    for index, hop in enumerate(claimed):
        if hop.time is None:
            continue
        if later is not None and hop.time - later > CLOCK_SLACK:
            defects.append(
                Defect(
                    "received-times-run-backwards",
                    f"line {index + 1} says {hop.time:%Y-%m-%d %H:%M:%S} UTC, after the line "
                    "above it",
                    hop.span,
                )
            )
        elif later is not None and later - hop.time > JUMP:
            defects.append(
                Defect(
                    "received-times-jump",
                    f"line {index + 1} is {(later - hop.time).days} days older than the line "
                    "above it",
                    hop.span,
                )
            )
        later = hop.time
    return tuple(defects)
