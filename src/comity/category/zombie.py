# SPDX-License-Identifier: Apache-2.0
"""Whether the sending machine looks taken over (a zombie): from the origin's kind and trace only.

A machine on an access line that hands mail straight to the recipient's server is what bot nets
use (RFC 5068 section 3). What the mail says is never asked. An estimate with its reasons.
"""

from comity.category.assessment import Answer
from comity.trace.trace import Confidence, OriginKind, Standing, Trace
from comity.values.reason import Reason


def decide(trace: Trace) -> tuple[Answer, tuple[Reason, ...]]:
    """(answer, why). Undetermined wherever the trace does not carry an answer."""
    origin = trace.origin
    if origin is None or trace.confidence is Confidence.NONE:
        return _say(Answer.UNDETERMINED, "zombie-no-origin", "The origin of the mail is not known.")
    if trace.confidence is Confidence.LOW:
        return _say(Answer.UNDETERMINED, "zombie-origin-doubtful", "The origin itself is in doubt.")
    if origin.kind in (OriginKind.MAILBOX_PROVIDER, OriginKind.RELAY):
        return _say(
            Answer.NO,
            "zombie-through-service",
            "A mail service handed it over, not a machine of its own accord.",
        )
    if origin.kind is OriginKind.ACCESS:
        return _access(trace)
    if origin.kind is OriginKind.HOSTING:
        return _say(
            Answer.NO, "zombie-rented-server", "It came from a rented server, not an access line."
        )
    return _say(
        Answer.UNDETERMINED, "zombie-kind-unknown", "What kind of host sent it is not known."
    )


def _access(trace: Trace) -> tuple[Answer, tuple[Reason, ...]]:
    submitted = any(reason.code == "kind-submission" for reason in trace.reasons)
    if submitted:
        return _say(
            Answer.UNDETERMINED,
            "zombie-logged-in",
            "The machine logged in to send; whether its owner did is not known.",
        )
    proven = any(
        result.standing is Standing.VOUCHED
        and result.result == "pass"
        and result.method in ("spf", "dkim", "dmarc")
        for result in trace.authentication
    )
    if proven:
        return _say(
            Answer.NO,
            "zombie-own-server",
            "It is on an access line, but a domain owner vouches for it: a server at home.",
        )
    return _say(
        Answer.YES,
        "zombie-direct-from-access",
        "A machine on an access line handed the mail straight to the recipient's server.",
    )


def _say(answer: Answer, code: str, text: str) -> tuple[Answer, tuple[Reason, ...]]:
    return answer, (Reason(code, text),)
