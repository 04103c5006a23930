# SPDX-License-Identifier: Apache-2.0
"""The networks of the simulated world: who runs them, where, and their address ranges.

Only ranges and numbers set apart for documentation and benchmarks: RFC 5737, 2544, 3849, 9637
and, for ASNs, RFC 5398. No real network is named. Looks nothing up.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from comity.values.address import Address, Network
from simulator.dice import Dice


class Kind(StrEnum):
    """What a network is for."""

    ACCESS = "access"
    HOSTING = "hosting"
    MAILBOX_PROVIDER = "mailbox-provider"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Range:
    """A piece of a network's address space, and the country it is used in."""

    net: Network
    country: str


@dataclass(frozen=True, slots=True)
class Operator:
    """An autonomous system."""

    asn: int
    name: str
    domain: str
    kind: Kind
    ranges: tuple[Range, ...]

    @property
    def country(self) -> str:
        return self.ranges[0].country

    def host(self, dice: Dice, v6_share: float = 0.15) -> "Host":
        """Some host of this network."""
        six = [r for r in self.ranges if r.net.version == 6]
        four = [r for r in self.ranges if r.net.version == 4]
        chosen = dice.pick(six) if six and dice.chance(v6_share) else dice.pick(four)
        return Host(_address_in(chosen.net, dice.getrandbits(64)), self, chosen.country)

    def host_at(self, number: int, span: int = 0) -> "Host":
        """The host with this number, counted through the IPv4 ranges; `span` picks the range."""
        four = [r for r in self.ranges if r.net.version == 4]
        chosen = four[span % len(four)]
        return Host(_address_in(chosen.net, number), self, chosen.country)


@dataclass(frozen=True, slots=True)
class Host:
    """One address in use."""

    ip: Address
    operator: Operator
    country: str

    @property
    def reverse(self) -> str:
        """Its reverse name, as networks of this kind write them."""
        return _reverse(self)


def _address_in(net: Network, number: int) -> Address:
    if isinstance(net, IPv4Network):
        usable = max(net.num_addresses - 2, 1)
        return IPv4Address(int(net.network_address) + 1 + number % usable)
    # A /64 in the range, then a small interface number or a random one.
    subnet = number % 4093
    low = (number >> 16) & 0xFFFF if number & 1 else number & 0xFFFF_FFFF_FFFF_FFFF
    return IPv6Address(int(net.network_address) + (subnet << 64) + (low or 1))


def _reverse(host: Host) -> str:
    domain = host.operator.domain
    ip = str(host.ip)
    flat = ip.replace(".", "-").replace(":", "-").strip("-")
    number = int(host.ip)
    if host.operator.kind is Kind.ACCESS:
        shapes = (f"{flat}.dyn.{domain}", f"host{flat}.pool.{domain}", f"dsl-{flat}.{domain}")
        return shapes[host.operator.asn % 3]
    if host.operator.kind is Kind.HOSTING:
        shapes = (
            f"vps{number % 99991}.{domain}",
            f"srv-{flat}.{domain}",
            f"static.{flat}.{domain}",
        )
        return shapes[host.operator.asn % 3]
    return f"out-{number % 251}.mail.{domain}"


# asn, name, domain, kind, country of each range ("GB" or "GB,FR": more ranges, same network)
_TABLE = """
64496|Hanbit Broadband|hanbit-broadband.example|access|KR
64497|Islemere Telecom|islemere-telecom.example|access|GB
64498|Rheinnetz Zugang|rheinnetz.example|access|DE
64499|Cotelec Internet|cotelec.example|access|FR
64500|Redes del Sol|redesdelsol.example|access|ES
64501|Banda Larga Sul|bandalargasul.example|access|BR
64502|Sakura Hikari Net|sakura-hikari.example|access|JP
64503|Changjiang Broadband|changjiang-bb.example|access|CN
64504|Nile Line|nileline.example|access|EG
64505|Volgasvyaz|volgasvyaz.example|access|RU
64506|Prairie Cable|prairiecable.example|access|US
64507|Mekong Fiber|mekongfiber.example|access|VN
64508|Deccan Broadband|deccan-bb.example|access|IN
64509|Lagoon Mobile|lagoonmobile.example|access|NG
64510|Dnipro Online|dnipro-online.example|access|UA
64511|Anahuac Cable|anahuaccable.example|access|MX
65536|Polder Racks|polderracks.example|hosting|NL,US
65537|Bluegrass Cloud|bluegrass-cloud.example|hosting|US
65538|Frankenserver Hosting|frankenserver.example|hosting|DE
65539|Neva Dedic|nevadedic.example|hosting|RU
65540|Kowloon Colo|kowlooncolo.example|hosting|HK
65541|Hexagone Cloud|hexagone-cloud.example|hosting|FR
65542|Hanok IDC|hanok-idc.example|hosting|KR
65543|Thames Web Farm|thameswebfarm.example|hosting|GB,IE
65544|Brightmail|brightmail.example|mailbox-provider|US
65545|Skylook|skylook.example|mailbox-provider|US,IE
65546|Purplemail|purplemail.example|mailbox-provider|US
65547|Saerom Mail|saerom.example|mailbox-provider|KR
65548|Postkasten|postkasten.example|mailbox-provider|DE
65549|Harbour Mail Relay|harbour-relay.example|relay|GB
65550|Hangang Relay|hangang-relay.example|relay|KR
65551|Continental Relay|continental-relay.example|relay|DE,FR,JP,ES,BR
"""

# Where each kind takes its IPv4 space: (block, prefix length of one network)
_SPACE = {
    Kind.ACCESS: ("198.18.0.0/16", 20),
    Kind.HOSTING: ("198.19.0.0/16", 20),
    Kind.MAILBOX_PROVIDER: ("198.51.100.0/24", 27),
    Kind.RELAY: ("192.0.2.0/24", 27),
}


@cache
def operators() -> tuple[Operator, ...]:
    """All networks of the world, in order of their numbers."""
    free = {
        kind: IPv4Network(block).subnets(new_prefix=length)
        for kind, (block, length) in _SPACE.items()
    }
    made = []
    for row, line in enumerate(_TABLE.strip().splitlines()):
        asn, name, domain, kind_text, countries = line.split("|")
        kind = Kind(kind_text)
        ranges: list[Range] = []
        for part, code in enumerate(countries.split(",")):
            six = IPv6Network(
                f"3fff:{row:x}{part:x}::/32"
                if kind is Kind.ACCESS
                else f"2001:db8:{row:x}{part:x}::/48"
            )
            ranges += [Range(next(free[kind]), code), Range(six, code)]
        made.append(Operator(int(asn), name, domain, kind, tuple(ranges)))
    return tuple(made)


@cache
def of_kind(kind: Kind) -> tuple[Operator, ...]:
    return tuple(one for one in operators() if one.kind is kind)


@cache
def by_name(name: str) -> Operator:
    return next(one for one in operators() if one.name == name)


# Bystanders: addresses that liars name, and that belong to nobody in the table.
BYSTANDERS: tuple[Network, ...] = (ip_network("203.0.113.0/24"),)


def bystander(dice: Dice) -> Address:
    """An address for a lie: free, or of some innocent host of the world."""
    if dice.chance(0.6):
        return _address_in(BYSTANDERS[0], dice.getrandbits(16))
    return dice.pick(operators()).host(dice).ip
