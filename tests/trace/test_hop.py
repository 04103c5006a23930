# SPDX-License-Identifier: Apache-2.0
"""One Received field: a truth table over the forms of many servers, and laws for any text."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.trace.clock import read_time
from comity.trace.hop import MAX_FIELD, read
from comity.trace.way import Way

IP = "192.0.2.77"
LIE = "203.0.113.9"  # what the peer claims to be

# name: (field, by, from_name, from_host, confirmed, from_ip, way)
FORMS = {
    "postfix": (
        f"from helo.example (rdns.example [{IP}]) by mx.example (Postfix) with ESMTPS id A;",
        "mx.example", "helo.example", "rdns.example", True, IP, Way.SMTP,
    ),
    "postfix, no reverse name": (
        f"from helo.example (unknown [{IP}]) by mx.example (Postfix) with ESMTP id A;",
        "mx.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "postfix, IPv6": (
        "from h (r.example [IPv6:2001:db8::7]) by mx.example (Postfix) with ESMTP id A;",
        "mx.example", "h", "r.example", True, "2001:db8::7", Way.SMTP,
    ),
    "postfix, made here": (
        "by mx.example (Postfix, from userid 1000) id A;",
        "mx.example", None, None, False, None, Way.LOCAL,
    ),
    "postfix, proton": (
        f"from h (r.example [{IP}]) (using TLSv1.3 with cipher X (256/256 bits)) (No client"
        " certificate requested) by mailin1.protonmail.ch (Postfix) with ESMTPS id A for <a@b>;",
        "mailin1.protonmail.ch", "h", "r.example", True, IP, Way.SMTP,
    ),
    "sendmail": (
        f"from h (user@r.example [{IP}]) by mx.example (8.18.1/8.18.1) with ESMTP id A for <a@b>;",
        "mx.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "sendmail, may be forged": (
        f"from h (r.example [{IP}] (may be forged)) by mx.example (8.18.1/8.18.1) with ESMTP id A;",
        "mx.example", "h", "r.example", False, IP, Way.SMTP,
    ),
    "sendmail, ident": (
        f"from h (IDENT:x@r.example [{IP}]) by mx.example (8.9.3/8.9.3) with ESMTP id A;",
        "mx.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "sendmail, a host whose name begins as a login would": (
        f"from h (auth02.example [{IP}]) by mx.example (8.18.1/8.18.1) with ESMTP id A;",
        "mx.example", "h", "auth02.example", True, IP, Way.SMTP,
    ),
    "postfix, login with an address in its name": (
        f"from h (r.example [{IP}]) (Authenticated sender: me@[203.0.113.9]) by m.example"
        " (Postfix) with ESMTPSA id A;",
        "m.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "sendmail, made here": (
        "(from root@localhost) by mx.example (8.9.3/8.9.3) id A for a@b;",
        "mx.example", None, None, False, None, Way.LOCAL,
    ),
    "exim, no reverse name": (
        f"from [{IP}] (helo=helo.example) by mx.example with smtp (Exim 4.98) id A;",
        "mx.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "exim, port": (
        f"from [{IP}] (port=5959 helo=helo.example) by mx.example with esmtps (TLS1.3) tls X"
        " (Exim 4.98) (envelope-from <a@b.example>) id A for a@b;",
        "mx.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "exim, confirmed": (
        f"from r.example ([{IP}] helo=helo.example) by mx.example with esmtp (Exim 4.98) id A;",
        "mx.example", "helo.example", "r.example", True, IP, Way.SMTP,
    ),
    "exim, confirmed and the same greeting": (
        f"from r.example ([{IP}]) by mx.example with esmtp (Exim 4.98) id A;",
        "mx.example", "r.example", "r.example", True, IP, Way.SMTP,
    ),
    "exim, made here": (
        "from shop by web.example with local (Exim 4.98) (envelope-from <a@b>) id A for a@b;",
        "web.example", "shop", None, False, None, Way.LOCAL,
    ),
    "qmail": (
        f"from r.example (HELO helo.example) ({IP}) by mx.example with SMTP; 24 Nov 2025",
        "mx.example", "helo.example", "r.example", False, IP, Way.SMTP,
    ),
    "qmail, unknown": (
        f"from unknown (HELO helo.example) ({IP}) by mx.example with SMTP;",
        "mx.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "qmail-ldap": (
        f"from unknown (HELO h) ([{IP}]) (envelope-sender <a@b>) by 10.0.0.2 (qmail-ldap-1.03)"
        " with SMTP for <a@b>;",
        "10.0.0.2", "h", None, False, IP, Way.SMTP,
    ),
    "qmail, login": (
        f"from unknown (HELO h) (user@b.example@{IP}) by mx.example with ESMTPA;",
        "mx.example", "h", None, False, IP, Way.SMTP,
    ),
    "qmail, queue": (
        "(qmail 123 invoked by uid 48);", None, None, None, False, None, Way.LOCAL,
    ),
    "qmail, queue with peer": (
        f"(qmail 1 messnum 2 invoked from network[{IP}/r.example]);",
        None, None, "r.example", False, IP, Way.LOCAL,
    ),
    "exchange": (
        f"from helo.example ({IP}) by ex.example (10.0.0.1) with Microsoft SMTP Server"
        " (version=TLS1_2, cipher=X) id 15.20.1.2 via Frontend Transport;",
        "ex.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "exchange, IPv6": (
        "from a.prod.outlook.com (2603:10b6:1::1) by b.prod.outlook.com (2603:10b6:1::2) with"
        " Microsoft SMTP Server id 15.20.1;",
        "b.prod.outlook.com", "a.prod.outlook.com", None, False, "2603:10b6:1::1", Way.SMTP,
    ),
    "exchange, mailbox": (
        "from a.prod.outlook.com (::1) by b.prod.outlook.com with HTTPS;",
        "b.prod.outlook.com", "a.prod.outlook.com", None, False, "::1", Way.WEB,
    ),
    "exchange, mapi": (
        "from a.example ([fe80::1]) by a.example ([fe80::1%6]) with mapi id 15.20.1;",
        "a.example", "a.example", None, False, "fe80::1", Way.WEB,
    ),
    "iis": (
        f"from h ([{IP}]) by web.example with Microsoft SMTPSVC(8.5.9600.16384);",
        "web.example", "h", None, False, IP, Way.SMTP,
    ),
    "iis, pickup": (
        "from mail pickup service by web.example with Microsoft SMTPSVC;",
        "web.example", "mail", None, False, None, Way.LOCAL,
    ),
    "old exchange": (
        f"from h (r.example [{IP}]) by ex.example with SMTP (Microsoft Exchange Internet Mail"
        " Service Version 5.5) id A;",
        "ex.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "google": (
        f"from helo.example (r.example. [{IP}]) by mx.google.com with ESMTPS id A for <a@b>;",
        "mx.google.com", "helo.example", "r.example", True, IP, Way.SMTP,
    ),
    "google, inner": (
        "by 2002:a05:6402:1:b0:1:1:1 with SMTP id a1csp1;",
        "2002:a05:6402:1:b0:1:1:1", None, None, False, None, Way.SMTP,
    ),
    "yahoo": (
        f"from {IP} (EHLO helo.example) by 10.196.1.2 with SMTPs (version=TLS1_3 cipher=X);",
        "10.196.1.2", "helo.example", None, False, IP, Way.SMTP,
    ),
    "yahoo, old": (
        f"from 127.0.0.1  (EHLO helo.example) ({IP}) by mta1.mail.ne1.yahoo.com with SMTPS;",
        "mta1.mail.ne1.yahoo.com", "helo.example", None, False, IP, Way.SMTP,
    ),
    "yahoo, web": (
        f"from [{IP}] by web1.mail.yahoo.com via HTTP;",
        "web1.mail.yahoo.com", IP, None, False, IP, Way.WEB,
    ),
    "gmx": (
        f"from h ([{IP}]) by mx-ha.gmx.net (mxgmx1 [212.227.17.5]) with ESMTPS (Nemesis) id A;",
        "mx-ha.gmx.net", "h", None, False, IP, Way.SMTP,
    ),
    "mail.ru": (
        f"from h ([{IP}]:38254) by mx1.mail.ru with esmtp (envelope-from <a@b>) id A;",
        "mx1.mail.ru", "h", None, False, IP, Way.SMTP,
    ),
    "momentum": (
        f"from [{IP}] ([{IP}:51000] helo=helo.example) by m.example (envelope-from <a@b>)"
        " (ecelerity 4.2) with ESMTP id A;",
        "m.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "communigate": (
        f"from [{IP}] (HELO helo.example) by c.example (CommuniGate Pro SMTP 6.3) with ESMTP id 1;",
        "c.example", "helo.example", None, False, IP, Way.SMTP,
    ),
    "communigate, verified": (
        f"from r.example ([{IP}] verified) by c.example (CommuniGate Pro SMTP 6.3) with ESMTP;",
        "c.example", "r.example", None, False, IP, Way.SMTP,
    ),
    "domino": (
        f"from h ([{IP}]) by d.example (Lotus Domino Release 8.5) with ESMTP id 2025-1 ;",
        "d.example", "h", None, False, IP, Way.SMTP,
    ),
    "mdaemon": (
        f"from h [{IP}] by d.example [10.0.0.2] with SMTP (MDaemon.v3.5.0.R) for <a@b>;",
        "d.example", "h", None, False, IP, Way.SMTP,
    ),
    "groupwise": (
        f"from h ([{IP}]) by gw.example with ESMTP (TLS encrypted);",
        "gw.example", "h", None, False, IP, Way.SMTP,
    ),
    "zimbra": (
        f"from m.example (LHLO m.example) ({IP}) by m.example with LMTP;",
        "m.example", "m.example", "m.example", False, IP, Way.DELIVERY,
    ),
    "amavis": (
        "from m.example ([127.0.0.1]) by localhost (m.example [127.0.0.1]) (amavis, port 10024)"
        " with ESMTP id A;",
        "localhost", "m.example", None, False, "127.0.0.1", Way.SMTP,
    ),
    "cyrus": (
        "from store ([unix socket]) by store (Cyrus 3.8) with LMTPA;",
        "store", "store", None, False, None, Way.LOCAL,
    ),
    "dovecot": (
        "from mx.example by mx.example (Dovecot) with LMTP id A for <a@b>;",
        "mx.example", "mx.example", None, False, None, Way.DELIVERY,
    ),
    "fetchmail": (
        f"from pop.example [{IP}] by home with POP3 (fetchmail-6.4.2) for <a@localhost>;",
        "home", "pop.example", "pop.example", True, IP, Way.PULL,
    ),
    "proofpoint": (
        f"from h (r.example [{IP}]) by mx0a-1.pphosted.com (PPS) with ESMTPS id A (version=X);",
        "mx0a-1.pphosted.com", "h", "r.example", True, IP, Way.SMTP,
    ),
    "proofpoint, filter": (
        "from pps.filterd (m1.ppops.net [127.0.0.1]) by mx0a-1.pphosted.com (8.18.1.2/8.18.1.2)"
        " with ESMTP id A;",
        "mx0a-1.pphosted.com", "pps.filterd", "m1.ppops.net", True, "127.0.0.1", Way.SMTP,
    ),
    "mimecast": (
        f"from h (r.example [{IP}]) by relay.mimecast.com with ESMTP with STARTTLS (version=X)"
        " id us-mta-1-A;",
        "relay.mimecast.com", "h", "r.example", True, IP, Way.SMTP,
    ),
    "barracuda": (
        f"from h (r.example [{IP}]) by b.example with ESMTP id A (version=X) for <a@b>;",
        "b.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "cisco": (
        f"from h ([{IP}]) by esa1.example with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384;",
        "esa1.example", "h", None, False, IP, Way.SMTP,
    ),
    "messagelabs": (
        f"from [{IP}] by server-5.bemta-5.messagelabs.com id 00/00-1-A;",
        "server-5.bemta-5.messagelabs.com", IP, None, False, IP, Way.UNKNOWN,
    ),
    "coremail": (
        f"from h (unknown [{IP}]) by mx27 (Coremail) with SMTP id A--.1S2;",
        "mx27", "h", None, False, IP, Way.SMTP,
    ),
    "sendgrid": (
        "from MTIz (unknown) by geopod-ismtpd-7 (SG) with HTTP id A"
        " Sun, 05 Mar 2023 14:09:34 +0000",
        "geopod-ismtpd-7", "MTIz", None, False, None, Way.WEB,
    ),
    "mailenable": (
        f"from (127.0.0.1 [{IP}]) by MailEnable Inbound Mail Agent with ESMTP;",
        "MailEnable", None, None, False, IP, Way.SMTP,
    ),
    "loud": (
        f"FROM h (r.example [{IP}]) BY mx.example WITH ESMTP;",
        "mx.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "folded": (
        f"from h\r\n\t(r.example [{IP}])\r\n  by mx.example\r\n\t(Postfix) with ESMTP;\r\n\tx",
        "mx.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "nested comments": (
        f"from h (r.example [{IP}] (a (b) c)) by mx.example (x (y)) with ESMTP;",
        "mx.example", "h", "r.example", True, IP, Way.SMTP,
    ),
    "by inside a comment": (
        f"from h (said by evil.example [{IP}]) by mx.example with ESMTP;",
        "mx.example", "h", "said", True, IP, Way.SMTP,
    ),
    "spoiled address": (
        "from h (192.0.2.x) by mx.example with ESMTP;",
        "mx.example", "h", None, False, None, Way.SMTP,
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "by", "name", "host", "confirmed", "ip", "way"), FORMS.values(), ids=FORMS
)
def test_each_server_s_form_is_read(field, by, name, host, confirmed, ip, way):
    hop = read(field)
    found = (
        hop.by, hop.from_name, hop.from_host, hop.from_host_checked,
        hop.from_ip and str(hop.from_ip), hop.way,
    )  # fmt: skip
    assert found == (by, name, host, confirmed, ip, way)


# T03: the greeting is the address literal of somebody else.
GREETINGS = {
    "postfix": f"from [{LIE}] (rdns.example [{IP}]) by mx.example (Postfix) with ESMTP id A",
    "postfix, unknown": f"from [{LIE}] (unknown [{IP}]) by mx.example (Postfix) with ESMTP id A",
    "sendmail": f"from [{LIE}] (r.example [{IP}] (may be forged)) by mx.example (8.18.1/8.18.1)",
    "exim": f"from [{IP}] (helo=[{LIE}]) by mx.example with smtp (Exim 4.98) id A",
    "exim, port": f"from [{IP}] (port=1 helo=[{LIE}]) by mx.example with smtp (Exim 4.98) id A",
    "exim, confirmed": f"from r.example ([{IP}] helo=[{LIE}]) by mx.example with smtp (Exim 4.98)",
    "exim, bare": f"from r.example ([{IP}] helo={LIE}) by mx.example with smtp (Exim 4.98)",
    "qmail": f"from unknown (HELO [{LIE}]) ({IP}) by mx.example with SMTP",
    "qmail, bare": f"from unknown (HELO {LIE}) ({IP}) by mx.example with SMTP",
    "exchange": f"from [{LIE}] ({IP}) by mx.example (10.0.0.1) with Microsoft SMTP Server id 15",
    "iis": f"from [{LIE}] ([{IP}]) by mx.example with Microsoft SMTPSVC(10.0)",
    "google": f"from [{LIE}] (r.example. [{IP}]) by mx.google.com with ESMTP id A",
    "google, none": f"from [{LIE}] ([{IP}]) by mx.google.com with ESMTP id A",
    "yahoo": f"from {IP} (EHLO [{LIE}]) by 10.1.1.1 with SMTPs",
    "yahoo, old": f"from 127.0.0.1 (EHLO [{LIE}]) ({IP}) by mta1.yahoo.com with SMTPS",
    "communigate": f"from [{IP}] (HELO [{LIE}]) by c.example (CommuniGate Pro SMTP 6) with SMTP",
    "momentum": f"from [{IP}] ([{IP}:99] helo=[{LIE}]) by m.example (ecelerity 4.2) with ESMTP",
    "cisco": f"from [{LIE}] ([{IP}]) by esa.example with ESMTP",
    "domino": f"from [{LIE}] ([{IP}]) by d.example (Lotus Domino Release 8.5) with ESMTP",
    "IPv6": f"from [IPv6:2001:db8::9] (unknown [{IP}]) by mx.example (Postfix) with ESMTP",
}


@pytest.mark.parametrize("field", GREETINGS.values(), ids=GREETINGS)
def test_t03_the_connecting_peer_wins_over_a_greeting_that_is_an_address(field):
    assert str(read(field).from_ip) == IP


def test_t03_where_only_the_greeting_may_be_shown_it_is_marked():
    assert read(f"from [{LIE}] by mx.example with ESMTP id A").ip_may_be_helo


DETAILS = {
    "google": (
        f"from h (r. [{IP}]) by mx.google.com with ESMTPS id abc.1 for <me@gmail.com>"
        " (version=TLS1_3 cipher=X); Mon, 24 Nov 2025 02:00:00 -0800 (PST)",
        ("ESMTPS", "TLS1.3", "abc.1", "me@gmail.com", datetime(2025, 11, 24, 10, 0, tzinfo=UTC)),
    ),
    "exim": (
        f"from [{IP}] (helo=h) by m.example with esmtpsa (TLS1.2) tls X (Exim 4.98)"
        " (envelope-from <a@b>) id 1q7-20 for me@own.example; Mon, 24 Nov 2025 10:00:00 +0100",
        ("esmtpsa", "TLS1.2", "1q7-20", "me@own.example", datetime(2025, 11, 24, 9, tzinfo=UTC)),
    ),
    "trailing comment": (
        f"from h (r [{IP}]) by m (8.18.1/8.18.1) with ESMTP id A for <a@b>;"
        " Mon, 24 Nov 2025 10:00:00 GMT (envelope-from x@y)",
        ("ESMTP", None, "A", "a@b", datetime(2025, 11, 24, 10, 0, tzinfo=UTC)),
    ),
    "no semicolon": (
        "from M (unknown) by g (SG) with HTTP id A Fri, 25 Dec 2025 01:05:24.189 +0000 (UTC)",
        ("HTTP", None, "A", None, datetime(2025, 12, 25, 1, 5, 24, tzinfo=UTC)),
    ),
}


@pytest.mark.parametrize(("field", "want"), DETAILS.values(), ids=DETAILS)
def test_protocol_tls_id_recipient_and_time(field, want):
    hop = read(field)
    assert (hop.protocol, hop.tls, hop.id, hop.for_, hop.time) == want


@pytest.mark.parametrize(
    ("field", "login"),
    [
        ("from h ([192.0.2.1]) by m with ESMTPSA id A", True),
        ("from h ([192.0.2.1]) by m with esmtpa (Exim 4.98) id A", True),
        ("from h (r [192.0.2.1]) (Authenticated sender: me) by m (Postfix) with ESMTP id A", True),
        ("from h (r [192.0.2.1]) (authenticated bits=0) by m (8.18.1/8.18.1) with ESMTP", True),
        ("from h ([192.0.2.1]) by m with ESMTPS id A", False),
        ("from h (auth02.example [192.0.2.1]) by m with ESMTP id A", False),
        ("from h (r [192.0.2.1]) (AUTH: PLAIN me@own.example) by m with esmtp", True),
    ],
)
def test_a_login_is_seen(field, login):
    assert read(field).authenticated is login


# M10: time as written.
TIMES = {
    " Mon, 24 Nov 2025 10:00:00 +0000": (datetime(2025, 11, 24, 10, tzinfo=UTC), None),
    " 24 Nov 2025 10:00:00 -0000": (datetime(2025, 11, 24, 10, tzinfo=UTC), None),
    " Mon, 24 Nov 25 10:00 EST": (datetime(2025, 11, 24, 15, tzinfo=UTC), None),
    " Wed Aug 21 11:37:32 2002": (
        datetime(2002, 8, 21, 11, 37, 32, tzinfo=UTC), "received-time-without-zone",
    ),
    " 2026-01-09 14:04:32.09 +0000 UTC m=+1": (datetime(2026, 1, 9, 14, 4, 32, tzinfo=UTC), None),
    " Mon, 24 Nov 2025 23:59:60 +0000": (datetime(2025, 11, 24, 23, 59, 59, tzinfo=UTC), None),
    " Mon, 24 Nov 2025 10:00:00": (
        datetime(2025, 11, 24, 10, tzinfo=UTC), "received-time-without-zone",
    ),
    " Mon, 99 Nov 2025 10:00:00 +0000": (None, "received-time-unreadable"),
    " Mon, 24 Nov 99999 10:00:00 +0000": (None, "received-time-unreadable"),
    " Mon, 24 Nov 2025 10:00:00 +9999": (None, "received-time-unreadable"),
    " Mon, 24 Nov 2525 10:00:00 +0000": (None, "received-time-unreadable"),
    " yesterday": (None, "received-time-unreadable"),
    "": (None, "received-time-missing"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "want"), TIMES.items())
def test_m10_times_are_read_or_said_to_be_unreadable(text, want):
    assert read_time(text) == want


@pytest.mark.parametrize("text", ["", ";", "(", ")", "((((", "from", "by", "from by", "[]", "\x00"])
def test_what_is_no_received_line_is_said_to_be_unparsed(text):
    hop = read(text)
    assert hop.from_ip is None
    assert hop.defects


def test_the_cap_comes_first():
    for size, capped in ((MAX_FIELD - 1, False), (MAX_FIELD, False), (MAX_FIELD + 1, True)):
        assert ("received-too-long" in read("x" * size).defects) is capped


BAIT = [
    "a" * 8_000 + "!", "(" * 8_000, ")" * 8_000, "()" * 4_000, "(a" * 4_000, "[" * 8_000,
    "from " * 1_600, "by " * 2_600, ";" * 8_000, "(;" * 4_000, ");" * 4_000,
    "from x (" + "helo=" * 1_500 + ") by y", "from x (" + "[1.2.3.4" * 1_000 + ") by y",
    "from x (" + "[::" * 2_500 + ") by y", "from x by y; " + "1 Jan " * 1_300,
    "from x by y; " + "1-" * 4_000, "(qmail 1 invoked from network[" + "1." * 3_900,
    "from x (" + "user@" * 1_600 + ") by y", "TLS" * 2_700,
    '"' + '\\\\"' * 4_000, '"' * 8_000, '"a' * 4_000, '"' + "a" * 8_000,
    "\t" * 8_000, "from \t" * 1_300,
]  # fmt: skip


@pytest.mark.parametrize("bait", BAIT, ids=lambda bait: f"{bait[:12]!r} {len(bait)}")
def test_m15_reading_takes_linear_time(bait):
    started = time.process_time()
    read(bait)
    assert time.process_time() - started < 1


TEXT = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["from", "by", "with", "id", "for", "via", "(", ")", "[192.0.2.1]", "192.0.2.1", ";",
         "helo=", "HELO", "x.example", "[IPv6:2001:db8::1]", "(Exim", "SMTP", "\r\n\t", "@", "=?"]
    ),
    max_size=25,
).map(" ".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_any_text_gives_a_hop(text):
    hop = read(text)
    assert hop.readable or hop.defects


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[a-z0-9.\[\]:=-]{1,60}", fullmatch=True))
def test_no_greeting_moves_the_peer(greeting):
    field = f"from {greeting} (r.example [{IP}]) by mx.example (Postfix) with ESMTP id A"
    if greeting not in ("by", "via", "with", "id", "for"):
        assert str(read(field).from_ip) == IP
