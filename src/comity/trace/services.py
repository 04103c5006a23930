# SPDX-License-Identifier: Apache-2.0
"""What is known of large mail services: whose host a name or an address is.

Shipped as data (`providers.json`, with its own version). Never reads a mail. What the keys mean:
docs/reference/trust.md.
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from ipaddress import ip_network
from typing import TypeVar

from comity.trace.ranges import NOWHERE, Ranges
from comity.values.address import Address

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Provider:
    """How one mail service writes the fields of mail it takes in."""

    name: str
    kind: str
    hosts: tuple[str, ...] = ()  # domains: they and all below write as this service
    by_addresses: Ranges = NOWHERE  # writes `by` as one of these
    inside: Ranges = NOWHERE  # peers that are its own inner hosts
    inside_names: tuple[str, ...] = ()  # the names of those, for lines with a spoiled address
    edge_names: tuple[str, ...] = ()  # its outgoing side: an edge even where `inside` holds it
    front: tuple[str, ...] = ()  # hosts that take mail from outside
    front_tells_forwarding: bool = False  # mail it sends by itself never passes `front`
    outgoing: Ranges = NOWHERE  # addresses it sends from
    results_below: tuple[str, ...] = ()  # hosts that write their results below their line
    results_without_id: bool = False  # leaves out the id that RFC 8601 asks for
    network_words: tuple[str, ...] = ()  # in the name of its autonomous system, lower case

    def holds(self, ip: Address) -> bool:
        """Whether this address is one of its inner hosts."""
        return ip in self.inside

    def sends_from(self, ip: Address) -> bool:
        return ip in self.outgoing


@dataclass(frozen=True, slots=True)
class Services:
    """The shipped data, indexed by domain."""

    version: str = "none"
    providers: dict[str, Provider] = field(default_factory=dict)  # by domain
    by_address: tuple[Provider, ...] = ()
    outgoing: tuple[Provider, ...] = ()
    gateways: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    # Answers given before: the same few hosts write most lines. Never part of the value.
    _known: dict[str, Provider | None] = field(default_factory=dict, compare=False, repr=False)
    _sends: dict[Address, Provider | None] = field(default_factory=dict, compare=False, repr=False)

    def provider(self, host: str | None) -> Provider | None:
        """The service whose host this is, by name alone."""
        if not host or not self.providers:
            return None
        try:
            return self._known[host]
        except KeyError:
            found = _below(host, self.providers)
            _keep(self._known, host, found)
            return found

    def writer(self, host: str | None, ip: Address | None) -> Provider | None:
        """The service that writes this `by`."""
        known = self._known
        found = known[host] if host in known else self.provider(host)
        if found is None and ip is not None:
            for one in self.by_address:
                if ip in one.by_addresses:
                    return one
        return found

    def sender_of(self, ip: Address) -> Provider | None:
        """The mailbox service that sends from this address, by its published ranges."""
        try:
            return self._sends[ip]
        except KeyError:
            found = next((it for it in self.outgoing if it.sends_from(ip)), None)
            _keep(self._sends, ip, found)
            return found

    def is_gateway(self, host: str | None) -> bool:
        return bool(host) and _within(host or "", self.gateways)

    def is_sender(self, host: str | None) -> bool:
        return bool(host) and _within(host or "", self.senders)


MAX_KEPT = 65_536  # answers; ours


def _keep(known: dict[_Key, Provider | None], key: _Key, found: Provider | None) -> None:
    if len(known) >= MAX_KEPT:
        known.clear()
    known[key] = found


def _below(host: str, table: dict[str, Provider]) -> Provider | None:
    name = host.lower().rstrip(".")
    while name:
        found = table.get(name)
        if found is not None:
            return found
        _, _, name = name.partition(".")
    return None


@lru_cache(maxsize=16_384)  # names of at most 300 characters, by `trace.peer`
def _within(host: str, names: frozenset[str]) -> bool:
    name = host.lower().rstrip(".")
    while name:
        if name in names:
            return True
        _, _, name = name.partition(".")
    return False


@lru_cache(maxsize=1)
def shipped() -> Services:
    content = json.loads(files("comity.trace").joinpath("providers.json").read_text("utf-8"))
    providers = tuple(
        Provider(
            name=item["name"],
            kind=item["kind"],
            hosts=tuple(item["hosts"]),
            by_addresses=_networks(item.get("by_addresses", [])),
            inside=_networks(item.get("inside", [])),
            outgoing=_networks(item.get("outgoing", [])),
            inside_names=tuple(item.get("inside_names", [])),
            edge_names=tuple(item.get("edge_names", [])),
            front=tuple(item.get("front", [])),
            front_tells_forwarding=bool(item.get("front_tells_forwarding", False)),
            results_below=tuple(item.get("results_below", [])),
            results_without_id=bool(item.get("results_without_id", False)),
            network_words=tuple(item.get("network_words", [])),
        )
        for item in content["providers"]
    )
    return Services(
        version=content["version"],
        providers={host: provider for provider in providers for host in provider.hosts},
        by_address=tuple(provider for provider in providers if provider.by_addresses),
        outgoing=tuple(provider for provider in providers if provider.outgoing),
        gateways=frozenset(content["gateways"]["hosts"]),
        senders=frozenset(content["senders"]["hosts"]),
    )


def _networks(texts: list[str]) -> Ranges:
    return Ranges(tuple(ip_network(text) for text in texts))
