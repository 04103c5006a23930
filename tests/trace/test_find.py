# SPDX-License-Identifier: Apache-2.0
"""The whole trace: laws that hold for any mail, and the abuse cases of group T by their ids."""

import time
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.mime.part import Field
from comity.trace.addresses import NoAddressData
from comity.trace.dkim_check import SignatureCheck
from comity.trace.find import MAX_HOPS, find
from comity.trace.trace import AddressFacts, Confidence, OriginKind, Standing
from comity.trace.trust import Trust
from comity.values.address import DEMO, PRODUCTION
from comity.values.country import Country

NOTHING = NoAddressData()
WHEN = "; Mon, 24 Nov 2025 10:00:00 +0000"


def header(*lines, **others):
    """Received fields in order, then other fields; names with _ for -."""
    pairs = [("Received", line if ";" in line else line + WHEN) for line in lines]
    pairs += [(name.replace("_", "-"), value) for name, value in others.items()]
    return tuple(
        Field(name, name.lower(), value, 1000 * at, 1000 * at + 900)
        for at, (name, value) in enumerate(pairs)
    )


def trace(*lines, trust=None, policy=DEMO, data=NOTHING, **others):
    return find(header(*lines, **others), trust or Trust.providers(), data, policy)


def origin(*lines, **more):
    found = trace(*lines, **more).origin
    return found and str(found.ip)


EDGE = "from x (x.sender.example [192.0.2.77]) by mx.own.example (Postfix) with ESMTP id A"
LIE = "from v (v.example [203.0.113.9]) by {} (Postfix) with ESMTP id B"


def test_t01_five_perfect_lines_below_stay_claimed():
    lies = [LIE.format(f"h{number}.bank.example") for number in range(5)]
    found = trace(EDGE, *lies)
    assert str(found.origin.ip) == "192.0.2.77"
    assert [hop.standing for hop in found.hops[1:]] == [Standing.CLAIMED] * 5


@pytest.mark.parametrize(
    "relays", [(), ("mx.own.example",), ("own.example",), ("198.51.100.0/24",)]
)
def test_t02_our_own_name_deeper_down_is_not_vouched(relays):
    trust = Trust.providers()
    for relay in relays:
        trust = trust.with_relay(relay)
    found = trace(EDGE, LIE.format("mx.own.example"), trust=trust)
    assert str(found.origin.ip) == "192.0.2.77"
    assert found.hops[1].standing in (Standing.CLAIMED, Standing.FORGED)


def test_t02_a_line_that_names_a_configured_host_out_of_reach_is_forged():
    found = trace(
        EDGE, LIE.format("mx.own.example"), trust=Trust.providers().with_relay("own.example")
    )
    assert found.hops[1].standing is Standing.FORGED
    assert found.hops[1].reasons[0].code == "names-our-host"


@pytest.mark.parametrize(
    "greeting", ["mx1.own.example", "mx.own.example", "own.example", "[198.51.100.1]"]
)
@pytest.mark.parametrize(
    "form",
    [
        "from {} ([192.0.2.77]) by mx.own.example (Postfix) with ESMTP id A",
        "from {} (unknown [192.0.2.77]) by mx.own.example (Postfix) with ESMTP id A",
        "from {} (192.0.2.77) by mx.own.example (10.0.0.1) with Microsoft SMTP Server id 15.2",
        "from unknown (HELO {}) (192.0.2.77) by mx.own.example with SMTP",
        "from [192.0.2.77] (helo={}) by mx.own.example with esmtp (Exim 4.98) id A",
    ],
)
def test_t02_greeting_as_our_own_host_makes_nobody_our_own_host(greeting, form):
    trust = Trust.providers().with_relay("own.example").with_relay("198.51.100.0/24")
    found = trace(form.format(greeting), LIE.format(greeting), trust=trust)
    assert str(found.origin.ip) == "192.0.2.77"


@pytest.mark.parametrize(
    "line",
    [
        # The peer has its own address name itself after our host; our server did not confirm it.
        "from x (mx1.own.example [192.0.2.77] (may be forged)) by mx.own.example"
        " (8.18.1/8.18.1) with ESMTP id A",
        "from unknown (HELO mx1.own.example) (192.0.2.77) by mx.own.example with SMTP",
        "from mx1.own.example (unknown [192.0.2.77]) by mx.own.example (Postfix) with ESMTP id A",
    ],
)
def test_t02_a_reverse_name_that_our_server_did_not_confirm_is_not_our_host(line):
    trust = Trust.providers().with_relay("own.example")
    found = trace(line, LIE.format("mx1.own.example"), trust=trust)
    assert str(found.origin.ip) == "192.0.2.77"


def test_t04_no_received_at_all_is_an_answer():
    found = trace(Subject="hello")
    assert (found.origin, found.confidence, found.boundary) == (None, Confidence.NONE, None)
    assert found.reasons[0].code == "nothing-vouched"


def test_t04_lines_of_a_copy_that_nobody_delivered_stay_claims():
    found = trace(EDGE, LIE.format("x.sender.example"), trust=Trust.nobody())
    assert found.origin is None
    assert {hop.standing for hop in found.hops} == {Standing.CLAIMED}


FORWARD = (
    "from fwd.example (fwd.example [198.51.100.4]) by mx.own.example (Postfix) with ESMTP id A"
    " for <me@own.example>",
    "from x (x.sender.example [192.0.2.77]) by fwd.example (Postfix) with ESMTP id B"
    " for <me@fwd.example>",
)


def test_t05_a_forwarder_stays_the_origin_unless_it_is_given_as_ours():
    found = trace(*FORWARD)
    assert (str(found.origin.ip), found.origin.kind) == ("198.51.100.4", OriginKind.RELAY)


@pytest.mark.parametrize("relay", ["198.51.100.4", "198.51.100.0/28", "fwd.example"])
def test_t05_a_forwarder_given_as_ours_is_stepped_over(relay):
    assert origin(*FORWARD, trust=Trust.providers().with_relay(relay)) == "192.0.2.77"


@pytest.mark.parametrize(
    "inner",
    [
        "10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.9",
        "IPv6:::1", "IPv6:::ffff:10.0.0.1", "IPv6:2002:7f00:1::", "IPv6:64:ff9b::7f00:1",
        "IPv6:fe80::1", "IPv6:fe80::1%eth0", "IPv6:fd00::1", "0.0.0.0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("policy", [DEMO, PRODUCTION], ids=lambda policy: policy.name)
def test_t06_a_peer_that_is_not_public_is_skipped_with_a_reason(inner, policy):
    found = trace(
        f"from in (in [{inner}]) by mx.own.example (Postfix) with ESMTP id A",
        "from x (x.example.com [8.8.8.8]) by in (Postfix) with ESMTP id B",
        policy=policy,
    )
    assert str(found.origin.ip) == "8.8.8.8"
    assert found.hops[1].reasons[0].code == "inner-address"


@pytest.mark.parametrize("ip", ["192.0.2.77", "198.51.100.7", "203.0.113.7", "2001:db8::7"])
def test_t07_demo_ranges_are_origins_in_the_demo_only(ip):
    line = f"from x ([{ip}]) by mx.own.example (Postfix) with ESMTP id A"
    assert origin(line, policy=DEMO) == ip
    found = trace(line, policy=PRODUCTION)
    assert (found.origin, found.confidence) == (None, Confidence.NONE)


def test_t08_order_is_by_place_whatever_the_times_say():
    found = trace(
        EDGE + "; Mon, 24 Nov 2025 10:00:00 +0000",
        LIE.format("x.sender.example") + "; Mon, 24 Nov 2031 10:00:00 +0000",
        LIE.format("v.example") + "; Mon, 24 Nov 2003 10:00:00 +0000",
    )
    assert str(found.origin.ip) == "192.0.2.77"
    assert [hop.index for hop in found.hops] == [0, 1, 2]
    codes = [defect.code for defect in found.defects]
    assert codes == ["received-times-run-backwards", "received-times-jump"]


GMAIL = (
    "by 2002:a05:6402:1:b0:1:1:1 with SMTP id a1csp1",
    "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com"
    " with SMTPS id x5 for <me@gmail.com> (Google Transport Security)",
    "from pc ([81.2.69.142]) by smtp.gmail.com with ESMTPSA id d1",
)


def test_t13_the_client_is_told_where_the_service_is_the_peer():
    found = trace(*GMAIL)
    assert str(found.origin.client) == "81.2.69.142"
    assert found.origin.kind is OriginKind.MAILBOX_PROVIDER


def test_t13_a_spammer_who_writes_the_service_s_line_is_not_believed():
    liar = (
        GMAIL[1]
        .replace("209.85.220.41", "192.0.2.77")
        .replace("(mail-sor-f41.google.com. ", "(vps.example. ")
    )
    found = trace(GMAIL[0], liar, GMAIL[2])
    assert (str(found.origin.ip), found.origin.client) == ("192.0.2.77", None)


def test_t13_lines_after_the_service_s_own_are_not_read_for_a_client():
    found = trace(
        *GMAIL[:2],
        "from pc ([203.0.113.9]) by relay.other.example with ESMTPSA id d1",
        GMAIL[2],
    )
    assert found.origin.client is None


def check(domain, fields, result="pass"):
    return SignatureCheck(domain, "s", result, "", fields=fields)


@pytest.mark.parametrize(
    ("peer", "checks", "client"),
    [
        ("209.85.220.41", (check("gmail.com", ("from", "x-originating-ip")),), "81.2.69.142"),
        ("209.85.220.41", (), None),
        ("209.85.220.41", (check("gmail.com", ("from",)),), None),
        ("209.85.220.41", (check("bank.example", ("x-originating-ip",)),), None),
        ("209.85.220.41", (check("gmail.com", ("x-originating-ip",), "fail"),), None),
        ("192.0.2.77", (check("gmail.com", ("x-originating-ip",)),), None),
    ],
)
def test_t13_a_header_field_counts_only_if_the_service_signed_it(peer, checks, client):
    fields = header(
        f"from x (x [{peer}]) by mx.own.example (Postfix) with ESMTPS id A",
        X_Originating_IP="[81.2.69.142]",
    )
    found = find(fields, Trust.providers(), NOTHING, DEMO, checks)
    assert (found.origin.client and str(found.origin.client)) == client


INJECTED = (
    # Words that a peer puts into what our server writes down: greeting, envelope sender.
    "from a ([10.0.0.1]) by evil.example with LMTP id x (r.example [192.0.2.77]) by"
    " mx.own.example (Postfix) with ESMTP id A",
    "from h (r.example [192.0.2.77]) by mx.own.example with esmtp (Exim 4.98)"
    " (envelope-from <x) by evil.example with LMTP (y@a.example>) id A",
)


@pytest.mark.parametrize("line", INJECTED)
def test_a_line_with_two_writers_is_low(line):
    found = trace(line, LIE.format("evil.example"))
    assert found.confidence in (Confidence.LOW, Confidence.NONE)
    assert "received-several-by" in [defect.code for defect in found.defects]


def test_a_quoted_envelope_sender_can_not_put_words_into_a_line():
    line = (
        "from h (r.example [192.0.2.77]) by mx.own.example with esmtp (Exim 4.98) (envelope-from"
        ' <"x) by evil.example with LMTP (\\"y"@a.example>) id A for <me@own.example>'
    )
    found = trace(line, LIE.format("evil.example"))
    assert (str(found.origin.ip), found.confidence) == ("192.0.2.77", Confidence.HIGH)


class Table:
    """Two dated tables: the same address, moved."""

    def __init__(self, code, date):
        self.code, self.date = code, date

    def facts(self, ip):
        return AddressFacts(64500, "Example Net", Country(self.code), f"table {self.date}")

    def version(self):
        return f"table {self.date}"


def test_t14_the_answer_is_of_the_data_that_was_passed_in():
    old, new = Table("GB", "2024-01-01"), Table("KR", "2025-01-01")
    assert trace(EDGE, data=old).origin.country == "GB"
    assert trace(EDGE, data=new).origin.country == "KR"
    assert trace(EDGE, data=new).origin.asn == 64500


def test_without_address_data_the_country_is_null_and_says_why():
    found = trace(EDGE)
    assert found.origin.country is None
    reason = next(reason for reason in found.reasons if reason.code == "country-unknown")
    assert "no address data was given" in reason.text


def test_t15_five_hundred_lines_are_capped_and_the_origin_stays():
    found = trace(EDGE, *(LIE.format(f"h{number}.example") for number in range(500)))
    assert str(found.origin.ip) == "192.0.2.77"
    assert len(found.hops) == MAX_HOPS
    assert "received-too-many" in [defect.code for defect in found.defects]


LINES = st.lists(
    st.sampled_from(
        [
            LIE.format("mx.own.example"),
            LIE.format("x.sender.example"),
            "from in ([10.0.0.1]) by mx.own.example with LMTP id C",
            "by 2002:a05:6402:1:b0:1:1:1 with SMTP id a1csp1",
            "from a.prod.outlook.com (2603:10b6::1) by b.prod.outlook.com with HTTPS",
            "(qmail 1 invoked from network)",
            "from pop.example [198.51.100.1] by own with POP3 (fetchmail-6.4)",
            "nonsense",
            "",
        ]
    )
    | st.text(max_size=60),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_t15_no_line_added_below_ever_changes_the_origin(lines):
    true = trace(EDGE)
    found = trace(EDGE, *lines)
    assert (found.origin and found.origin.ip, found.boundary) == (true.origin.ip, true.boundary)
    assert len(found.hops) == 1 + len(lines)


@settings(max_examples=200, deadline=None)
@given(LINES, st.booleans())
def test_any_lines_give_a_trace_and_nothing_public_is_invented(lines, known):
    found = trace(*lines, trust=Trust.providers() if known else Trust())
    if found.origin is not None:
        assert found.origin.ip == found.hops[found.boundary].from_ip
        assert DEMO.can_be_origin(found.origin.ip)
        assert found.confidence is not Confidence.NONE
    else:
        assert found.confidence is Confidence.NONE
    for hop in found.hops[(found.boundary if found.boundary is not None else -1) + 1 :]:
        assert hop.standing is not Standing.VOUCHED


def test_two_relays_of_our_own_on_top_do_not_matter():
    top = (
        "from mx1.agency.example (mx1.agency.example [203.0.113.7]) by relay.agency.example"
        " (Postfix) with ESMTPS id A1",
        "from gw.agency.example (gw.agency.example [203.0.113.8]) by mx1.agency.example"
        " (Postfix) with ESMTP id B2",
    )
    for relays in (("agency.example",), ("203.0.113.7", "203.0.113.8"), ("203.0.113.0/24",)):
        trust = Trust.providers()
        for relay in relays:
            trust = trust.with_relay(relay)
        assert origin(*top, EDGE, trust=trust) == "192.0.2.77"
    assert trace(*top, EDGE).confidence is Confidence.LOW


def test_times_are_utc():
    found = trace(EDGE + "; Mon, 24 Nov 2025 10:00:00 +0900 (KST)")
    assert found.hops[0].time == datetime(2025, 11, 24, 1, 0, tzinfo=UTC)


def test_the_same_input_gives_the_same_trace():
    assert trace(*GMAIL) == trace(*GMAIL)


def test_a_hundred_lines_cost_little():
    lines = [LIE.format(f"h{number}.example") for number in range(100)]
    started = time.process_time()
    trace(EDGE, *lines)
    assert time.process_time() - started < 3


def test_an_address_wrapped_in_ipv6_is_the_origin_unwrapped():
    line = "from x ([IPv6:::ffff:192.0.2.77]) by mx.own.example (Postfix) with ESMTP id A"
    assert trace(line).origin.ip == ip_address("192.0.2.77")
