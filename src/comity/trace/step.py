# SPDX-License-Identifier: Apache-2.0
"""The verdict on the peer of one believed line: one of our own hosts, or the edge.

Each kind of peer has its answer. A peer is our own by what the operator gave, by service data or by
the chain; never by its own word alone. Looks nothing up, raises nothing, vouches for nothing: that
is `trace.boundary`.
"""

from enum import Enum
from typing import NamedTuple

from comity.trace.claim import ClaimedHop
from comity.trace.edge import weigh_edge
from comity.trace.names import looks_like_customer, organisation, same_host
from comity.trace.ranges import matches, side_by_side, spelt
from comity.trace.services import Provider
from comity.trace.side import Side, Weight, mail_domain
from comity.trace.trust import Trust
from comity.trace.way import Way
from comity.values.address import Address, AddressPolicy
from comity.values.reason import Reason


class End(Enum):
    EDGE = "edge"  # the peer of the last vouched line is not ours: the origin
    INSIDE = "inside"  # the chain ends within our own side
    UNRECORDED = "unrecorded"  # the line that took it in does not say from whom
    NOTHING = "nothing"  # no line can be believed


class Step(NamedTuple):
    """Verdict on the peer of one believed line."""

    over: bool  # step over it to the next line
    weight: Weight
    reason: Reason
    end: End = End.EDGE


class Judge:
    """Judges line after line from the top; holds what the believed lines have told so far."""

    def __init__(self, hops: tuple[ClaimedHop, ...], trust: Trust, policy: AddressPolicy) -> None:
        self.hops = hops
        self.trust = trust
        self.policy = policy
        self.side = Side(trust, policy)
        self.guessed: int | None = None  # the first line whose public peer we took for our own

    def judge(self, index: int) -> Step:
        """The verdict on the peer that line `index` saw. All lines above it are learnt."""
        hop = self.hops[index]
        following = self.hops[index + 1] if index + 1 < len(self.hops) else None
        if hop.by is None and not hop.readable:
            return Step(
                True,
                Weight.DOUBTFUL,
                Reason("line-unreadable", "A line of the recipient's side could not be read."),
            )
        if hop.way in _NOT_PUSHED:
            return self._local(hop, index, following) if hop.way is Way.LOCAL else _mailbox(hop)
        if hop.from_ip is None:
            return self._without_address(hop, following)
        ip = hop.from_ip
        if self.side.configured:
            named = self._named_by_operator(hop, ip, following)
            if named is not None:
                return named
        if not self.policy.can_be_origin(ip):
            return self._not_public(ip, following)
        inner = self._inner_host(hop, index, ip, following)
        return inner if inner is not None else self._edge(hop, index, ip)

    def _edge(self, hop: ClaimedHop, index: int, ip: Address) -> Step:
        """Not ours: this peer handed the mail to the recipient's side."""
        weight, reason = weigh_edge(self.side, hop, ip, self.hops[index + 1 :])
        return Step(False, weight, reason)

    # Each of the following answers for one kind of peer.

    def _local(self, hop: ClaimedHop, index: int, following: ClaimedHop | None) -> Step:
        """Made or passed on inside the writing host: no peer at all."""
        if hop.from_ip is not None:  # qmail: "invoked from network [ip]", then the line itself
            if following is not None and following.from_ip == hop.from_ip:
                return Step(True, Weight.SURE, _PASSED_ON)
            if self.policy.can_be_origin(hop.from_ip):
                return self._edge(hop, index, hop.from_ip)
        weight = self.side.goes_on(following)
        if self.guessed is not None and hop.by is not None:
            weight = Weight.DOUBTFUL  # made by a host of which we only guess that it is ours
        if weight is not Weight.DOUBTFUL or hop.by is None:  # a queue's note names no host
            return Step(True, weight, _PASSED_ON)
        return Step(
            False,
            Weight.DOUBTFUL,
            Reason(
                "made-inside",
                "The mail was made on the recipient's own server; the lines below prove nothing.",
            ),
            End.INSIDE,
        )

    def _without_address(self, hop: ClaimedHop, following: ClaimedHop | None) -> Step:
        """The line names no address, or one that is spoiled."""
        name = hop.from_host or hop.from_name
        if name is None:  # "by host with SMTP id …": handed on inside a mail service
            return Step(True, self.side.goes_on(following), _PASSED_ON)
        if (
            self.side.provider is not None
            and matches(name, None, self.side.provider.inside_names)
            and following is not None
            and self.side.same_service(following)
        ):
            return Step(True, Weight.LIKELY, _inner(self.side.provider, name))
        if (
            following is not None
            and hop.from_host is not None
            and same_host(following.by, hop.from_host)
            and self.trust.relay_by_name(hop.by, hop.by_ip, hop.from_host)
        ):
            return Step(True, Weight.LIKELY, _named(hop.from_host))
        ours = organisation(name) in self.side.organisations if organisation(name) else False
        if (
            following is not None
            and same_host(following.by, name)
            and (ours or self.side.same_service(following))
        ):
            return Step(
                True,
                Weight.DOUBTFUL,
                Reason(
                    "peer-unrecorded",
                    f"No address of {name} was written down; the next line goes on in the same "
                    "organisation.",
                ),
            )
        return Step(
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
    ) -> Step | None:
        """The operator says: this peer is ours."""
        trust = self.trust
        if trust.relay_by_address(hop.by, hop.by_ip, ip):
            self.side.own = True
            return Step(
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
            return Step(True, Weight.SURE, _named(hop.from_host))
        if self._greeting_will_do(hop, following):
            self.side.own = True
            return Step(
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

    def _not_public(self, ip: Address, following: ClaimedHop | None) -> Step:
        """Private, loopback, documentation: such a peer is behind our own door."""
        peer = spelt(ip)
        text = f"{peer} is not a public address, so the peer is inside the recipient's own network."
        weight = self.side.goes_on(following)
        if weight is Weight.DOUBTFUL and self.side.own:
            weight = Weight.LIKELY
        if following is None or weight is not Weight.DOUBTFUL:
            return Step(True, weight, Reason("inner-address", text))
        return Step(
            True,
            Weight.DOUBTFUL,
            Reason(
                "inner-address-then-stranger",
                f"{text} The next line is by another organisation ({following.by}): this may be a "
                "door that hides the true peer.",
            ),
        )

    def _inner_host(
        self, hop: ClaimedHop, index: int, ip: Address, following: ClaimedHop | None
    ) -> Step | None:
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
            return Step(True, Weight.SURE, _inner(provider, name or spelt(ip)))
        if following is None:
            return None
        if self.side.is_writer(ip) and self.side.goes_on(following) is not Weight.DOUBTFUL:
            return Step(
                True, Weight.SURE, Reason("own-address", f"{spelt(ip)} is the writing host itself.")
            )
        if provider is None and hop.from_host and not looks_like_customer(hop.from_host, ip):
            return self._same_organisation(hop, index, ip, hop.from_host, following)
        return self._neighbour(hop, index, ip, following)

    def _neighbour(
        self, hop: ClaimedHop, index: int, ip: Address, following: ClaimedHop
    ) -> Step | None:
        """Exchange shows no reverse names, but the writing host's own address, here next door."""
        name = hop.from_name
        if self.side.provider is not None or hop.by_ip is None or hop.reverse_denied:
            return None
        if not (side_by_side(hop.by_ip, ip) and self.side.is_ours(name)):
            return None
        if not same_host(following.by, name) or following.by_ip != ip:
            return None
        if self.guessed is None:
            self.guessed = index
        return Step(
            True,
            Weight.LIKELY,
            Reason(
                "neighbour-address",
                f"{ip} is next to {hop.by_ip}, the address of the writing host, and goes on as "
                f"{name} of the same organisation.",
            ),
        )

    def _same_organisation(
        self, hop: ClaimedHop, index: int, ip: Address, host: str, following: ClaimedHop
    ) -> Step | None:
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
            self.guessed = index
        supported = organisation(mail_domain(following.for_)) == wanted
        return Step(
            True,
            Weight.LIKELY if supported else Weight.DOUBTFUL,
            Reason(
                "same-organisation",
                f"{host} ({ip}) belongs to the organisation that took the mail in, and wrote the "
                "next line.",
            ),
        )


def _mailbox(hop: ClaimedHop) -> Step:
    if hop.way is Way.PULL:
        return Step(
            True,
            Weight.SURE,
            Reason(
                "fetched",
                "The recipient's side fetched the mail from its own mailbox with "
                f"{hop.protocol}, so the peer is its mail service.",
            ),
        )
    return Step(
        True,
        Weight.SURE,
        Reason(
            "delivery-protocol",
            f"{hop.protocol or 'LMTP'} is spoken only between hosts of one operator.",
        ),
    )


_NOT_PUSHED = frozenset((Way.LOCAL, Way.PULL, Way.DELIVERY))
_PASSED_ON = Reason("passed-on", "The host passed the mail on inside itself.")


def _inner(provider: Provider, peer: str) -> Reason:
    return Reason("inner-host", f"{peer} is an inner host of {provider.name}.")


def _named(host: str) -> Reason:
    return Reason("trusted-relay", f"{host} is one of the hosts given as trusted.")
