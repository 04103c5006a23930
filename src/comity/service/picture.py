# SPDX-License-Identifier: Apache-2.0
"""A campaign of the node's index as one self-contained HTML file. Only maps; decides nothing."""

from datetime import datetime
from typing import Any

from comity.campaign.campaign import Campaign, LinkProof
from comity.campaign.picture import MemberFacts, print_campaign_html


def campaign_html(found: dict[str, Any], made_at: datetime | None = None) -> str:
    """`found` as `comity campaign ID --json` prints it."""
    mails = found["mails"]
    campaign = Campaign(
        id=found["id"],
        members=tuple(sorted({mail["sha256"] for mail in mails})),
        links=tuple(_link(link) for link in found["links"]),
    )
    versions = mails[0]["versions"] if mails else {}
    return print_campaign_html(
        campaign,
        [_facts(mail) for mail in mails if mail["message"]],
        made_at=made_at,
        versions=[f"{name} {value}" for name, value in versions.items()],
    )


def _link(link: dict[str, Any]) -> LinkProof:
    return LinkProof(
        link["a"], link["b"], dict(link["families"]), link["strength"], tuple(link["why"])
    )


def _facts(mail: dict[str, Any]) -> MemberFacts:
    message, trace = mail["message"], mail["trace"]
    origin = trace["origin"] or {}
    return MemberFacts(
        digest=mail["sha256"],
        time=_vouched_time(trace),
        subject=message["subject"],
        sender=message["from"] or "",
        origin=origin.get("ip"),
        asn=origin.get("asn"),
        network=origin.get("network"),
        country=origin.get("country"),
        hosts=tuple(dict.fromkeys(link["host"] for link in message["links"] if link["host"])),
        label=mail["category"]["label"],
        language=message["language"],
    )


def _vouched_time(trace: dict[str, Any]) -> datetime | None:
    """When a host we trust took the mail; what the sender says of time proves nothing."""
    for hop in trace["hops"]:
        if hop["standing"] == "vouched" and hop["time"]:
            return datetime.fromisoformat(hop["time"])
    return None
