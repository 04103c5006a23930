# SPDX-License-Identifier: Apache-2.0
"""Lists of the index in pages, newest or largest first, for programs that walk through all of it.

A page begins after the last row of the one before, so what comes in meanwhile moves nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from comity.store import models
from comity.store.questions import Questions
from comity.values.errors import BadData
from comity.values.json import JSON

_COLUMNS = (
    "id", "mail", "report", "form", "decided", "category", "confidence", "origin_ip", "asn",
    "country", "network", "mail_date", "arrived_at", "made_at",
)  # fmt: skip
Place = tuple[datetime, int]  # of a mail in the list: when it arrived, and which row


@dataclass(frozen=True, slots=True)
class Filter:
    """Which mails. None: any."""

    category: str | None = None
    country: str | None = None
    asn: int | None = None
    campaign: str | None = None


class Listing(Questions):
    """Of one node. Raises ServiceAway, and BadData for what is not there."""

    def mails(
        self, wanted: Filter, limit: int, before: Place | None = None
    ) -> tuple[list[dict[str, JSON]], Place | None]:
        """The newest first; and the place of the last one if more follow."""
        with self._asking():
            rows = self._rows(models.Analysis).filter(current=True)
            if before is not None:
                rows = rows.filter(arrived_at__lte=before[0])  # a range, which the index can seek
                rows = rows.filter(Q(arrived_at__lt=before[0]) | Q(id__lt=before[1]))
            if wanted.category is not None:
                rows = rows.filter(category=wanted.category)
            if wanted.country is not None:
                rows = rows.filter(country=wanted.country)
            if wanted.asn is not None:
                rows = rows.filter(asn=wanted.asn)
            if wanted.campaign is not None:
                members = self._rows(models.CampaignMember).filter(campaign=wanted.campaign)
                rows = rows.filter(mail__in=members.values("mail"))
            found = list(rows.order_by("-arrived_at", "-id").values(*_COLUMNS)[: limit + 1])
            shown = self._lines(found[:limit])
        last = found[limit - 1] if len(found) > limit else None
        return shown, (last["arrived_at"], last["id"]) if last else None

    def mails_of_report(self, report: str, limit: int) -> list[dict[str, JSON]]:
        """The newest results of each mail in it."""
        with self._asking():
            rows = self._rows(models.Analysis).filter(report=report, current=True)
            return self._lines(list(rows.order_by("position").values(*_COLUMNS)[:limit]))

    def newest(self, mail: str, limit: int) -> list[dict[str, Any]]:
        """The whole newest results for a mail, one for each report that held it."""
        with self._asking():
            rows = self._rows(models.Analysis).filter(mail=mail, current=True)
            return [
                {
                    "report": row.report,
                    "position": row.position,
                    "category": row.category,
                    "decided": row.decided is not None,
                    "made_at": row.made_at,
                    "line": json.loads(row.line),
                }
                for row in rows.order_by("-id")[:limit]
            ]

    def campaign_of(self, mail: str) -> str | None:
        with self._asking():
            rows = self._rows(models.CampaignMember).filter(mail=mail)
            return rows.values_list("campaign_id", flat=True).first()  # type: ignore[no-any-return]

    def reportings(self, report: str) -> int:
        """How often these bytes came in."""
        with self._asking():
            return int(self._rows(models.Reporting).filter(digest=report).count())

    def campaign_page(
        self, limit: int, after: tuple[int, str] | None = None
    ) -> tuple[list[dict[str, JSON]], tuple[int, str] | None]:
        """The largest first. `after`: size and id of the last one seen."""
        with self._asking():
            rows = self._rows(models.CampaignRow)
            if after is not None:
                rows = rows.filter(Q(size__lt=after[0]) | Q(size=after[0], id__gt=after[1]))
            rows = rows.order_by("-size", "id").values_list("id", "name", "size", "summary")
            found = list(rows[: limit + 1])
        shown = [
            {"id": id_, "name": name, "size": size, **json.loads(told)}
            for id_, name, size, told in found[:limit]
        ]
        last = found[limit - 1] if len(found) > limit else None
        return shown, (last[2], last[0]) if last else None

    def one_campaign(self, id_: str) -> dict[str, JSON]:
        """Its summary and links; its mails are a list of their own."""
        with self._asking():
            row = self._rows(models.CampaignRow).filter(id=id_).first()
        if row is None:
            raise BadData(f"no campaign {id_!r}", "List them first.")
        return {
            "id": row.id,
            "name": row.name,
            "size": row.size,
            **json.loads(row.summary),
            "links": json.loads(row.links),
        }

    def _lines(self, found: list[dict[str, Any]]) -> list[dict[str, JSON]]:
        members = self._rows(models.CampaignMember).filter(mail__in=[one["mail"] for one in found])
        campaigns = dict(members.values_list("mail", "campaign_id"))
        return [
            {
                "sha256": one["mail"],
                "report": one["report"],
                "form": one["form"],
                "category": one["category"],
                "decided": one["decided"] is not None,
                "confidence": round(one["confidence"], 4),
                "campaign": campaigns.get(one["mail"]),
                "date": one["mail_date"],
                "arrived_at": one["arrived_at"],
                "analysed_at": one["made_at"],
                "origin": {
                    "ip": one["origin_ip"],
                    "asn": one["asn"],
                    "country": one["country"],
                    "network": one["network"],
                },
            }
            for one in found
        ]
