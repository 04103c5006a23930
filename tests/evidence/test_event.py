# SPDX-License-Identifier: Apache-2.0
"""An event is read as it was printed; what no node of this version wrote is none."""

import json
from datetime import UTC, datetime

import pytest

from comity.evidence.event import MAX_BYTES, Event, EventKind, read_event
from comity.values.errors import VerificationError

AT = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
EVENT = Event(EventKind.MAIL_SEEN, "1", AT, "ab" * 32, {"show": "text"})


def changed(**more):
    return json.dumps(json.loads(EVENT.print()) | more).encode()


def test_what_was_printed_is_read():
    assert read_event(EVENT.print()) == EVENT


WRONG = {
    "another version": changed(version=2),
    "another kind": changed(kind="mail-eaten"),
    "no time": changed(at="yesterday"),
    "a detail that is none": changed(detail=5),
    "too large": changed(detail={"note": "x" * MAX_BYTES}),
    "no object": b"[]",
    "no JSON": b"{",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_no_node_wrote_is_no_event(content):
    with pytest.raises(VerificationError):
        read_event(content)
