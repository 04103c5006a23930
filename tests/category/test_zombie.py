# SPDX-License-Identifier: Apache-2.0
"""Whether the sending machine looks taken over: a truth table over kind, confidence, proof."""

import pytest

from comity.category.assessment import Answer
from comity.category.zombie import decide
from comity.trace.trace import (
    Authentication,
    Confidence,
    Origin,
    OriginKind,
    Standing,
    Trace,
)
from comity.values.address import address
from comity.values.reason import Reason

SPF = Authentication("spf", "pass", "home.example", "mx.example.com", Standing.VOUCHED)
CLAIMED = Authentication("spf", "pass", "home.example", "mx.example.com", Standing.CLAIMED)
LOGGED_IN = Reason("kind-submission", "The peer logged in.")
KIND = OriginKind

TABLE = {  # name: (kind, confidence, authentication, reasons, answer)
    "home line, straight": (KIND.ACCESS, Confidence.HIGH, (), (), Answer.YES),
    "home line, likely": (KIND.ACCESS, Confidence.MEDIUM, (), (), Answer.YES),
    "home line, in doubt": (KIND.ACCESS, Confidence.LOW, (), (), Answer.UNDETERMINED),
    "home line, owner vouches": (KIND.ACCESS, Confidence.HIGH, (SPF,), (), Answer.NO),
    "home line, only claimed": (KIND.ACCESS, Confidence.HIGH, (CLAIMED,), (), Answer.YES),
    "logged in": (KIND.ACCESS, Confidence.HIGH, (), (LOGGED_IN,), Answer.UNDETERMINED),
    "mailbox provider": (KIND.MAILBOX_PROVIDER, Confidence.HIGH, (), (), Answer.NO),
    "relay": (KIND.RELAY, Confidence.HIGH, (), (), Answer.NO),
    "rented server": (KIND.HOSTING, Confidence.HIGH, (), (), Answer.NO),
    "unknown kind": (KIND.UNKNOWN, Confidence.HIGH, (), (), Answer.UNDETERMINED),
}


@pytest.mark.parametrize(
    ("kind", "confidence", "proofs", "reasons", "answer"), TABLE.values(), ids=TABLE
)
def test_zombie(kind, confidence, proofs, reasons, answer):
    ip = address("192.0.2.9")
    assert ip is not None
    origin = Origin(ip, None, None, None, kind, None)
    said, why = decide(Trace((), 0, origin, confidence, reasons, proofs))
    assert said is answer
    assert why and all(reason.text.endswith(".") for reason in why)


def test_no_origin_is_undetermined():
    assert decide(Trace((), None, None, Confidence.NONE, ()))[0] is Answer.UNDETERMINED
