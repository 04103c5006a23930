# SPDX-License-Identifier: Apache-2.0
"""Which addresses can be the origin of a mail: tables for both policies (T06, T07, F02)."""

from ipaddress import ip_address

import pytest

from comity.values.address import DEMO, PRODUCTION, address, unwrapped
from comity.values.country import country
from comity.values.digest import digest
from comity.values.domain import ascii_name, registered_domain, unicode_name

T06 = {  # text: (in production, in the demo)
    "8.8.8.8": (True, True),
    "192.0.2.1": (False, True),
    "198.51.100.7": (False, True),
    "203.0.113.9": (False, True),
    "198.18.0.1": (False, True),
    "2001:db8::1": (False, True),
    "3fff::1": (False, True),
    "10.0.0.1": (False, False),
    "172.16.0.1": (False, False),
    "192.168.1.1": (False, False),
    "127.0.0.1": (False, False),
    "100.64.0.1": (False, False),
    "169.254.1.1": (False, False),
    "224.0.0.1": (False, False),
    "0.0.0.0": (False, False),
    "::1": (False, False),
    "fe80::1": (False, False),
    "fd00::1": (False, False),
    "::ffff:10.0.0.1": (False, False),
    "::ffff:8.8.8.8": (True, True),
    "64:ff9b::7f00:1": (False, False),
    "64:ff9b::808:808": (True, True),
    "2002:7f00:1::": (False, False),
    "2002:808:808::1": (True, True),
    "2a00:1450::1": (True, True),
}


@pytest.mark.parametrize(("text", "want"), T06.items(), ids=T06)
def test_t06_t07_which_addresses_can_be_an_origin(text, want):
    ip = address(text)
    assert ip is not None
    assert (PRODUCTION.can_be_origin(ip), DEMO.can_be_origin(ip)) == want


@pytest.mark.parametrize("text", ["", "fe80::1%eth0", "0177.0.0.1", "0x7f.1", "1.2.3", "1" * 60])
def test_what_is_no_address_gives_none(text):
    assert address(text) is None


@pytest.mark.parametrize(
    "text",
    """:: ::1 1:: 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:: ::2:3:4:5:6:7:8 ABCD::ef01 ::ffff:192.0.2.1
    1::2::3 :1:: ::: 1:2:3:4::5:6:7:8 12345:: 1:2:3:4:5:6:7 ::g : 1:2:3:4:5:6:7:12345
    0.0.0.0 255.255.255.255 256.1.1.1 01.1.1.1 1.1.1 1.1.1.1.1 1..1.1 ٣.1.1.1 +1.1.1.1""".split(),
)
def test_an_address_is_read_as_the_standard_library_reads_it(text):
    try:
        want = ip_address(text)
    except ValueError:
        want = None
    assert address(text) == want


def test_the_address_inside_is_the_one_meant():
    assert str(unwrapped(address("::ffff:192.0.2.1"))) == "192.0.2.1"
    assert str(unwrapped(address("64:ff9b::c000:201"))) == "192.0.2.1"
    assert str(unwrapped(address("2002:c000:201::5"))) == "192.0.2.1"
    assert str(unwrapped(address("2001:db8::1"))) == "2001:db8::1"


@pytest.mark.parametrize("text", ["XK", "EU", "UK", "gbr", "", "NO\n1", "ZZ"])
def test_codes_that_iso_has_not_assigned_are_refused(text):
    with pytest.raises(ValueError, match="not an ISO 3166-1"):
        country(text)


def test_norway_is_a_country():
    assert country(" no ") == "NO"


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "0" * 63, "0" * 65])
def test_a_digest_has_64_hexadecimal_characters(text):
    with pytest.raises(ValueError, match="expected 64"):
        digest(text)


DOMAINS = {
    "a.b.example": "b.example",
    "x.co.uk": "x.co.uk",
    "www.x.co.uk": "x.co.uk",
    "co.uk": None,
    "x.github.io": "x.github.io",
    "192.0.2.1": None,
    "[192.0.2.1]": None,
    "2001:db8::1": None,
    "": None,
}


@pytest.mark.parametrize(("name", "want"), DOMAINS.items(), ids=DOMAINS)
def test_the_registered_domain_is_one_level_below_the_public_suffix(name, want):
    assert registered_domain(name) == want


def test_names_that_break_idna_are_kept_as_written():
    assert ascii_name("Bücher.Example.") == ("xn--bcher-kva.example", None)
    assert unicode_name("xn--bcher-kva.example") == "bücher.example"
    assert ascii_name("a_b.é.example") == ("a_b.é.example", "domain-not-idna")
    assert ascii_name("a_b.example") == ("a_b.example", None)
    assert ascii_name("a." * 200 + "example")[1] == "domain-too-long"
