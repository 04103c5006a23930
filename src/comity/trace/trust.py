# SPDX-License-Identifier: Apache-2.0
"""Whom to believe: the recipient's own hosts (given by the operator) and large mail services.

Rules are data. Reads them with errors that say where; never reads a mail, never looks anything up.
How to write them: docs/reference/trust.md.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace

from comity.trace.ranges import NOWHERE, Ranges, matches, network_of
from comity.trace.services import Services, shipped
from comity.values.address import Address, Network
from comity.values.errors import BadData

MAX_RULES = 1_000  # ours
MAX_PATTERNS = 10_000  # ours, over all rules


# Shortest prefix taken as relays; ours: a wider one would call half the internet our own.
SHORTEST_PREFIX = {4: 8, 6: 16}


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines written by `by` are believed where the chain reaches them; `relays` are our own."""

    by: tuple[str, ...] = ()  # host globs, lower case; empty: whichever believed host wrote it
    relays: Ranges = NOWHERE  # peers stepped over as our own
    relay_names: tuple[str, ...] = ()  # the same by name, host globs

    def wrote(self, host: str | None, ip: Address | None) -> bool:
        return not self.by or matches(host, ip, self.by)


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
        return cls(services=shipped())

    @classmethod
    def read_json(cls, text: str, name: str = "trust file") -> "Trust":
        """A list of {"by": [host glob…], "relays": [CIDR or host…]}. BadData says where."""
        return cls(rules=_rules(text, name))

    def with_relay(self, text: str) -> "Trust":
        """Add `--trusted-relay`: an address, a network, or a host (a domain: all below too)."""
        relay = text.strip()
        network = network_of(relay)
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
        return bool(self.rules) and any(
            rule.by and matches(host, ip, rule.by) for rule in self.rules
        )

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
        if not self.configured:
            return f"providers {self.services.version}, no own rules"
        rules = hashlib.sha256(repr((self.rules, self.own)).encode()).hexdigest()[:12]
        return f"providers {self.services.version}, own rules {rules}"


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
        network = network_of(text)
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
    if network.prefixlen < SHORTEST_PREFIX[network.version] and not network.is_private:
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
    if network_of(text) is not None:
        return text
    name = text.lower().rstrip(".")
    if not _HOST.fullmatch(name):
        raise BadData(f"{where}: {text[:80]!r} is no host name or pattern", _SHAPE)
    return name.replace("x", "*") if _LIKE_10_X.fullmatch(name) else name
