# SPDX-License-Identifier: Apache-2.0
"""What the API says, as types: the schema and its documentation come from here."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]  # exactly as sealed


class Receipt(Schema):
    """These bytes are durable and have their place in the log."""

    path: str = Field(description="the name given, then the place inside a box: mails.zip!1.eml")
    sha256: Digest
    leaf: int = Field(description="place in the node's log")
    received_at: Time
    duplicate: bool = Field(description="the same bytes were here before; counted all the same")


class RefusedPart(Schema):
    path: str
    problem: str


class Taken(Schema):
    """What was taken. Each report has its receipt; what could not be taken is named."""

    receipts: list[Receipt]
    refused: list[RefusedPart]


class Origin(Schema):
    ip: str | None = Field(description="null: undetermined")
    asn: int | None
    country: str | None
    network: str | None


class MailItem(Schema):
    """One mail as lists show it: nothing of its content."""

    sha256: Digest
    report: Digest = Field(description="the report that held it")
    form: str
    category: str
    decided: bool = Field(description="a person set the category; it wins over the analysis")
    confidence: float = Field(description="of the analysis in its own category, 0 to 1")
    campaign: str | None
    date: datetime | None = Field(description="as the mail claims")
    arrived_at: datetime = Field(description="when it was first handed in")
    analysed_at: datetime
    origin: Origin


class MailPage(Schema):
    mails: list[MailItem]
    next: str | None = Field(description="the `cursor` of the next page; null after the last")


class ReportState(Schema):
    """A report that was taken in, and what was found in it."""

    receipt: Receipt
    reportings: int = Field(description="how often these bytes came in")
    analysed: bool = Field(description="false: it waits for the next run of the analysis")
    mails: list[MailItem] | None = Field(description="null without the scope see-queue")


class MailAnalysis(Schema):
    report: Digest
    position: int
    category: str
    decided: bool = Field(description="a person set the category; `line` keeps the analysis")
    made_at: datetime
    line: dict[str, Any] = Field(
        description="as docs/reference/json.md says; `report` without who reported"
    )


class Mail(Schema):
    """One mail. Each look is written to the journal."""

    sha256: Digest
    campaign: str | None
    analyses: list[MailAnalysis] = Field(description="the newest for each report, at most 20")


class CampaignItem(Schema):
    id: str
    name: str = Field(description="given by a person; empty: none")
    size: int = Field(description="mails")
    reportings: int
    labels: dict[str, int]
    countries: dict[str, int]
    networks: dict[str, int]
    addresses: int
    first_date: datetime | None
    last_date: datetime | None
    first_received: datetime | None
    last_received: datetime | None
    actor: str | None
    related: list[dict[str, Any]]


class CampaignPage(Schema):
    campaigns: list[CampaignItem]
    next: str | None = Field(description="the `cursor` of the next page; null after the last")


class LinkProof(Schema):
    """Why two mails belong together."""

    a: str
    b: str
    families: dict[str, float]
    strength: float
    why: list[str]


class Campaign(CampaignItem):
    """One campaign. Its mails: `/mails?campaign=`."""

    links: list[LinkProof]


class Statistics(Schema):
    reportings: int
    reports: int
    mails: int
    campaigns: int
    in_campaigns: int
    parked: int
    labels: dict[str, int]
    forms: dict[str, int]
    countries: dict[str, int]
    networks: dict[str, int]


class Me(Schema):
    """The token that asks."""

    token: str = Field(description="its name; never its secret")
    role: str = Field(description="of its owner")
    scopes: list[str] = Field(description="what it may do now")
    expires_at: datetime
    country: str = Field(description="of the node")
    calls_per_minute: int
    upload_bytes: int = Field(description="the most that one upload may have")
