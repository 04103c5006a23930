# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any bytes, read as a mail, get an assessment that keeps its promises."""

import sys

from comity.category.assessment import Label
from comity.category.decide import decide
from comity.category.model import load
from comity.category.rules import ACCUSING
from comity.message.read import read
from comity.trace.trace import Confidence, Trace

NO_TRACE = Trace((), None, None, Confidence.NONE, ())


def one(data: bytes) -> None:
    """Raises when a promise is broken."""
    message = read(data)
    said = decide(message, NO_TRACE, load())
    zones = {
        "text": message.text,
        "subject": message.subject,
        "from": message.from_.name if message.from_ else "",
        "hidden": message.hidden,
    }
    for reason in said.reasons:
        if reason.span is not None and reason.span.where in zones:
            assert 0 <= reason.span.start <= reason.span.end <= len(zones[reason.span.where])
    assert said.label not in ACCUSING or said.reasons
    assert set(said.probabilities) == {label.value for label in Label}


if __name__ == "__main__":
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
