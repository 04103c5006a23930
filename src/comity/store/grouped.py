# SPDX-License-Identifier: Apache-2.0
"""Rows of campaigns: written whole, read whole. Inside the transaction of whoever changes them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any

from comity.campaign.campaign import Campaign, LinkProof
from comity.store import models
from comity.values.json import JSON, print_json

_ROWS = 500  # in one statement
_FIELDS = [one.name for one in fields(LinkProof)]


def put(
    alias: str, campaigns: Sequence[Campaign], told: dict[str, dict[str, JSON]], made_at: datetime
) -> None:
    """Add campaigns that are not there. `told`: the summary of each."""
    rows = (
        models.CampaignRow(
            id=campaign.id,
            size=len(campaign.members),
            links=_text([{f: getattr(link, f) for f in _FIELDS} for link in campaign.links]),
            summary=_text(told[campaign.id]),
            made_at=made_at,
        )
        for campaign in campaigns
    )
    members = (
        models.CampaignMember(mail=mail, campaign_id=campaign.id)
        for campaign in campaigns
        for mail in campaign.members
    )
    _add(models.CampaignRow.objects.using(alias), rows)
    _add(models.CampaignMember.objects.using(alias), members)


def take(alias: str, ids: Sequence[str]) -> tuple[list[Campaign], dict[str, dict[str, JSON]]]:
    """Campaigns with their summaries; they are not there any more."""
    rows = models.CampaignRow.objects.using(alias).filter(id__in=ids)
    members: dict[str, list[str]] = {}
    of = models.CampaignMember.objects.using(alias).filter(campaign__in=ids).order_by("mail")
    for mail, campaign in of.values_list("mail", "campaign_id"):
        members.setdefault(campaign, []).append(mail)
    found = [
        Campaign(row.id, tuple(members[row.id]), tuple(map(_link, json.loads(row.links))))
        for row in rows.order_by("id")
    ]
    told = {row.id: json.loads(row.summary) for row in rows}
    of.delete()
    rows.delete()
    return found, told


def _link(found: dict[str, Any]) -> LinkProof:
    return LinkProof(
        found["a"], found["b"], found["families"], found["strength"], tuple(found["why"])
    )


def _add(rows: Any, made: Iterator[Any]) -> None:
    """`bulk_create` would hold a million rows in memory at once."""
    while some := list(islice(made, _ROWS * 10)):
        rows.bulk_create(some, _ROWS)


def _text(value: object) -> str:
    return print_json(value).decode()
