# SPDX-License-Identifier: Apache-2.0
"""How sure it is that the first peer which is not ours is the edge, and why.

Reads claimed lines too, but they only lower the weight: what a sender writes never moves the
boundary and never makes an edge surer.
"""

from comity.trace.claim import ClaimedHop
from comity.trace.names import internal_name, organisation
from comity.trace.ranges import matches, spelt
from comity.trace.services import Provider
from comity.trace.side import Side, Weight, mail_domain
from comity.trace.way import Way
from comity.values.address import Address
from comity.values.reason import Reason

LOOK_AHEAD = 6  # claimed lines looked at; ours


def weigh_edge(
    side: Side, hop: ClaimedHop, ip: Address, below: tuple[ClaimedHop, ...]
) -> tuple[Weight, Reason]:
    """(weight, reason) for the peer `ip` of the last believed line `hop`; `below` are claims."""
    name = hop.from_host or hop.from_name
    peer = f"{spelt(ip)} ({name})" if name else spelt(ip)
    by = hop.by or "Our host"
    doubt = _doubt(side, hop, ip, below)
    if doubt is not None:
        code, text = doubt
        return Weight.DOUBTFUL, Reason(code, f"{by} took the mail from {peer}{text}")
    if side.configured and side.trust.wrote_own(hop.by, hop.by_ip):
        return Weight.SURE, Reason(
            "edge", f"{by}, a host given as trusted, took the mail from {peer}."
        )
    if side.provider is not None:
        return Weight.SURE, Reason(
            "edge", f"{by}, a host of {side.provider.name}, took the mail from {peer}."
        )
    if side.own:
        return Weight.SURE, Reason(
            "edge", f"{by}, to which the trusted hosts lead, took the mail from {peer}."
        )
    if organisation(mail_domain(hop.for_)) in side.organisations:
        return Weight.SURE, Reason(
            "edge", f"{by} took the mail for the recipient's domain from {peer}."
        )
    return (
        Weight.DOUBTFUL if _relayed_from_outside(side, below) else Weight.LIKELY,
        Reason(
            "edge-of-unknown-host",
            f"{by} wrote the last line that can be believed, and took the mail from {peer}; "
            f"nothing tells whether {by} is the recipient's first host.",
        ),
    )


def _doubt(
    side: Side, hop: ClaimedHop, ip: Address, below: tuple[ClaimedHop, ...]
) -> tuple[str, str] | None:
    """(code, rest of the sentence) of the gravest doubt."""
    services = side.trust.services
    if hop.ip_may_be_helo:
        return "edge-may-be-greeting", ", but its form may show the peer's own greeting."
    if services.is_gateway(hop.from_host or hop.from_name):
        return (
            "edge-is-gateway",
            ", a filtering service: if it filters for the recipient, give it as a trusted relay.",
        )
    if _was_delivered_before(side, below, services.sender_of(ip)):
        return (
            "edge-is-forwarder",
            ", which seems to pass on mail that had already reached a mailbox: if that mailbox "
            "is the recipient's, give it as a trusted relay.",
        )
    if _greets_as_ours(side, hop):
        return (
            "edge-greets-as-own",
            ". The peer greeted with the name of a trusted host, which proves nothing: give the "
            "address of that host to be sure.",
        )
    believed = side.own or side.provider is not None
    if not believed and (side.is_ours(hop.from_name) or side.is_ours(hop.from_host)):
        return (
            "edge-may-be-own",
            ", which bears a name of the recipient's own side: if it is a relay of the "
            "recipient, give it as trusted.",
        )
    return None


def _greets_as_ours(side: Side, hop: ClaimedHop) -> bool:
    """Spammers do so, but so does a relay of ours that DNS does not confirm."""
    if not side.configured or hop.from_host_checked:
        return False
    return any(
        name is not None and side.trust.wrote_own(name, None)
        for name in (hop.from_name, hop.from_host)
    )


def _was_delivered_before(
    side: Side, below: tuple[ClaimedHop, ...], sender: Provider | None
) -> bool:
    """Whether the claimed lines look as if the mail had been in a mailbox before."""
    services = side.trust.services
    if below and below[0].way is Way.WEB and (below[0].protocol or "").upper() == "HTTPS":
        writer = services.writer(below[0].by, below[0].by_ip)
        return writer is not None and (side.provider is None or writer is sender)
    for hop in below[:LOOK_AHEAD]:
        writer = services.writer(hop.by, hop.by_ip)
        if writer is None:
            if internal_name(hop.by or ""):
                continue
            return False
        if not _took_from_stranger(side, hop, writer):
            continue
        # Else the service may filter for the recipient, or send what its customers relay.
        if side.provider is None:
            return True
        if writer is sender and matches(hop.by, None, writer.front):
            return writer.front_tells_forwarding
    return False


def _took_from_stranger(side: Side, hop: ClaimedHop, writer: Provider) -> bool:
    """Whether the line says that the service took the mail from outside, for one of its own."""
    return (
        hop.from_ip is not None
        and side.policy.can_be_origin(hop.from_ip)
        and hop.way in (Way.SMTP, Way.UNKNOWN)
        and not hop.authenticated
        and not writer.holds(hop.from_ip)
        and side.trust.services.provider(hop.from_host) is not writer
    )


def _relayed_from_outside(side: Side, below: tuple[ClaimedHop, ...]) -> bool:
    """Whether the next line says that its host, too, took the mail from a stranger."""
    if not below:
        return False
    following = below[0]
    return (
        following.way in (Way.SMTP, Way.UNKNOWN)
        and following.from_ip is not None
        and side.policy.can_be_origin(following.from_ip)
        and not following.authenticated
    )
