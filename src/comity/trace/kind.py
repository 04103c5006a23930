# SPDX-License-Identifier: Apache-2.0
"""What kind of host the origin is, by name shape, network name and service data.

An estimate with its reason. A name that only the peer itself gave counts for nothing here, except
where the network it sits in agrees.
"""

from comity.trace.claim import ClaimedHop
from comity.trace.names import (
    access_network,
    holds_address,
    hosting_network,
    names_access,
    names_hosting,
)
from comity.trace.services import Provider, Services
from comity.trace.trace import AddressFacts, OriginKind
from comity.trace.way import Way
from comity.values.address import Address
from comity.values.reason import Reason

# Types that address data gives: IPinfo's as_type, and the kinds themselves from a table of one's
# own. An access network also holds mail servers with names of their own, so there it tells only
# of hosts without; "business" and "education" tell nothing.
_NETWORK_TYPES = {
    "hosting": OriginKind.HOSTING,
    "isp": OriginKind.ACCESS,
    "access": OriginKind.ACCESS,
    "relay": OriginKind.RELAY,
    "mailbox-provider": OriginKind.MAILBOX_PROVIDER,
}


def mailbox_provider(
    hop: ClaimedHop, ip: Address, facts: AddressFacts, services: Services
) -> Provider | None:
    """The mailbox service that this peer surely belongs to."""
    by_range = services.sender_of(ip)
    if by_range is not None:
        return by_range
    if hop.from_host_checked:
        by_name = services.provider(hop.from_host)
        if by_name is not None and not holds_address(hop.from_host or "", ip):
            return by_name
    helo = services.provider(hop.from_name)
    network = (facts.network or "").lower()
    if helo is not None and any(word in network for word in helo.network_words):
        return helo
    return None


def kind_of(
    hop: ClaimedHop,
    ip: Address,
    facts: AddressFacts,
    services: Services,
    provider: Provider | None,
    forwarded: bool,
) -> tuple[OriginKind, Reason]:
    """(kind, why). `provider` is what `mailbox_provider` found."""
    if (hop.authenticated or hop.way is Way.WEB) and not forwarded:
        return OriginKind.ACCESS, Reason(
            "kind-submission", "The peer handed the mail in at the recipient's own service."
        )
    name = hop.from_host or ""
    if services.is_gateway(name):
        return _relay(f"{name} belongs to a filtering or forwarding service.")
    if not name and services.is_gateway(hop.from_name):
        return _relay(f"It greets as {hop.from_name}, of a filtering or forwarding service.")
    if provider is not None:
        return OriginKind.MAILBOX_PROVIDER, Reason(
            "kind-mailbox-provider", f"{ip} sends for the mail service {provider.name}."
        )
    if services.is_sender(name):
        return _relay(f"{name} belongs to a service that sends mail for others.")
    if not name and services.is_sender(hop.from_name):
        return _relay(f"It greets as {hop.from_name}, of a service that sends mail for others.")
    if forwarded and not (name and holds_address(name, ip)):
        return _relay("The mail bears marks of a forwarder or mailing list.")
    return _by_shape(name or None, hop.from_name, ip, facts)


def _relay(text: str) -> tuple[OriginKind, Reason]:
    return OriginKind.RELAY, Reason("kind-relay", text)


def _by_shape(
    host: str | None, helo: str | None, ip: Address, facts: AddressFacts
) -> tuple[OriginKind, Reason]:
    network = facts.network or ""
    name = host or (helo if helo and holds_address(helo, ip) else None)
    if name and names_access(name):
        return OriginKind.ACCESS, Reason(
            "kind-access-name", f"{name} is named like the line of an access customer."
        )
    if name and names_hosting(name):
        return OriginKind.HOSTING, Reason(
            "kind-hosting-name", f"{name} is named like a rented server."
        )
    told = _NETWORK_TYPES.get(facts.network_type or "")
    if told is not None and (told is not OriginKind.ACCESS or _nameless(host, helo, ip)):
        return told, Reason(
            "kind-network-type",
            f"The address data ({facts.data}) says that its network is of type "
            f"{facts.network_type}.",
        )
    if network and hosting_network(network):
        return OriginKind.HOSTING, Reason(
            "kind-hosting-network", f"Its network is named {network}, as of a hosting firm."
        )
    if network and access_network(network) and _nameless(host, helo, ip):
        return OriginKind.ACCESS, Reason(
            "kind-access-network",
            f"Its network is named {network}, as of an access provider, and it has no name "
            "of its own.",
        )
    return OriginKind.UNKNOWN, Reason(
        "kind-unknown", "Neither its name nor its network tells what kind of host it is."
    )


def _nameless(host: str | None, helo: str | None, ip: Address) -> bool:
    """Whether the host has no name of its own: none at all, or one made from its address."""
    if host is None and (helo is None or "." not in helo.strip("[]0123456789.")):
        return True
    name = host or helo
    return name is not None and holds_address(name, ip)
