# SPDX-License-Identifier: Apache-2.0
"""The quick reader of usual lines says what the general reader says, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.trace.hop import read, read_any
from comity.trace.usual import read_usual

END = "; Mon, 3 Mar 2025 10:00:00 +0000"
USUAL = {
    "exchange": "from A.example (2001:db8::7) by B.example (2001:db8::8) with Microsoft SMTP Server"
    " (version=TLS1_2, cipher=TLS_X) id 15.20.1.2; Mon, 3 Mar 2025 10:00:00 +0000",
    "exchange front": "from a.example (192.0.2.7) by b.example (10.0.0.1) with Microsoft SMTP"
    " Server (version=TLS1_3, cipher=TLS_X) id 15.20.1.2 via Frontend Transport" + END,
    "exchange https": "from A.example (::1) by B.example with HTTPS" + END,
    "google": "from a.example (a.example. [192.0.2.7]) by mx.example with ESMTPS id x-7"
    " for <me@own.example> (version=TLS1_3 cipher=X bits=256/256);"
    " Mon, 03 Mar 2025 02:00:00 -0800 (PST)",
    "google inner": "by 2001:db8:: with SMTP id x9" + END,
    "postfix": "from a.example (unknown [192.0.2.7]) by b.example (Postfix) with ESMTP id 4F"
    " for <me@own.example>; Mon, 3 Mar 2025 10:00:00 +0100 (CET)",
    "postfix tls": "from a (b.example [IPv6:2001:db8::7]) (using TLSv1.3 with cipher TLS_X"
    " (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)"
    " (No client certificate requested) by c.example (Postfix) with ESMTPSA id 4F" + END,
    "postfix local": "by b.example (Postfix, from userid 33) id 4F" + END,
    "mapi": "from a.example ([2001:db8::7]) by b.example ([2001:db8::8%9]) with mapi id 15.0" + END,
    "named by address": "from a (192.0.2.9 [192.0.2.7]) by 192.0.2.1 with LMTP id 1" + END,
    "time alone wrong": "from a (192.0.2.7) by b with SMTP; yesterday",
}
# Each looks usual at first sight, and means something else.
ODD = {
    "greeting in the comment": "from 192.0.2.9 (HELO [192.0.2.7]) by b with SMTP" + END,
    "greeting as a name": "from a (EHLO [192.0.2.7]) by b with SMTP" + END,
    "lmtp greeting": "from a (LHLO [192.0.2.7]) by b with SMTP" + END,
    "login": "from a (auth [192.0.2.7]) by b with SMTP" + END,
    "login later": "from a (192.0.2.7) by b (authenticated bits=0) with SMTP" + END,
    "exim": "from a ([192.0.2.7]) by b with esmtp (Exim 4.96) id 1" + END,
    "forged name": "from a (forged.example [192.0.2.7]) by b with SMTP" + END,
    "no address": "from a (999.0.2.1) by b with SMTP" + END,
    "keyword as name": "from by (192.0.2.7) by b.example with SMTP" + END,
    "keyword as id": "from a (192.0.2.7) by b with SMTP id for for <me@own.example>" + END,
    "keyword as protocol": "from a (192.0.2.7) by b with id id 7" + END,
    "via alone": "from a (192.0.2.7) by b id 7 via Frontend Transport" + END,
    "second by": "from a (192.0.2.7) by b with SMTP id 7 by c.example with SMTP" + END,
    "quoted recipient": 'from a (192.0.2.7) by b with SMTP id 7 for <"x y"@own.example>' + END,
    "no date": "from a (192.0.2.7) by b with SMTP id 7",
    "date in a comment": "from a (192.0.2.7) by b with SMTP (x; y" + END,
    "dots for a host": "from a (192.0.2.7) by ... with SMTP" + END,
}


@pytest.mark.parametrize("line", USUAL.values(), ids=USUAL)
def test_a_usual_line_is_read_by_the_pattern(line):
    quick = read_usual(line, None)
    assert quick is not None
    assert repr(quick) == repr(read_any(line))


@pytest.mark.parametrize("line", ODD.values(), ids=ODD)
def test_what_only_looks_usual_is_left_to_the_general_reader(line):
    assert read_usual(line, None) is None
    assert repr(read(line)) == repr(read_any(line))


_PIECES = sorted({word for line in (*USUAL.values(), *ODD.values()) for word in line.split()})
_STRANGE = ["(", ")", ";", '"', "[", "]", "<", ">", ",", ".", "@", "(auth)", "(helo=x)", "BY", "é"]


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(sorted(USUAL.values())),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 2), st.sampled_from(_PIECES + _STRANGE)),
        max_size=4,
    ),
)
def test_a_changed_line_is_read_alike_or_left_alone(line, changes):
    words = line.split()
    for place, how, word in changes:
        at = place % len(words)
        if how == 0:
            words.insert(at, word)
        elif how == 1:
            words[at] = word
        else:
            words[at] += word
    text = " ".join(words)
    quick = read_usual(text, None)
    assert quick is None or repr(quick) == repr(read_any(text))
