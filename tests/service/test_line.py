# SPDX-License-Identifier: Apache-2.0
"""A printed line tells every field of the types that it writes out key by key."""

from dataclasses import fields
from datetime import UTC, datetime
from ipaddress import ip_address

from comity.service import line
from comity.trace.trace import Authentication, Confidence, Hop, Standing, Trace
from comity.values.json import print_json
from comity.values.reason import Reason
from comity.values.span import Span

SPAN = Span("raw", 1, 2)
REASON = Reason("code", "Text.", SPAN, 0.5)
HOP = Hop(
    0,
    "mx.example",
    "a",
    "b.example",
    ip_address("192.0.2.1"),
    "ESMTP",
    datetime(2026, 1, 2, tzinfo=UTC),
    Standing.VOUCHED,
    SPAN,
    (REASON, Reason("other", "Without a place.")),
)
RESULT = Authentication("spf", "pass", "a.example", "mx.example", Standing.CLAIMED, "arc")
TRACE = Trace((HOP,), 0, None, Confidence.HIGH, (REASON,), (RESULT,))


def test_a_trace_prints_the_same_by_keys_as_by_its_fields():
    assert print_json(line._trace(TRACE)) == print_json(TRACE)
    for value, printed in (
        (TRACE, line._trace(TRACE)),
        (HOP, line._hop(HOP)),
        (RESULT, line._authentication(RESULT)),
        (REASON, line._reason(REASON)),
        (SPAN, line._span(SPAN)),
    ):
        assert list(printed) == [field.name for field in fields(value)]
