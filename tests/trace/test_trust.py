# SPDX-License-Identifier: Apache-2.0
"""Trust as data: what it covers, and errors that say where."""

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.trace.ranges import Ranges, matches
from comity.trace.trust import Trust
from comity.values.errors import BadData

BAD = {
    "not json": ("{", "not JSON"),
    "a number": ("1", "expected a list of rules, got int"),
    "rule no object": ("[1]", "rule 1: expected an object, got int"),
    "unknown key": ('[{"by": ["a.example"]}, {"bye": []}]', "rule 2: unknown key 'bye'"),
    "by no text": ('[{"by": [1]}]', "rule 1, by: expected a list of texts"),
    "no host": ('[{"by": ["a b"]}]', "rule 1, by: 'a b' is no host name or pattern"),
    "no network": ('[{"relays": ["192.0.2.0/99"]}]', "'192.0.2.0/99' is no network"),
    "all the world": ('[{"relays": ["0.0.0.0/0"]}]', "0.0.0.0/0 is too wide"),
    "all the new world": ('[{"relays": ["::/0"]}]', "::/0 is too wide"),
    "empty rule": ("[{}]", "names neither a host under by nor a peer under relays"),
    "deep": ("[" * 100_000, "not JSON"),
}


@pytest.mark.parametrize(("text", "fact"), BAD.values(), ids=BAD)
def test_a_wrong_trust_file_is_refused_and_says_where(text, fact):
    with pytest.raises(BadData) as caught:
        Trust.read_json(text, "own.json")
    assert caught.value.fact.startswith("own.json: ")
    assert fact in caught.value.fact
    assert caught.value.exit_code == 65
    assert caught.value.advice


@pytest.mark.parametrize("text", ["", "*", "a b", "192.0.2.0/33", "0.0.0.0/0", "::/1", "ex ample"])
def test_a_wrong_relay_is_refused(text):
    with pytest.raises(BadData) as caught:
        Trust().with_relay(text)
    assert "--trusted-relay" in caught.value.fact


@pytest.mark.parametrize(
    ("relay", "host", "ours"),
    [
        ("example.org", "example.org", True),
        ("example.org", "mx1.example.org", True),
        ("example.org", "MX1.Example.ORG.", True),
        ("example.org", "notexample.org", False),
        ("example.org", "example.org.evil.example", False),
        (".example.org", "mx1.example.org", True),
        ("mx*.example.org", "mx7.example.org", True),
        ("mx*.example.org", "www.example.org", False),
        ("192.0.2.0/24", "mx.example.org", False),
    ],
)
def test_a_relay_given_by_name_covers_it_and_all_below(relay, host, ours):
    trust = Trust().with_relay(relay)
    assert trust.wrote_own(host, None) is ours
    assert trust.relay_by_name("any.example", None, host) is ours


@pytest.mark.parametrize(
    ("relay", "peer", "ours"),
    [
        ("192.0.2.0/24", "192.0.2.9", True),
        ("192.0.2.9", "192.0.2.9", True),
        ("192.0.2.9/24", "192.0.2.1", True),
        ("192.0.2.0/24", "192.0.3.9", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("2001:db8::/32", "192.0.2.1", False),
    ],
)
def test_a_relay_given_by_address(relay, peer, ours):
    trust = Trust().with_relay(relay)
    assert trust.relay_by_address("any.example", None, ip_address(peer)) is ours


RULES = json.dumps(
    [
        {"by": ["juliett.*"], "relays": ["198.51.100.0/24"], "note": "office"},
        {"by": ["*.yahoo.com", "10.0.0.0/8"], "relays": []},
    ]
)


def test_a_rule_s_relays_count_only_where_its_own_hosts_wrote():
    trust = Trust.read_json(RULES)
    peer = ip_address("198.51.100.5")
    assert trust.relay_by_address("juliett.example", None, peer)
    assert not trust.relay_by_address("mta1.yahoo.com", None, peer)


def test_by_may_be_an_address():
    trust = Trust.read_json(RULES)
    assert trust.wrote_own("10.1.2.3", ip_address("10.1.2.3"))
    assert not trust.wrote_own("11.1.2.3", ip_address("11.1.2.3"))


def test_a_glob_over_a_mail_service_does_not_make_its_outgoing_hosts_ours():
    trust = Trust.providers() | Trust.read_json('[{"by": ["*.google.com", "mx1.example.org"]}]')
    assert trust.wrote_own("mx.google.com", None)
    assert not trust.relay_by_name("mx.google.com", None, "mail-sor-f41.google.com")
    assert trust.relay_by_name("mx.google.com", None, "mx1.example.org")


def test_a_rule_for_whoever_wrote_it():
    for text in ('[{"relays": ["192.0.2.1"]}]', '[{"by": ["*"], "relays": ["192.0.2.1"]}]'):
        trust = Trust.read_json(text)
        assert trust.relay_by_address("any.example", None, ip_address("192.0.2.1"))
        assert not trust.relay_by_name("any.example", None, "evil.example")


def test_trusts_add_up():
    both = Trust.read_json(RULES).with_relay("a.example") | Trust.providers().with_relay(
        "b.example"
    )
    assert both.wrote_own("juliett.example", None)
    assert both.wrote_own("a.example", None) and both.wrote_own("b.example", None)
    assert both.services.provider("mx.google.com").name == "google"
    assert both.configured and not Trust.providers().configured


def test_the_version_names_the_rules_that_decided():
    one, two = Trust().with_relay("a.example"), Trust().with_relay("b.example")
    assert one.version() == Trust().with_relay("a.example").version() != two.version()
    assert Trust().version() == "providers none, no own rules"


def test_the_shipped_data_is_whole():
    services = Trust.providers().services
    assert services.version >= "2026"
    names = {provider.name for provider in services.providers.values()}
    assert {"microsoft", "google", "yahoo", "apple", "proton", "naver", "mailru"} <= names
    for host, provider in services.providers.items():
        assert host in provider.hosts
        for network in (*provider.inside.networks, *provider.outgoing.networks):
            assert network.prefixlen >= (8 if network.version == 4 else 16)
    assert not services.gateways & services.senders


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("AA1P223MB0001.NAMP223.PROD.OUTLOOK.COM", "microsoft"),
        ("mx.google.com", "google"),
        ("notgoogle.com", None),
        ("google.com.evil.example", None),
        ("", None),
        (None, None),
    ],
)
def test_a_service_is_known_by_the_end_of_a_host_name(host, name):
    found = Trust.providers().services.provider(host)
    assert (found and found.name) == name


@given(st.ip_addresses(), st.lists(st.ip_addresses(network="192.0.0.0/8"), max_size=4))
def test_ranges_agree_with_the_standard_library(ip, bases):
    from ipaddress import ip_network

    networks = tuple(ip_network((base, 20), strict=False) for base in bases)
    assert (ip in Ranges(networks)) is any(
        ip.version == net.version and ip in net for net in networks
    )


def test_all_private_addresses_may_be_given():
    trust = Trust().with_relay("fd00::/8").with_relay("10.0.0.0/8")
    assert trust.relay_by_address(None, None, ip_address("fd12::1"))


def test_the_example_in_the_reference_is_read():
    page = Path(__file__).parents[2] / "docs" / "reference" / "trust.md"
    example = page.read_text("utf-8").split("```json\n")[1].split("```")[0]
    trust = Trust.read_json(example)
    assert len(trust.rules) == 2
    assert trust.wrote_own("relay7.example.org", None)


@given(st.text(max_size=80))
def test_any_text_as_a_trust_file_is_read_or_refused(text):
    try:
        Trust.read_json(text)
    except BadData as error:
        assert error.advice


def test_m15_many_stars_do_not_take_long():
    import time

    started = time.process_time()
    assert not matches("a" * 250 + "!", None, ("*a" * 60 + "b",))
    assert time.process_time() - started < 1
