# SPDX-License-Identifier: Apache-2.0
"""Whom to believe: the recipient's own hosts (given by the operator) and large mail services.

Rules are data. Reads them with errors that say where; never reads a mail, never looks anything up.
What the keys mean: docs/reference/trust.md.
"""

import json
import re
from dataclasses import dataclass, field, replace
from fnmatch import translate
from functools import lru_cache
from importlib.resources import files
from ipaddress import ip_network
from typing import TypeVar

from comity.values.address import Address, Network
from comity.values.errors import BadData

MAX_RULES = 1_000  # ours
MAX_PATTERNS = 10_000  # ours, over all rules


_Key = TypeVar("_Key")


class Ranges:
    """Networks, asked many times whether they hold an address. Compares as they do."""

    __slots__ = ("_four", "_six", "networks")

    def __init__(self, networks: tuple[Network, ...] = ()) -> None:
        self.networks = networks
        self._four = _spans(networks, 4)
        self._six = _spans(networks, 6)

    def __contains__(self, ip: Address) -> bool:
        spans = self._four if ip.version == 4 else self._six
        if spans:
            number = int(ip)
            for low, high in spans:
                if low <= number <= high:
                    return True
        return False

    def __bool__(self) -> bool:
        return bool(self.networks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and self.networks == other.networks

    def __hash__(self) -> int:
        return hash(self.networks)

    def __repr__(self) -> str:
        return f"Ranges({', '.join(map(str, self.networks))})"

    def and_one(self, network: Network) -> "Ranges":
        return Ranges((*self.networks, network))

    def and_all(self, other: "Ranges") -> "Ranges":
        return Ranges((*self.networks, *other.networks))


def _spans(networks: tuple[Network, ...], version: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        (int(net.network_address), int(net.broadcast_address))
        for net in networks
        if net.version == version
    )


NOWHERE = Ranges()


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines written by `by` are believed where the chain reaches them; `relays` are our own."""

    by: tuple[str, ...] = ()  # host globs, lower case; empty: whichever believed host wrote it
    relays: Ranges = NOWHERE  # peers stepped over as our own
    relay_names: tuple[str, ...] = ()  # the same by name, host globs

    def wrote(self, host: str | None, ip: Address | None) -> bool:
        return not self.by or matches(host, ip, self.by)


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
        found = self.provider(host)
        if found is None and ip is not None:
            return next((it for it in self.by_address if ip in it.by_addresses), None)
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


def _within(host: str, names: frozenset[str]) -> bool:
    name = host.lower().rstrip(".")
    while name:
        if name in names:
            return True
        _, _, name = name.partition(".")
    return False


@dataclass(frozen=True, slots=True)
class Trust:
    """All that decides whose lines are believed. Joined with `|`."""

    rules: tuple[Rule, ...] = ()  # from a trust file
    own: Rule = Rule()  # from --trusted-relay: `by` and `relay_names` hold the same hosts
    services: Services = field(default_factory=Services)
    believe_top: bool = True  # the recipient's own server wrote the top line

    @classmethod
    def nobody(cls) -> "Trust":
        """Nothing is vouched, whatever the mail says: for copies with no delivered header."""
        return cls(believe_top=False)

    @classmethod
    def providers(cls) -> "Trust":
        """The shipped data on large mail services."""
        return cls(services=_shipped())

    @classmethod
    def read_json(cls, text: str, name: str = "trust file") -> "Trust":
        """A list of {"by": [host glob…], "relays": [CIDR or host…]}. BadData says where."""
        return cls(rules=_rules(text, name))

    def with_relay(self, text: str) -> "Trust":
        """Add `--trusted-relay`: an address, a network, or a host (a domain: all below too)."""
        relay = text.strip()
        network = _network(relay)
        if network is not None:
            _not_too_wide(network, "--trusted-relay")
            return replace(self, own=replace(self.own, relays=self.own.relays.and_one(network)))
        hosts = (*self.own.by, *_host_and_below(relay, "--trusted-relay"))
        return replace(self, own=replace(self.own, by=hosts, relay_names=hosts))

    def __or__(self, other: "Trust") -> "Trust":
        return Trust(
            rules=(*self.rules, *other.rules),
            own=Rule(
                by=(*self.own.by, *other.own.by),
                relays=self.own.relays.and_all(other.own.relays),
                relay_names=(*self.own.relay_names, *other.own.relay_names),
            ),
            services=self.services if self.services.providers else other.services,
            believe_top=self.believe_top and other.believe_top,
        )

    @property
    def configured(self) -> bool:
        return bool(self.rules or self.own.by or self.own.relays)

    def wrote_own(self, host: str | None, ip: Address | None) -> bool:
        """Whether the operator named this writing host."""
        if self.own.by and matches(host, ip, self.own.by):
            return True
        return any(rule.by and matches(host, ip, rule.by) for rule in self.rules)

    def relay_by_address(
        self, writer: str | None, writer_ip: Address | None, peer: Address
    ) -> bool:
        """Whether the operator told us to step over this peer where `writer` saw it."""
        if peer in self.own.relays:
            return True
        return any(peer in rule.relays and rule.wrote(writer, writer_ip) for rule in self.rules)

    def relay_by_name(self, writer: str | None, writer_ip: Address | None, name: str) -> bool:
        """The same by name. In a trust file, a host named in full under `by` counts as one."""
        if self.own.relay_names and matches(name, None, self.own.relay_names):
            return True
        for rule in self.rules:
            if not rule.wrote(writer, writer_ip):
                continue
            if rule.relay_names and matches(name, None, rule.relay_names):
                return True
            if rule.by and matches(name, None, rule.by) and self._is_own_name(name, rule):
                return True
        return False

    def _is_own_name(self, name: str, rule: Rule) -> bool:
        """A glob over a mail service covers its outgoing hosts too, so those must be in full."""
        if name.lower() in rule.by:
            return True
        return self.services.provider(name) is None

    @property
    def names_relays_by_address(self) -> bool:
        return bool(self.own.relays) or any(rule.relays for rule in self.rules)

    def version(self) -> str:
        """What decided, for the result's `versions`."""
        count = len(self.rules) + len(self.own.by) + len(self.own.relays.networks)
        return f"providers {self.services.version}, own rules {count}"


# Shortest prefix taken as relays; ours: a wider one would call half the internet our own.
SHORTEST_PREFIX = {4: 8, 6: 16}


def matches(host: str | None, ip: Address | None, patterns: tuple[str, ...]) -> bool:
    """Whether a host name fits one of the globs, or its address one of the networks there."""
    names, networks = _compiled(patterns)
    if host and names.match(host.lower().rstrip(".")):
        return True
    return ip is not None and ip in networks


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], Ranges]:
    globs = [translate(item) for item in patterns if _network(item) is None]
    networks = Ranges(tuple(net for item in patterns if (net := _network(item)) is not None))
    return re.compile("|".join(globs) if globs else r"(?!)"), networks


@lru_cache(maxsize=4_096)
def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None


_HOST = re.compile(r"[a-z0-9_*?](?:[a-z0-9_.:*?-]{0,252})", re.IGNORECASE)
_LIKE_10_X = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,2}(?:\.x){1,3}")  # as people write networks


def _host_and_below(text: str, where: str) -> tuple[str, ...]:
    """A host as given by a person: a glob stays, a plain name covers all below it."""
    name = text.lower().rstrip(".").removeprefix(".")
    if not _HOST.fullmatch(name) or set(name) <= set("*?."):
        raise BadData(
            f"{where}: {text[:80]!r} is no host, address or network",
            "Write a host (mx1.example.org), a domain (example.org) or a network (192.0.2.0/24).",
        )
    return (name,) if "*" in name or "?" in name else (name, f"*.{name}")


def _rules(text: str, name: str) -> tuple[Rule, ...]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{name}: not JSON: {str(error)[:200]}", _SHAPE) from None
    if isinstance(found, dict) and set(found) <= {"by", "relays"}:
        found = [found]
    if not isinstance(found, list):
        raise BadData(f"{name}: expected a list of rules, got {type(found).__name__}", _SHAPE)
    if len(found) > MAX_RULES:
        raise BadData(f"{name}: {len(found)} rules, at most {MAX_RULES} are read", _SHAPE)
    rules = tuple(_rule(item, f"{name}: rule {number}") for number, item in enumerate(found, 1))
    if sum(len(rule.by) + len(rule.relays.networks) for rule in rules) > MAX_PATTERNS:
        raise BadData(f"{name}: more than {MAX_PATTERNS} patterns in all", _SHAPE)
    return rules


_SHAPE = 'The file is a list like [{"by": ["mx*.example.org"], "relays": ["192.0.2.0/24"]}].'


def _rule(item: object, where: str) -> Rule:
    if not isinstance(item, dict):
        raise BadData(f"{where}: expected an object, got {type(item).__name__}", _SHAPE)
    unknown = sorted(set(item) - {"by", "relays", "note"})
    if unknown:
        raise BadData(f"{where}: unknown key {unknown[0]!r}", _SHAPE)
    by = _texts(item.get("by", []), f"{where}, by")
    relays = _texts(item.get("relays", []), f"{where}, relays")
    if not by and not relays:
        raise BadData(f"{where}: names neither a host under by nor a peer under relays", _SHAPE)
    networks: list[Network] = []
    names: list[str] = []
    for text in relays:
        network = _network(text)
        if network is None and "/" not in text:
            names.append(_glob(text, f"{where}, relays"))
            continue
        if network is None:
            raise BadData(f"{where}, relays: {text[:80]!r} is no network", _SHAPE)
        _not_too_wide(network, f"{where}, relays")
        networks.append(network)
    return Rule(
        by=() if "*" in by else tuple(_glob(text, f"{where}, by") for text in by),
        relays=Ranges(tuple(networks)),
        relay_names=tuple(names),
    )


def _not_too_wide(network: Network, where: str) -> None:
    if network.prefixlen < SHORTEST_PREFIX[network.version]:
        raise BadData(
            f"{where}: {network} is too wide to be all your own relays",
            f"Name networks of /{SHORTEST_PREFIX[network.version]} or smaller.",
        )


def _texts(value: object, where: str) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadData(f"{where}: expected a list of texts", _SHAPE)
    return [item.strip() for item in value]


def _glob(text: str, where: str) -> str:
    if _network(text) is not None:
        return text
    name = text.lower().rstrip(".")
    if not _HOST.fullmatch(name):
        raise BadData(f"{where}: {text[:80]!r} is no host name or pattern", _SHAPE)
    return name.replace("x", "*") if _LIKE_10_X.fullmatch(name) else name


@lru_cache(maxsize=1)
def _shipped() -> Services:
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
