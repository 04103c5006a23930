# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a report to what Comity says of the mail in it.

Joins the rooms of the core: report → message → trace → category → fingerprint. A pure function of
the bytes and of the `Knowledge` passed in; stores nothing, looks nothing up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from comity.campaign.campaign import Fingerprint
from comity.campaign.fingerprint import fingerprint
from comity.category.assessment import Assessment
from comity.category.decide import decide
from comity.category.model import Model
from comity.message.message import Message
from comity.message.read import QrDecoder, read
from comity.mime.part import Field
from comity.mime.split import read_header, split
from comity.report.form import Form, Report
from comity.report.read import read as read_report
from comity.trace.addresses import AddressData
from comity.trace.dkim_check import Answers, check_signatures
from comity.trace.find import find
from comity.trace.trace import Trace
from comity.trace.trust import Trust
from comity.values.address import PRODUCTION, AddressPolicy

CARRIED = frozenset((Form.ATTACHED, Form.INLINE, Form.ARF))  # forms that are mails themselves


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that an analysis depends on beside the bytes. `versions` names each piece."""

    trust: Trust
    addresses: AddressData
    model: Model
    versions: dict[str, str]
    policy: AddressPolicy = PRODUCTION
    qr: QrDecoder | None = None
    dns: Answers | None = None  # archived answers, for checking DKIM; None: not checked
    fingerprints: bool = True  # False: nobody will ask for campaigns
    form: Form | None = None  # the operator says so; None lets the reader find out


@dataclass(frozen=True, slots=True)
class Analysis:
    """One reported mail, read. `message` and what follows is None where there is no mail."""

    report: Report
    message: Message | None = None
    trace: Trace | None = None
    assessment: Assessment | None = None
    fingerprint: Fingerprint | None = None
    # Trace of the mail that carried the report, where the reported mail lay inside another: who
    # reported, or who only pretends to pass a mail on.
    carrier: Trace | None = None


def analyse(content: bytes, path: str, knowledge: Knowledge) -> Iterator[Analysis]:
    """Every reported mail inside one report, in the order of the report."""
    for report in read_report(content, path, knowledge.form):
        found = analyse_report(report, knowledge)
        if report.form in CARRIED:
            found = replace(found, carrier=_carrier(content, knowledge))
        yield found


def analyse_report(report: Report, knowledge: Knowledge) -> Analysis:
    """Read one reported mail. Raises nothing on content."""
    if report.form is Form.NOT_MAIL:
        return Analysis(report)
    mime = split(report.mail)
    digest = None if report.rewritten else report.digest  # a rewritten mail's is of other bytes
    message = read(report.mail, mime, knowledge.qr, digest)
    trace = _trace(report, mime.parts[0].fields, knowledge)
    compared = None
    if knowledge.fingerprints:
        # A rebuilt mail (inline forward, SMS) is known by the bytes that were received.
        compared = replace(fingerprint(message, trace), digest=report.digest)
    return Analysis(report, message, trace, decide(message, trace, knowledge.model), compared)


def _carrier(content: bytes, knowledge: Knowledge) -> Trace:
    fields, _, _ = read_header(content)
    return find(fields, knowledge.trust, knowledge.addresses, knowledge.policy)


def _trace(report: Report, fields: tuple[Field, ...], knowledge: Knowledge) -> Trace:
    # No host of anybody's delivered a header that a client rebuilt.
    trust = Trust.nobody() if report.rewritten else knowledge.trust
    trace = find(fields, trust, knowledge.addresses, knowledge.policy)
    if knowledge.dns is None or trace.boundary is None:
        return trace
    received_at = trace.hops[0].time  # as the recipient's own server wrote it
    if received_at is None:
        return trace
    checks = check_signatures(report.mail, knowledge.dns, received_at)
    return find(fields, trust, knowledge.addresses, knowledge.policy, checks)
