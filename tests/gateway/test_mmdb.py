# SPDX-License-Identifier: Apache-2.0
"""Address data from MMDB files of our own making, in the record shapes of three publishers."""

from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.gateway.dns_archive import read_archive
from comity.gateway.mmdb import Mmdb
from comity.values.errors import BadData, InputOutput

OLD = datetime(2024, 1, 2, tzinfo=UTC)
NEW = datetime(2025, 3, 4, tzinfo=UTC)


UINT16, UINT32, UINT64 = 5, 6, 9


def encode(value) -> bytes:
    """One value in the data section (MaxMind DB file format 2.0)."""
    if isinstance(value, dict):
        body = b"".join(encode(key) + encode(item) for key, item in value.items())
        return _control(7, len(value)) + body
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encode, value))
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    kind, number = value if isinstance(value, tuple) else (UINT32, value)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _control(kind, len(raw)) + raw


def _control(kind: int, size: int) -> bytes:
    first, extended = (kind << 5, b"") if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + extended
    return bytes([first | 29]) + extended + bytes([size - 29])


def write(path: Path, table: dict, built: datetime) -> Path:
    """A tree with 24-bit records; IPv4 lies under ::/96, as the format asks."""
    nodes: list[list] = [[None, None]]
    for text, record in table.items():
        net = ip_network(text)
        base = int(net.network_address)
        length = net.prefixlen + (96 if net.version == 4 else 0)
        at = 0
        for depth in range(length):
            bit = base >> (127 - depth) & 1
            if depth == length - 1:
                nodes[at][bit] = record
            else:
                if nodes[at][bit] is None:
                    nodes.append([None, None])
                    nodes[at][bit] = len(nodes) - 1
                at = nodes[at][bit]
    data = b""
    tree = b""
    for node in nodes:
        for side in node:
            if side is None:
                value = len(nodes)
            elif isinstance(side, int):
                value = side
            else:
                value = len(nodes) + 16 + len(data)
                data += encode(side)
            tree += value.to_bytes(3, "big")
    about = {
        "node_count": len(nodes),
        "record_size": (UINT16, 24),
        "ip_version": (UINT16, 6),
        "database_type": "test",
        "languages": ["en"],
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, int(built.timestamp())),
        "description": {"en": "test"},
    }
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(about))
    return path


IPINFO = {"asn": "AS64500", "as_name": "Example Net", "country_code": "KR", "country": "Korea"}
DBIP = {
    "autonomous_system_number": 64501,
    "autonomous_system_organization": "Other Net",
    "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}},
}
LOCATION = {"country_code": "BR"}


@pytest.mark.parametrize(
    ("record", "want"),
    [
        (IPINFO, (64500, "Example Net", "KR")),
        (DBIP, (64501, "Other Net", "GB")),
        (LOCATION, (None, None, "BR")),
        ({"country": "DE"}, (None, None, "DE")),
        ({"country_code": "XK"}, (None, None, None)),
        ({"country_code": "Korea", "asn": "AS"}, (None, None, None)),
        ({"asn": "AS99999999999"}, (None, None, None)),
        ({"asn": "64500"}, (64500, None, None)),
        ({}, (None, None, None)),
        ("text", (None, None, None)),
    ],
)
@pytest.mark.parametrize("network", ["192.0.2.0/24", "2001:db8::/32"])
def test_each_publisher_s_record_is_read(tmp_path, record, want, network):
    data = Mmdb([write(tmp_path / "table.mmdb", {network: record}, NEW)])
    facts = data.facts(ip_network(network)[7])
    assert (facts.asn, facts.network, facts.country) == want
    assert "table 2025-03-04" in facts.data


@pytest.mark.parametrize(
    ("record", "want"),
    [
        ({"as_type": "hosting"}, "hosting"),
        (IPINFO | {"as_type": " ISP "}, "isp"),
        (IPINFO, None),
        ({"as_type": ""}, None),
        ({"as_type": 7}, None),
        ({"as_type": "x" * 200}, "x" * 40),
    ],
)
def test_the_type_of_a_network_is_read_where_it_is_told(tmp_path, record, want):
    data = Mmdb([write(tmp_path / "table.mmdb", {"192.0.2.0/24": record}, NEW)])
    assert data.facts(ip_address("192.0.2.1")).network_type == want


def test_a_type_of_a_second_file_is_added_with_its_name(tmp_path):
    one = write(tmp_path / "asn.mmdb", {"192.0.2.0/24": IPINFO}, OLD)
    two = write(tmp_path / "type.mmdb", {"192.0.2.0/24": {"as_type": "education"}}, NEW)
    facts = Mmdb([one, two]).facts(ip_address("192.0.2.1"))
    assert (facts.asn, facts.network_type) == (64500, "education")
    assert facts.data == "asn 2024-01-02, type 2025-03-04"


def test_an_unknown_address_says_which_data_did_not_hold_it(tmp_path):
    data = Mmdb([write(tmp_path / "table.mmdb", {"192.0.2.0/24": IPINFO}, NEW)])
    facts = data.facts(ip_address("198.51.100.1"))
    assert facts.country is None
    assert facts.data == "table 2025-03-04 does not hold 198.51.100.1"


def test_several_files_add_up_and_the_first_wins(tmp_path):
    one = write(tmp_path / "country.mmdb", {"192.0.2.0/24": LOCATION}, NEW)
    two = write(tmp_path / "asn.mmdb", {"192.0.2.0/24": IPINFO}, OLD)
    facts = Mmdb([one, two]).facts(ip_address("192.0.2.1"))
    assert (facts.asn, facts.country) == (64500, "BR")
    assert facts.data == "country 2025-03-04, asn 2024-01-02"
    assert Mmdb([one, two]).version() == "country 2025-03-04, asn 2024-01-02"


def test_t14_two_dated_tables_give_two_answers_each_with_its_date(tmp_path):
    old = Mmdb([write(tmp_path / "old.mmdb", {"192.0.2.0/24": {"country_code": "GB"}}, OLD)])
    new = Mmdb([write(tmp_path / "new.mmdb", {"192.0.2.0/24": {"country_code": "KR"}}, NEW)])
    ip = ip_address("192.0.2.9")
    assert (old.facts(ip).country, old.facts(ip).data) == ("GB", "old 2024-01-02")
    assert (new.facts(ip).country, new.facts(ip).data) == ("KR", "new 2025-03-04")


@pytest.mark.parametrize("ip", ["::ffff:192.0.2.9", "2002:c000:209::1", "64:ff9b::c000:209"])
def test_a_wrapped_address_is_looked_up_as_what_it_wraps(tmp_path, ip):
    data = Mmdb([write(tmp_path / "table.mmdb", {"192.0.2.0/24": IPINFO}, NEW)])
    assert data.facts(ip_address(ip)).country == "KR"


def test_no_file_at_all_is_an_answer():
    facts = Mmdb([]).facts(ip_address("192.0.2.1"))
    assert facts.country is None
    assert Mmdb([]).version() == "none"


def test_a_missing_file_and_a_file_of_another_kind_say_what_to_do(tmp_path):
    with pytest.raises(InputOutput) as missing:
        Mmdb([tmp_path / "no.mmdb"])
    assert missing.value.exit_code == 74 and missing.value.advice
    other = tmp_path / "text.mmdb"
    other.write_text("hello")
    with pytest.raises(BadData) as wrong:
        Mmdb([other])
    assert wrong.value.exit_code == 65 and wrong.value.advice


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_answers(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    raw = bytearray(write(folder / "whole.mmdb", {"192.0.2.0/24": IPINFO}, NEW).read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    path = folder / "damaged.mmdb"
    path.unlink(missing_ok=True)
    path.write_bytes(raw)
    try:
        facts = Mmdb([path]).facts(ip_address("192.0.2.1"))
    except BadData as error:
        assert error.advice
    else:
        assert facts.data


def test_an_address_of_version_6_in_a_file_of_version_4_is_only_not_held(tmp_path):
    data = Mmdb([write(tmp_path / "table.mmdb", {"192.0.2.0/24": IPINFO}, NEW)])
    assert data.facts(IPv6Address("2001:db8::1")).country is None


def test_archived_dns_answers_are_read_from_a_file(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text('{"name": "S._domainkey.Bank.example.", "type": "txt", "answer": "v=DKIM1"}\n')
    assert read_archive(path).txt("s._domainkey.bank.example") == "v=DKIM1"
    with pytest.raises(InputOutput):
        read_archive(tmp_path / "no")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadData, match="not UTF-8"):
        read_archive(path)
