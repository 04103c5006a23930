# SPDX-License-Identifier: Apache-2.0
"""Where a mail truly came from. Types only; `trace.find` decides.

What a sender wrote and what a host we trust wrote are different types: a `ClaimedHop` becomes a
`VouchedHop` only in `trace.boundary`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from comity.values.address import Address
from comity.values.country import Country
from comity.values.defect import Defect
from comity.values.reason import Reason
from comity.values.span import Span


class Standing(StrEnum):
    VOUCHED = "vouched"  # written by a host we trust, where the chain reaches it
    CLAIMED = "claimed"  # nobody we trust has confirmed it
    FORGED = "forged"  # contradicts what is vouched
    UNPARSED = "unparsed"


class OriginKind(StrEnum):
    MAILBOX_PROVIDER = "mailbox-provider"
    RELAY = "relay"
    HOSTING = "hosting"
    ACCESS = "access"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hop:
    """One Received field with its standing, newest (topmost) first: index 0 is on top."""

    index: int
    by: str | None
    from_name: str | None  # HELO as written
    from_host: str | None  # reverse name as the writing host saw it
    from_ip: Address | None
    protocol: str | None
    time: datetime | None  # UTC
    standing: Standing
    span: Span  # "raw"
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """What address data says of one address, with the data's own name and date."""

    asn: int | None
    network: str | None  # name of the autonomous system
    country: Country | None
    data: str  # "ipinfo_lite 2026-10-26", or why nothing is known
    network_type: str | None = None  # what the data says its network is for: "hosting", "isp", …


@dataclass(frozen=True, slots=True)
class Origin:
    """The host that handed the mail to the recipient's side."""

    ip: Address
    asn: int | None
    network: str | None
    country: Country | None
    kind: OriginKind
    name: str | None  # reverse or HELO name it is known by
    client: Address | None = None  # the submitting client, where a mailbox provider vouches for one
    client_country: Country | None = None


@dataclass(frozen=True, slots=True)
class Authentication:
    """One recorded or recomputed result: SPF, DKIM, DMARC, ARC."""

    method: str
    result: str  # pass, fail, none, …, as RFC 8601 names it
    identity: str | None  # domain it speaks for
    by: str  # authserv-id, or "comity" where we verified ourselves
    standing: Standing  # only VOUCHED counts
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    hops: tuple[Hop, ...]
    boundary: int | None  # index of the last vouched hop; None where none is
    origin: Origin | None
    confidence: Confidence
    reasons: tuple[Reason, ...]
    authentication: tuple[Authentication, ...] = ()
    defects: tuple[Defect, ...] = ()
