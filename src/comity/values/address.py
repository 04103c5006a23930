# SPDX-License-Identifier: Apache-2.0
"""Internet addresses (RFC 4291, 5952) and which of them can be the origin of a mail.

Nothing here looks an address up. What counts as public is a policy that the caller passes in,
because demo data lives on documentation ranges that no real mail can come from.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_TEXT = 45  # characters: the longest IPv6 text form, RFC 4291 section 2.2 form 3

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056
_WRAPPING = frozenset((0, 0x64, 0x2002))  # the first 16 bits of all that wrap

# Where the special blocks of RFC 6890 lie: first octets of IPv4, first 16 bits of global unicast
# IPv6 (2000::/3). Anywhere else an address is public, and need not be looked at more closely.
_SPECIAL_FOUR = frozenset((0, 10, 100, 127, 169, 172, 192, 198, 203, *range(224, 256)))
_SPECIAL_SIX = frozenset((0x2001, 0x2002, 0x3FFF))

# The plain forms, read by their numbers in half the time that `ipaddress` takes.
_OCTETS = {str(number): number for number in range(256)}
_SIX = re.compile(r"[0-9A-Fa-f:]{2,}")

# Documentation and benchmark ranges: RFC 5737, RFC 3849, RFC 9637, RFC 2544, RFC 5180.
DEMO_RANGES: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "198.18.0.0/15",
        "2001:db8::/32",
        "3fff::/20",
        "2001:2::/48",
    )
)


def address(text: str) -> Address | None:
    """Read an address; None for all else (a zone id, leading zeros, 0x forms are refused)."""
    if len(text) > MAX_TEXT or "%" in text:
        return None
    if ":" not in text:
        return _four(text)
    if "." not in text:
        return _six(text) if _SIX.fullmatch(text) else None
    try:  # IPv6 that ends as IPv4
        return ip_address(text)
    except ValueError:
        return None


def _four(text: str) -> IPv4Address | None:
    octets = text.split(".")
    if len(octets) != 4:
        return None
    a, b, c, d = map(_OCTETS.get, octets)
    if a is None or b is None or c is None or d is None:
        return None
    return IPv4Address(a << 24 | b << 16 | c << 8 | d)


def _six(text: str) -> IPv6Address | None:
    """From hexadecimal digits and colons."""
    left, gap, right = text.partition("::")
    before = left.split(":") if left else []
    after = right.split(":") if right else []
    zeros = 8 - len(before) - len(after)
    if zeros < 1 if gap else zeros:
        return None
    groups = [*before, *["0"] * zeros, *after]
    digits = "".join([group.zfill(4) for group in groups])
    if "" in groups or len(digits) != 32:  # a group of no digit, or of more than four
        return None
    return IPv6Address(int(digits, 16))


def unwrapped(ip: Address) -> Address:
    """The IPv4 address inside a mapped (RFC 4291), NAT64 or 6to4 address, else `ip` itself."""
    if isinstance(ip, IPv6Address) and int(ip) >> 112 in _WRAPPING:
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFF_FFFF)
        if ip in _SIX_TO_FOUR:
            return IPv4Address((int(ip) >> 80) & 0xFFFF_FFFF)
    return ip


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses may be named as the origin of a mail."""

    name: str
    demo_ranges: bool  # documentation and benchmark ranges count as public

    def can_be_origin(self, ip: Address) -> bool:
        if ip.version == 4:
            if int(ip) >> 24 not in _SPECIAL_FOUR:
                return True
        elif (top := int(ip) >> 112) >> 13 == 1 and top not in _SPECIAL_SIX:
            return True
        return _is_public(unwrapped(ip), self.demo_ranges)


PRODUCTION = AddressPolicy("production", demo_ranges=False)
DEMO = AddressPolicy("demo", demo_ranges=True)


@lru_cache(maxsize=65_536)
def _is_public(ip: Address, demo_ranges: bool) -> bool:
    if any(ip.version == net.version and ip in net for net in DEMO_RANGES):
        return demo_ranges
    return ip.is_global and not ip.is_multicast
