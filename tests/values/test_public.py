# SPDX-License-Identifier: Apache-2.0
"""Addresses are read as `ipaddress` reads them, and public are those of the registries."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.values.address import DEMO, DEMO_RANGES, PRODUCTION, address, unwrapped

# RFC 6890 and what IANA's special-purpose registries added; multicast beside it.
BLOCKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
::/128 ::1/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32
2001:2::/48 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8
""".split()


def _slow(ip, demo):
    meant = unwrapped(ip)
    if any(meant.version == net.version and meant in net for net in DEMO_RANGES):
        return demo
    return meant.is_global and not meant.is_multicast


def _check(ip):
    assert PRODUCTION.can_be_origin(ip) == _slow(ip, False)
    assert DEMO.can_be_origin(ip) == _slow(ip, True)


@pytest.mark.parametrize("text", BLOCKS)
def test_at_the_edges_of_each_special_block(text):
    network = IPv6Network(text) if ":" in text else IPv4Network(text)
    kind = IPv6Address if ":" in text else IPv4Address
    first, last = int(network[0]), int(network[-1])
    for number in (first - 1, first, (first + last) // 2, last, last + 1):
        if 0 <= number < 2 ** (128 if ":" in text else 32):
            _check(kind(number))


@given(st.integers(0, 2**32 - 1))
def test_anywhere_in_ipv4(number):
    _check(IPv4Address(number))


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**112 - 1))
def test_anywhere_in_ipv6(top, rest):
    _check(IPv6Address(top << 112 | rest))


@given(st.integers(0, 2**32 - 1), st.sampled_from(["::ffff:0:0", "64:ff9b::", "2002::"]))
def test_a_wrapped_address_is_the_one_inside(number, prefix):
    shift = 80 if prefix == "2002::" else 0
    assert unwrapped(IPv6Address(int(IPv6Address(prefix)) | number << shift)) == IPv4Address(number)


def _standard(text):
    try:
        return ip_address(text) if len(text) <= 45 and "%" not in text else None
    except ValueError:
        return None


TEXTS = """
192.0.2.1 0.0.0.0 255.255.255.255 256.0.0.1 1.2.3 1.2.3.4.5 01.2.3.4 1.2.3.04 1..2.3 1.2.3.4. ::
:: ::1 1:: 1::2 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 1:2:3:4::5:6:7:8 1:2:3:4:5:6:7:8::
1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 1::2::3 ::: :1 1: 12345:: g:: ::ffff:192.0.2.1 1:2:3:4:5:6:192.0.2.1
2001:DB8::A 1:::2 ::1: :::1 1 : . \u0661.2.3.4 2001:db8::\u0661 +1.2.3.4 1_0.2.3.4 0x1::
""".split()


@pytest.mark.parametrize("text", [*TEXTS, "", " ::1", "::1 ", "::1\n", "1.2.3.4\n", "1 ::2"])
def test_a_text_is_read_as_the_standard_library_reads_it(text):
    assert repr(address(text)) == repr(_standard(text))


@given(st.text("0123456789abcdefABCDEF:.", max_size=46))
def test_any_text_is_read_as_the_standard_library_reads_it(text):
    assert repr(address(text)) == repr(_standard(text))


@given(st.lists(st.sampled_from(["0", "1", "ff", "DB8", "12345", "", ":"]), max_size=11))
def test_any_groups_are_read_as_the_standard_library_reads_them(groups):
    text = ":".join(groups)
    assert repr(address(text)) == repr(_standard(text))


@given(st.ip_addresses())
def test_an_address_is_read_as_it_was_printed(ip):
    assert address(str(ip)) == ip
    assert address(ip.exploded) == ip
