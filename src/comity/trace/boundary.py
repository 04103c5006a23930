# SPDX-License-Identifier: Apache-2.0
"""How far down the Received lines can be believed. The only maker of `VouchedHop`.

Walks from the top. A line is believed because of its place and of the peer that the believed line
above it saw, never because of the names in it: each line can be forged by whoever sent the mail,
except those our own side wrote. Stops at the first peer that is not our own: that is the edge.
Looks nothing up, raises nothing.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from comity.trace.claim import SEVERAL_BY, ClaimedHop
from comity.trace.edge import weigh_edge
from comity.trace.names import looks_like_customer, organisation, same_host
from comity.trace.ranges import matches, side_by_side, spelt
from comity.trace.services import Provider
from comity.trace.side import Side, Weight, mail_domain
from comity.trace.trust import Trust
from comity.trace.way import Way
from comity.values.address import Address, AddressPolicy
from comity.values.reason import Reason


@dataclass(frozen=True, slots=True)
class VouchedHop:
    """A line that our own side wrote, with why we think so."""

    hop: ClaimedHop
    index: int
    reason: Reason


class End(Enum):
    EDGE = "edge"  # the peer of the last vouched line is not ours: the origin
    INSIDE = "inside"  # the chain ends within our own side
    UNRECORDED = "unrecorded"  # the line that took it in does not say from whom
    NOTHING = "nothing"  # no line can be believed


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


class _Step(NamedTuple):
    """Verdict on the peer of one believed line."""

    over: bool  # step over it to the next line
    weight: Weight
    reason: Reason
    end: End = End.EDGE


def find_boundary(hops: tuple[ClaimedHop, ...], trust: Trust, policy: AddressPolicy) -> Boundary:
    """The believed lines, newest first, and the peer behind the last of them."""
    if not hops or not trust.believe_top:
        text = "There is no Received line." if not hops else "No line of this copy is believed."
        reason = Reason("nothing-vouched", text)
        return Boundary((), End.NOTHING, None, Weight.DOUBTFUL, (reason,))
    return _Walk(hops, trust, policy).run()


class _Walk:
    """One walk; holds what has been learnt from the believed lines so far."""

    def __init__(self, hops: tuple[ClaimedHop, ...], trust: Trust, policy: AddressPolicy) -> None:
        self.hops = hops
        self.trust = trust
        self.policy = policy
        self.side = Side(trust, policy)
        self.vouched: list[VouchedHop] = []
        self.doubts: list[Reason] = []
        self.weight = Weight.SURE
        self.guessed: int | None = None  # the first line whose public peer we took for our own

    def run(self) -> Boundary:
        why = _TOP
        for index, hop in enumerate(self.hops):
            self.vouched.append(VouchedHop(hop, index, why))
            self.side.learn(hop)
            over, weight, why, end = self._judge(hop, index)
            if hop.defects and SEVERAL_BY in hop.defects:
                self._doubt(_TWO_WRITERS)
            if weight < self.weight:
                self.weight = weight
            if weight is not Weight.SURE or not over:
                self.doubts.append(why)
            if not over:
                return self._done(end, hop.from_ip)
        service = self.side.provider.name if self.side.provider else "the recipient's own side"
        self.doubts.append(
            Reason("ends-inside", f"All peers are of {service}; no outside host is named.")
        )
        return self._done(End.INSIDE, None)

    def _doubt(self, reason: Reason) -> None:
        self.weight = Weight.DOUBTFUL
        self.doubts.append(reason)

    def _done(self, end: End, ip: Address | None) -> Boundary:
        if end is not End.EDGE and self.guessed is not None:
            return self._back_to_the_guess(self.guessed)
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

    def _judge(self, hop: ClaimedHop, index: int) -> _Step:
        following = self.hops[index + 1] if index + 1 < len(self.hops) else None
        if hop.by is None and not hop.readable:
            return _Step(
                True,
                Weight.DOUBTFUL,
                Reason("line-unreadable", "A line of the recipient's side could not be read."),
            )
        if hop.way in _NOT_PUSHED:
            return self._local(hop, following) if hop.way is Way.LOCAL else self._mailbox(hop)
        if hop.from_ip is None:
            return self._without_address(hop, following)
        ip = hop.from_ip
        if self.side.configured:
            named = self._named_by_operator(hop, ip, following)
            if named is not None:
                return named
        if not self.policy.can_be_origin(ip):
            return self._not_public(ip, following)
        inner = self._inner_host(hop, ip, following)
        return inner if inner is not None else self._edge(hop, ip)

    def _edge(self, hop: ClaimedHop, ip: Address) -> _Step:
        """Not ours: this peer handed the mail to the recipient's side."""
        weight, reason = weigh_edge(self.side, hop, ip, self.hops[len(self.vouched) :])
        return _Step(False, weight, reason)

    # Each of the following answers for one kind of peer.

    def _local(self, hop: ClaimedHop, following: ClaimedHop | None) -> _Step:
        """Made or passed on inside the writing host: no peer at all."""
        if hop.from_ip is not None:  # qmail: "invoked from network [ip]", then the line itself
            if following is not None and following.from_ip == hop.from_ip:
                return _Step(True, Weight.SURE, _PASSED_ON)
            if self.policy.can_be_origin(hop.from_ip):
                return self._edge(hop, hop.from_ip)
        weight = self.side.goes_on(following)
        if self.guessed is not None and hop.by is not None:
            weight = Weight.DOUBTFUL  # made by a host of which we only guess that it is ours
        if weight is not Weight.DOUBTFUL or hop.by is None:  # a queue's note names no host
            return _Step(True, weight, _PASSED_ON)
        return _Step(
            False,
            Weight.DOUBTFUL,
            Reason(
                "made-inside",
                "The mail was made on the recipient's own server; the lines below prove nothing.",
            ),
            End.INSIDE,
        )

    def _mailbox(self, hop: ClaimedHop) -> _Step:
        if hop.way is Way.PULL:
            return _Step(
                True,
                Weight.SURE,
                Reason(
                    "fetched",
                    "The recipient's side fetched the mail from its own mailbox with "
                    f"{hop.protocol}, so the peer is its mail service.",
                ),
            )
        return _Step(
            True,
            Weight.SURE,
            Reason(
                "delivery-protocol",
                f"{hop.protocol or 'LMTP'} is spoken only between hosts of one operator.",
            ),
        )

    def _without_address(self, hop: ClaimedHop, following: ClaimedHop | None) -> _Step:
        """The line names no address, or one that is spoiled."""
        name = hop.from_host or hop.from_name
        if name is None:  # "by host with SMTP id …": handed on inside a mail service
            return _Step(True, self.side.goes_on(following), _PASSED_ON)
        if (
            self.side.provider is not None
            and matches(name, None, self.side.provider.inside_names)
            and following is not None
            and self.side.same_service(following)
        ):
            return _Step(True, Weight.LIKELY, _inner(self.side.provider, name))
        if (
            following is not None
            and hop.from_host is not None
            and same_host(following.by, hop.from_host)
            and self.trust.relay_by_name(hop.by, hop.by_ip, hop.from_host)
        ):
            return _Step(True, Weight.LIKELY, _named(hop.from_host))
        ours = organisation(name) in self.side.organisations if organisation(name) else False
        if (
            following is not None
            and same_host(following.by, name)
            and (ours or self.side.same_service(following))
        ):
            return _Step(
                True,
                Weight.DOUBTFUL,
                Reason(
                    "peer-unrecorded",
                    f"No address of {name} was written down; the next line goes on in the same "
                    "organisation.",
                ),
            )
        return _Step(
            False,
            Weight.DOUBTFUL,
            Reason(
                "peer-unrecorded",
                f"The host that took the mail in wrote down no address of its peer {name}.",
            ),
            End.UNRECORDED,
        )

    def _named_by_operator(
        self, hop: ClaimedHop, ip: Address, following: ClaimedHop | None
    ) -> _Step | None:
        """The operator says: this peer is ours."""
        trust = self.trust
        if trust.relay_by_address(hop.by, hop.by_ip, ip):
            self.side.own = True
            return _Step(
                True,
                Weight.SURE,
                Reason("trusted-relay", f"{spelt(ip)} is one of the relays given as trusted."),
            )
        if (
            hop.from_host
            and hop.from_host_checked
            and trust.relay_by_name(hop.by, hop.by_ip, hop.from_host)
        ):
            self.side.own = True
            return _Step(True, Weight.SURE, _named(hop.from_host))
        if self._greeting_will_do(hop, following):
            self.side.own = True
            return _Step(
                True,
                Weight.DOUBTFUL,
                Reason(
                    "trusted-by-greeting",
                    f"{hop.from_host or hop.from_name} is trusted by name, but nothing confirms "
                    f"that {spelt(ip)} is this host; give its address to be sure.",
                ),
            )
        return None

    def _greeting_will_do(self, hop: ClaimedHop, following: ClaimedHop | None) -> bool:
        """A trusted host by an unconfirmed name, where the form shows no confirmed ones at all.

        Only as seen by another host that the operator named, or for a known filtering service;
        only if the next line goes on under that name; never where any address was given.
        """
        name = hop.from_host or hop.from_name
        if name is None or hop.from_host_checked or hop.reverse_denied or following is None:
            return False
        trust = self.trust
        seen_by_ours = trust.wrote_own(hop.by, hop.by_ip) and not same_host(hop.by, name)
        return (
            not trust.names_relays_by_address
            and same_host(following.by, name)
            and (seen_by_ours or trust.services.is_gateway(name))
            and trust.relay_by_name(hop.by, hop.by_ip, name)
        )

    def _not_public(self, ip: Address, following: ClaimedHop | None) -> _Step:
        """Private, loopback, documentation: such a peer is behind our own door."""
        peer = spelt(ip)
        text = f"{peer} is not a public address, so the peer is inside the recipient's own network."
        weight = self.side.goes_on(following)
        if weight is Weight.DOUBTFUL and self.side.own:
            weight = Weight.LIKELY
        if following is None or weight is not Weight.DOUBTFUL:
            return _Step(True, weight, Reason("inner-address", text))
        return _Step(
            True,
            Weight.DOUBTFUL,
            Reason(
                "inner-address-then-stranger",
                f"{text} The next line is by another organisation ({following.by}): this may be a "
                "door that hides the true peer.",
            ),
        )

    def _inner_host(
        self, hop: ClaimedHop, ip: Address, following: ClaimedHop | None
    ) -> _Step | None:
        """A public address that is still our own side, by service data or by the chain."""
        provider = self.side.provider
        name = hop.from_host or hop.from_name
        if (
            provider is not None
            and ip in provider.inside
            and not matches(name, None, provider.edge_names)
            and (
                # At a front door an outside host may have an address of the same ranges.
                not matches(hop.by, None, provider.front)
                or matches(name, None, provider.inside_names)
            )
            and following is not None
            and self.side.same_service(following)
        ):
            return _Step(True, Weight.SURE, _inner(provider, name or spelt(ip)))
        if following is None:
            return None
        if self.side.is_writer(ip) and self.side.goes_on(following) is not Weight.DOUBTFUL:
            return _Step(
                True, Weight.SURE, Reason("own-address", f"{spelt(ip)} is the writing host itself.")
            )
        if provider is None and hop.from_host and not looks_like_customer(hop.from_host, ip):
            return self._same_organisation(hop, ip, hop.from_host, following)
        return self._neighbour(hop, ip, following)

    def _neighbour(self, hop: ClaimedHop, ip: Address, following: ClaimedHop) -> _Step | None:
        """Exchange shows no reverse names, but the writing host's own address, here next door."""
        name = hop.from_name
        if self.side.provider is not None or hop.by_ip is None or hop.reverse_denied:
            return None
        if not (side_by_side(hop.by_ip, ip) and self.side.is_ours(name)):
            return None
        if not same_host(following.by, name) or following.by_ip != ip:
            return None
        if self.guessed is None:
            self.guessed = len(self.vouched) - 1
        return _Step(
            True,
            Weight.LIKELY,
            Reason(
                "neighbour-address",
                f"{ip} is next to {hop.by_ip}, the address of the writing host, and goes on as "
                f"{name} of the same organisation.",
            ),
        )

    def _same_organisation(
        self, hop: ClaimedHop, ip: Address, host: str, following: ClaimedHop
    ) -> _Step | None:
        """`from mx1.a.example (confirmed) by store.a.example`, then `by mx1.a.example`."""
        wanted = organisation(host)
        ours = wanted in self.side.organisations or wanted in self.side.recipients
        if wanted is None or not ours or not hop.from_host_checked:
            return None
        if not same_host(following.by, host) and not same_host(following.by, hop.from_name):
            return None
        if following.way in (Way.LOCAL, Way.WEB) or following.authenticated:
            return None  # the peer is where this organisation's own people hand mail in
        if self.guessed is None:
            self.guessed = len(self.vouched) - 1
        supported = organisation(mail_domain(following.for_)) == wanted
        return _Step(
            True,
            Weight.LIKELY if supported else Weight.DOUBTFUL,
            Reason(
                "same-organisation",
                f"{host} ({ip}) belongs to the organisation that took the mail in, and wrote the "
                "next line.",
            ),
        )


_NOT_PUSHED = frozenset((Way.LOCAL, Way.PULL, Way.DELIVERY))
_TOP = Reason("top-line", "The recipient's own server wrote the top line.")
_TWO_WRITERS = Reason(
    "line-names-two-writers",
    "A line of the recipient's side names two hosts that wrote it: a peer may have put words into "
    "it.",
)
_PASSED_ON = Reason("passed-on", "The host passed the mail on inside itself.")


def _inner(provider: Provider, peer: str) -> Reason:
    return Reason("inner-host", f"{peer} is an inner host of {provider.name}.")


def _named(host: str) -> Reason:
    return Reason("trusted-relay", f"{host} is one of the hosts given as trusted.")
