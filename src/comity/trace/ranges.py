# SPDX-License-Identifier: Apache-2.0
"""Sets of addresses and host patterns, asked many times a mail.

Pure comparison: never resolves a name, never looks anything up.
"""

import re
from fnmatch import translate
from functools import lru_cache
from ipaddress import ip_network
from typing import NamedTuple

from comity.values.address import Address, Network


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


def matches(host: str | None, ip: Address | None, patterns: tuple[str, ...]) -> bool:
    """Whether a host name fits one of the globs, or its address one of the networks there."""
    globs = _compiled(patterns)
    if host:
        name = host.lower().rstrip(".")
        if name.endswith(globs.ends) or name in globs.names:
            return True
        if globs.others is not None and globs.others.match(name):
            return True
    return ip is not None and ip in globs.networks


class _Globs(NamedTuple):
    """Patterns by how quickly each can be compared: most are `*.example` or a name in full."""

    ends: tuple[str, ...]
    names: frozenset[str]
    others: re.Pattern[str] | None
    networks: Ranges


_SPECIAL = frozenset("*?[")


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> _Globs:
    ends: list[str] = []
    names: list[str] = []
    others: list[str] = []
    networks: list[Network] = []
    for item in patterns:
        network = network_of(item)
        if network is not None:
            networks.append(network)
        elif _SPECIAL.isdisjoint(item):
            names.append(item)
        elif item[0] == "*" and _SPECIAL.isdisjoint(item[1:]):
            ends.append(item[1:])
        else:
            others.append(translate(item))
    return _Globs(
        tuple(ends),
        frozenset(names),
        re.compile("|".join(others)) if others else None,
        Ranges(tuple(networks)),
    )


@lru_cache(maxsize=4_096)
def network_of(text: str) -> Network | None:
    try:
        return ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def spelt(ip: Address) -> str:
    """As text. `ipaddress` takes its time to compress IPv6, and the same few come all day."""
    return str(ip)


def side_by_side(one: Address, other: Address) -> bool:
    """Whether two addresses lie in one /24 (IPv6: /64), the least that is routed to one network."""
    if one.version != other.version:
        return False
    return int(one) >> (8 if one.version == 4 else 64) == int(other) >> (
        8 if other.version == 4 else 64
    )
