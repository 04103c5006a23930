# SPDX-License-Identifier: Apache-2.0
"""One line of text asks the queue: words, phrases, fields. No text makes it fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.service.query import MAX_TERMS, MAX_TEXT, Field, ProblemCode, Query, read


@pytest.mark.parametrize(
    ("text", "words", "phrases", "fields"),
    [
        ("", (), (), ()),
        ("   ", (), (), ()),
        ("gift card", ("gift", "card"), (), ()),
        ('"gift  card" now', ("now",), ("gift card",), ()),
        ('"still typing', (), ("still typing",), ()),
        ("from:bank.example", (), (), (("from", "bank.example"),)),
        ('from:"Kim Min"', (), (), (("from", "Kim Min"),)),
        ("domain:Bad[.]Example.", (), (), (("domain", "bad.example"),)),
        ("ASN:AS64500 asn:7", (), (), (("asn", "64500"), ("asn", "7"))),
        ("asn:unknown", (), (), (("asn", "unknown"),)),
        ("country:kr", (), (), (("country", "KR"),)),
        ("category:Fraud", (), (), (("category", "fraud"),)),
        ("campaign:C-12ab", (), (), (("campaign", "c-12ab"),)),
        (
            "before:2026-11-24 after:2026-11-01",
            (),
            (),
            (("after", "2026-11-01"), ("before", "2026-11-24")),
        ),
        ("is:open", (), (), (("is", "open"),)),
        ("https://bad.example/x", ("https://bad.example/x",), (), ()),  # a link that was pasted
        ("Re: hello", ("Re:", "hello"), (), ()),
        ("12:30", ("12:30",), (), ()),
        ("당첨 领取", ("당첨", "领取"), (), ()),
        ("fraud fraud", ("fraud",), (), ()),
    ],
)
def test_what_is_typed_is_understood(text, words, phrases, fields):
    query = read(text)
    assert not query.problems
    assert (query.words, query.phrases) == (words, phrases)
    assert tuple((name.value, value) for name, value in query.fields) == fields


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("sender:x", ProblemCode.UNKNOWN_FIELD, "sender"),
        ("Re:hello", ProblemCode.UNKNOWN_FIELD, "Re"),
        ("from:", ProblemCode.NO_VALUE, "from"),
        ('from:""', ProblemCode.NO_VALUE, "from"),
        ("asn:x", ProblemCode.WRONG_VALUE, "asn"),
        ("asn:4294967296", ProblemCode.WRONG_VALUE, "asn"),
        ("asn:²", ProblemCode.WRONG_VALUE, "asn"),
        ("country:Korea", ProblemCode.WRONG_VALUE, "country"),
        ("category:spam", ProblemCode.WRONG_VALUE, "category"),
        ("campaign:c_%", ProblemCode.WRONG_VALUE, "campaign"),
        ("before:yesterday", ProblemCode.WRONG_VALUE, "before"),
        ("before:2026-02-30", ProblemCode.WRONG_VALUE, "before"),
        ("is:new", ProblemCode.WRONG_VALUE, "is"),
        ("x" * (MAX_TEXT + 1), ProblemCode.TEXT_TOO_LONG, ""),
        (" ".join(map(str, range(MAX_TERMS + 1))), ProblemCode.TOO_MANY_TERMS, ""),
    ],
)
def test_what_cannot_be_meant_is_named_and_nothing_raises(text, code, field):
    (problem,) = read(text).problems
    assert (problem.code, problem.field) == (code, field)


def test_one_field_is_replaced_and_the_rest_stays():
    query = read('gift "to you" category:fraud category:other country:KR')
    assert query.only(Field.CATEGORY, "phishing").print() == (
        'gift "to you" category:phishing country:KR'
    )
    assert query.without(Field.CATEGORY).print() == 'gift "to you" country:KR'


_parts = st.sampled_from(
    ['"', ":", " ", "from:", "domain:", "asn:", "is:open", "a", "字", "\x00", "//", "\ud800", "7"]
)


@given(st.one_of(st.text(max_size=200), st.lists(_parts, max_size=12).map("".join)))
def test_any_text_is_read_and_its_print_reads_the_same(text):
    query = read(text)
    assert isinstance(query, Query)
    assert read(query.print()) == query
