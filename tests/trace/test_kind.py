# SPDX-License-Identifier: Apache-2.0
"""What kind of host the origin is: by confirmed names, network names and service data only."""

import time
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.trace.claim import ClaimedHop
from comity.trace.kind import kind_of, mailbox_provider
from comity.trace.names import (
    access_network,
    holds_address,
    hosting_network,
    internal_name,
    looks_like_customer,
    names_access,
    names_hosting,
    organisation,
)
from comity.trace.trace import AddressFacts, OriginKind
from comity.trace.trust import Trust
from comity.trace.way import Way
from comity.values.country import Country

SERVICES = Trust.providers().services


def facts(network=None, network_type=None):
    return AddressFacts(64500, network, Country("GB"), "table 2025-01-01", network_type)


def kind(ip="192.0.2.77", network=None, network_type=None, forwarded=False, **hop):
    address = ip_address(ip)
    line = ClaimedHop(by="mx.own.example", from_ip=address, **hop)
    known = facts(network, network_type)
    provider = mailbox_provider(line, address, known, SERVICES)
    return kind_of(line, address, known, SERVICES, provider, forwarded)[0]


K = OriginKind
KINDS = {
    "service, by its range": ({"ip": "209.85.220.41"}, K.MAILBOX_PROVIDER),
    "service, by confirmed name": (
        {"from_host": "out.mail.naver.com", "from_host_checked": True}, K.MAILBOX_PROVIDER,
    ),
    "service, by an unconfirmed name": ({"from_host": "out.mail.naver.com"}, K.UNKNOWN),
    "service, by greeting alone": ({"from_name": "mail-sor-f41.google.com"}, K.UNKNOWN),
    "service, by greeting in its own network": (
        {"from_name": "x.outbound.protection.outlook.com", "network": "Microsoft Corporation"},
        K.MAILBOX_PROVIDER,
    ),
    "rented host that greets as nothing known": (
        {"from_name": "shop.example", "network": "Microsoft Corporation"}, K.HOSTING,
    ),
    "line of a customer": ({"from_host": "dsl-77-2-0-192.isp.example"}, K.ACCESS),
    "customer whose line is told as forwarded": (
        {"from_host": "192-0-2-77.pool.isp.example", "from_host_checked": True, "forwarded": True},
        K.ACCESS,
    ),
    "rented server": ({"from_host": "vps-1a2b.vps.ovh.net"}, K.HOSTING),
    "access network, no name": ({"network": "Example Telecom"}, K.ACCESS),
    "access network, greets with an address": (
        {"network": "Example Telecom", "from_name": "[10.0.0.5]"}, K.ACCESS,
    ),
    "access network, but a name of its own": (
        {"network": "Example Telecom", "from_name": "mail.town.example"}, K.UNKNOWN,
    ),
    "bulk sender": ({"from_host": "a1.smtp-out.amazonses.com"}, K.RELAY),
    "filter": ({"from_host": "mx0a-1.pphosted.com"}, K.RELAY),
    "list": ({"from_host": "lists.club.example", "forwarded": True}, K.RELAY),
    "login": ({"authenticated": True}, K.ACCESS),
    "web": ({"way": Way.WEB}, K.ACCESS),
    "nothing known": ({}, K.UNKNOWN),
    "hosting by its type": ({"network_type": "hosting"}, K.HOSTING),
    "hosting by its type, name of its own": (
        {"network_type": "hosting", "from_host": "mail.town.example"}, K.HOSTING,
    ),
    "a type goes before the network's name": (
        {"network_type": "hosting", "network": "Example Telecom"}, K.HOSTING,
    ),
    "the name of a line goes before a type": (
        {"network_type": "hosting", "from_host": "dsl-77-2-0-192.isp.example"}, K.ACCESS,
    ),
    "isp, no name": ({"network_type": "isp"}, K.ACCESS),
    "isp, named after its address": (
        {"network_type": "isp", "from_host": "192-0-2-77.town.example"}, K.ACCESS,
    ),
    "isp, a name of its own": (
        {"network_type": "isp", "from_host": "mail.town.example"}, K.UNKNOWN,
    ),
    "access by one's own table": ({"network_type": "access"}, K.ACCESS),
    "relay by one's own table": (
        {"network_type": "relay", "from_host": "out.sender.example"}, K.RELAY,
    ),
    "mail service by one's own table": (
        {"network_type": "mailbox-provider", "from_host": "out.post.example"}, K.MAILBOX_PROVIDER,
    ),
    "business tells nothing": ({"network_type": "business"}, K.UNKNOWN),
    "education tells nothing": ({"network_type": "education"}, K.UNKNOWN),
    "login goes before a type": ({"network_type": "hosting", "authenticated": True}, K.ACCESS),
}  # fmt: skip


@pytest.mark.parametrize(("hop", "want"), KINDS.values(), ids=KINDS)
def test_kinds(hop, want):
    assert kind(**hop) is want


@pytest.mark.parametrize(
    ("name", "customer"),
    [
        ("77-2-0-192.isp.example", True),
        ("192-0-2-77.isp.example", True),
        ("host-192000002077.isp.example", True),
        ("c000024d.isp.example", True),
        ("adsl-5.isp.example", True),
        ("dyn77.isp.example", True),
        ("cpe-1-2.isp.example", True),
        ("box.duckdns.org", True),
        ("mx1.corp.example", False),
        ("mail.example.org", False),
        ("relay2.agency.example", False),
        ("smtp.uni.example", False),
    ],
)
def test_a_customer_s_line_is_told_by_its_name(name, customer):
    assert looks_like_customer(name, ip_address("192.0.2.77")) is customer


@pytest.mark.parametrize(
    ("name", "inner", "whose"),
    [
        ("mx1.corp.example", False, "corp.example"),
        ("MX1.Corp.Example.", False, "corp.example"),
        ("a.b.co.uk", False, "b.co.uk"),
        ("mx27", True, None),
        ("store.local", True, None),
        ("ip-10-0-0-1.eu-west-1.compute.internal", True, None),
        ("10.1.2.3", True, None),
        ("203.0.113.9", False, None),
        ("2001:db8::1", False, None),
        ("", True, None),
    ],
)
def test_inner_names_and_organisations(name, inner, whose):
    assert internal_name(name) is inner
    assert organisation(name) == whose


def test_no_name_is_of_no_organisation():
    assert organisation(None) is None


@given(st.text(max_size=300), st.ip_addresses())
def test_any_name_is_judged(name, ip):
    looks_like_customer(name, ip)
    internal_name(name)
    organisation(name)


BAIT = ["a." * 130, "dsl" * 90, "-" * 253, "1." * 130, "1-" * 130, "cable" * 50, "server-" * 36]


@pytest.mark.parametrize("bait", BAIT)
@pytest.mark.parametrize("judge", [names_access, names_hosting, access_network, hosting_network])
def test_m15_shapes_are_matched_in_linear_time(judge, bait):
    started = time.process_time()
    judge(bait + "!")
    holds_address(bait, ip_address("192.0.2.77"))
    assert time.process_time() - started < 1
