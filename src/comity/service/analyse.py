# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a report to what Comity says of the mail in it.

Joins the rooms of the core: report → message → trace → category → fingerprint. A pure function of
the bytes and of the `Knowledge` passed in; stores nothing, looks nothing up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.campaign.campaign import Fingerprint
from comity.category.assessment import Assessment
from comity.category.decide import decide
from comity.category.model import Model
from comity.message.message import Message
from comity.message.read import QrDecoder, read
from comity.mime.part import Field
from comity.mime.split import read_header, split
from comity.report.form import Form, Grade, Report
from comity.report.read import read as read_report
from comity.trace.addresses import AddressData
from comity.trace.dkim_check import Answers, check_signatures
from comity.trace.find import find
from comity.trace.trace import Trace
from comity.trace.trust import Trust
from comity.values.address import PRODUCTION, AddressPolicy

CARRIED = frozenset((Form.ATTACHED, Form.INLINE, Form.ARF))  # forms that are mails themselves
HEADER_LOST = frozenset((Grade.C, Grade.D))


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


def analyse(content: bytes, path: str, knowledge: Knowledge) -> list[Analysis]:
    """Every reported mail inside one report, in the order of the report."""
    return analyse_all([(content, path)], knowledge)[0]


def analyse_all(inputs: Sequence[tuple[bytes, str]], knowledge: Knowledge) -> list[list[Analysis]]:
    """The same for several reports (bytes, path), each on its own.

    Each step is done for all before the next one: what a step needs of code and data then stays
    near the processor, which saves a tenth of the time.
    """
    reports = [read_report(content, path, knowledge.form) for content, path in inputs]
    found = iter(analyse_reports([one for some in reports for one in some], knowledge))
    return [
        [_carried(next(found), content, knowledge) for _ in some]
        for (content, _), some in zip(inputs, reports, strict=True)
    ]


def analyse_reports(reports: Sequence[Report], knowledge: Knowledge) -> list[Analysis]:
    """Read reported mails, in their order. Raises nothing on content."""
    mails = [report for report in reports if report.form is not Form.NOT_MAIL]
    split_mails = [split(report.mail) for report in mails]
    messages = [
        # A rewritten mail's digest is of other bytes.
        read(report.mail, mime, knowledge.qr, None if report.rewritten else report.digest)
        for report, mime in zip(mails, split_mails, strict=True)
    ]
    traces = [
        _trace(report, mime.parts[0].fields, knowledge)
        for report, mime in zip(mails, split_mails, strict=True)
    ]
    assessments = [
        decide(message, trace, knowledge.model)
        for message, trace in zip(messages, traces, strict=True)
    ]
    compared: list[Fingerprint | None] = [None] * len(mails)
    if knowledge.fingerprints:
        from comity.campaign.fingerprint import fingerprint  # late: a tenth of the start

        compared = [
            # A rebuilt mail (inline forward, SMS) is known by the bytes that were received.
            replace(fingerprint(message, trace), digest=report.digest)
            for report, message, trace in zip(mails, messages, traces, strict=True)
        ]
    read_mails = map(Analysis, mails, messages, traces, assessments, compared)
    return [
        Analysis(report) if report.form is Form.NOT_MAIL else next(read_mails) for report in reports
    ]


def _carried(found: Analysis, content: bytes, knowledge: Knowledge) -> Analysis:
    if found.report.form not in CARRIED:
        return found
    return replace(found, carrier=_carrier(content, knowledge))


def _carrier(content: bytes, knowledge: Knowledge) -> Trace:
    fields, _, _ = read_header(content)
    return find(fields, knowledge.trust, knowledge.addresses, knowledge.policy)


def _trace(report: Report, fields: tuple[Field, ...], knowledge: Knowledge) -> Trace:
    # Where the header is lost, what stands in its place was delivered by nobody. An Outlook item
    # keeps the header it was delivered with, though its bytes are rebuilt.
    trust = Trust.nobody() if report.grade in HEADER_LOST else knowledge.trust
    trace = find(fields, trust, knowledge.addresses, knowledge.policy)
    if knowledge.dns is None or trace.boundary is None:
        return trace
    received_at = trace.hops[0].time  # as the recipient's own server wrote it
    if received_at is None:
        return trace
    checks = check_signatures(report.mail, knowledge.dns, received_at)
    return find(fields, trust, knowledge.addresses, knowledge.policy, checks)
