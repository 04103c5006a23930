# SPDX-License-Identifier: Apache-2.0
"""Where a mail truly came from: joins reading, boundary, address data into one `Trace`.

A pure function of header fields, trust, address data and address policy. How it decides, with
examples: docs/explanation/origin.md.
"""

from dataclasses import dataclass

from comity.mime.part import Field
from comity.trace.addresses import AddressData
from comity.trace.authentication import KEYS, recorded
from comity.trace.boundary import Boundary, find_boundary
from comity.trace.claim import ClaimedHop
from comity.trace.client import signed_client, submitting_client
from comity.trace.dkim_check import SignatureCheck
from comity.trace.hop import read
from comity.trace.kind import kind_of, mailbox_provider
from comity.trace.names import organisation
from comity.trace.side import Weight
from comity.trace.standing import standings
from comity.trace.trace import Confidence, Origin, Trace
from comity.trace.trust import Trust
from comity.values.address import AddressPolicy
from comity.values.country import Country
from comity.values.defect import Defect
from comity.values.reason import Reason
from comity.values.span import Span

MAX_HOPS = 100  # lines read, from the top; RFC 5321 section 6.3: at 100 a server stops

_CONFIDENCE = {
    Weight.SURE: Confidence.HIGH,
    Weight.LIKELY: Confidence.MEDIUM,
    Weight.DOUBTFUL: Confidence.LOW,
}


@dataclass(frozen=True, slots=True)
class _Header:
    """What of the header the trace looks at."""

    received: tuple[Field, ...]
    results: list[Field]  # of SPF, DKIM, …
    others: dict[str, list[Field]]
    defects: tuple[Defect, ...]


CLIENT_FIELDS = ("x-originating-ip", "x-originating-client-ip", "x-sender-ip", "x-client-ip")
_ASIDE = frozenset(
    (
        *CLIENT_FIELDS,
        "return-path",
        "list-id",
        "resent-from",
        "x-forwarded-to",
        "x-forwarded-for",
    )
)
_WANTED = _ASIDE | KEYS | {"received"}


def find(
    fields: tuple[Field, ...],
    trust: Trust,
    addresses: AddressData,
    policy: AddressPolicy,
    checks: tuple[SignatureCheck, ...] = (),
) -> Trace:
    """Trace one mail by its top-level header fields, newest first. Raises nothing on content.

    `checks` are DKIM results by `trace.dkim_check`, where answers were archived.
    """
    header = _sort(fields)
    claimed = tuple([read(it.value, Span("raw", it.start, it.end)) for it in header.received])
    boundary = find_boundary(claimed, trust, policy)
    hops, time_defects = standings(claimed, boundary, trust)
    reasons = list(boundary.reasons)
    origin = None
    confidence = Confidence.NONE
    if boundary.ip is not None and not policy.can_be_origin(boundary.ip):
        reasons.append(Reason("origin-not-public", f"{boundary.ip} can't be the origin of a mail."))
    elif boundary.ip is not None:
        origin, more = _origin(claimed, boundary, trust, addresses, header, checks)
        reasons += more
        confidence = _CONFIDENCE[boundary.weight]
        if _rewritten_by_forwarder(header):
            confidence = Confidence.LOW
            reasons.append(
                Reason(
                    "envelope-of-forwarder",
                    "The return path was rewritten by a forwarder: if the recipient set it up, "
                    "give that host as a trusted relay.",
                )
            )
    return Trace(
        hops=hops,
        boundary=boundary.last,
        origin=origin,
        confidence=confidence,
        reasons=tuple(reasons),
        authentication=(
            *recorded(header.results, header.received, boundary, trust),
            *(check.as_authentication() for check in checks),
        ),
        defects=(*header.defects, *_defects(claimed), *time_defects),
    )


def _sort(fields: tuple[Field, ...]) -> _Header:
    received: list[Field] = []
    results: list[Field] = []
    others: dict[str, list[Field]] = {}
    for field in [field for field in fields if field.key in _WANTED]:  # few
        key = field.key
        if key == "received":
            received.append(field)
        elif key in KEYS:
            results.append(field)
        else:
            others.setdefault(key, []).append(field)
    defects: tuple[Defect, ...] = ()
    if len(received) > MAX_HOPS:
        over = received[MAX_HOPS]
        defects = (
            Defect(
                "received-too-many",
                f"{len(received)} Received lines, the top {MAX_HOPS} were read",
                Span("raw", over.start, received[-1].end),
            ),
        )
        received = received[:MAX_HOPS]
    return _Header(tuple(received), results, others, defects)


def _origin(
    claimed: tuple[ClaimedHop, ...],
    boundary: Boundary,
    trust: Trust,
    addresses: AddressData,
    header: _Header,
    checks: tuple[SignatureCheck, ...],
) -> tuple[Origin, list[Reason]]:
    ip = boundary.ip
    last = boundary.last
    assert ip is not None and last is not None
    hop = claimed[last]
    facts = addresses.facts(ip)
    following = claimed[last + 1] if last + 1 < len(claimed) else None
    forwarded = _forwarded(header, hop, following)
    provider = mailbox_provider(hop, ip, facts, trust.services)
    kind, why = kind_of(hop, ip, facts, trust.services, provider, forwarded)
    reasons = [why]
    if facts.country is None:
        reasons.append(Reason("country-unknown", f"No country for {ip}: {facts.data}."))
    client = None
    client_country: Country | None = None
    if provider is not None:
        client, client_reason = submitting_client(claimed[last + 1 :], provider, trust.services)
        if client is None:
            fields = tuple(field for key in CLIENT_FIELDS for field in header.others.get(key, ()))
            client, client_reason = signed_client(fields, checks, provider, trust.services)
        if client is not None:
            client_country = addresses.facts(client).country
        if client_reason is not None:
            reasons.append(client_reason)
    return (
        Origin(
            ip=ip,
            asn=facts.asn,
            network=facts.network,
            country=facts.country,
            kind=kind,
            name=hop.from_host or hop.from_name,
            client=client,
            client_country=client_country,
        ),
        reasons,
    )


def _forwarded(header: _Header, hop: ClaimedHop, following: ClaimedHop | None) -> bool:
    """Whether the peer passed on mail for others: a mailing list, a `.forward`.

    Asks for the peer's confirmed name and for its own word that it took the mail from outside.
    """
    if _rewritten_by_forwarder(header):
        return True
    if following is None or following.from_ip is None or following.authenticated:
        return False
    if hop.from_host is None or not hop.from_host_checked:
        return False
    theirs = organisation(hop.from_host)
    if theirs is None or theirs != organisation(following.by):
        return False
    marked = any(key in header.others for key in ("list-id", "x-forwarded-to", "x-forwarded-for"))
    readdressed = bool(
        hop.for_
        and following.for_
        and hop.for_.lower() != following.for_.lower()
        and theirs == organisation(following.for_.rpartition("@")[2])
    )
    return marked or readdressed


def _rewritten_by_forwarder(header: _Header) -> bool:
    """Gmail's forwarding, or the Sender Rewriting Scheme."""
    path = header.others.get("return-path")
    envelope = path[0].value.lower()[:400] if path else ""
    return "+caf_=" in envelope or "srs0=" in envelope or "srs1=" in envelope


def _defects(claimed: tuple[ClaimedHop, ...]) -> tuple[Defect, ...]:
    return tuple(
        Defect(code, f"Received line {index + 1}", hop.span)
        for index, hop in enumerate(claimed)
        for code in hop.defects
    )
