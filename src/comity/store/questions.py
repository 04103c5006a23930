# SPDX-License-Identifier: Apache-2.0
"""What people ask of the index: numbers, campaigns, one campaign, one mail. Reads only."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from comity.store import models
from comity.store.tables import Tables
from comity.values.errors import BadData
from comity.values.json import JSON

_MOST = 50  # countries or networks named; ours


class Questions(Tables):
    """Of one node. Raises ServiceAway, and BadData for what is not there."""

    def stats(self) -> dict[str, JSON]:
        """Counts of what is in the index."""
        with self._asking():
            current = self._rows(models.Analysis).filter(current=True)
            reportings = self._rows(models.Reporting)
            return {
                "reportings": reportings.count(),
                "reports": reportings.values("digest").distinct().count(),
                "mails": current.count(),
                "campaigns": self._rows(models.CampaignRow).count(),
                "in_campaigns": self._rows(models.CampaignMember).count(),
                "parked": self._rows(models.Job).count(),
                "labels": _counts(current, "category"),
                "forms": _counts(current, "form"),
                "countries": _counts(current, "country"),
                "networks": _networks(current),
            }

    def campaigns(self, limit: int | None = None) -> list[dict[str, JSON]]:
        """The largest first: {"id","size", then the keys of the summary}."""
        with self._asking():
            rows = self._rows(models.CampaignRow).order_by("-size", "id")
            rows = rows.values_list("id", "size", "summary")
            found = rows[:limit] if limit else rows
            return [{"id": id_, "size": size, **json.loads(told)} for id_, size, told in found]

    def campaign(self, wanted: str) -> dict[str, JSON]:
        """One campaign with its members' lines and links. An id may be shortened, or a mail's."""
        with self._asking():
            row = self._campaign(wanted)
            members = self._rows(models.CampaignMember).filter(campaign=row).values("mail")
            analyses = self._rows(models.Analysis).filter(mail__in=members, current=True)
            lines = analyses.order_by("mail", "report", "position").values_list("line", flat=True)
            return {
                "id": row.id,
                "size": row.size,
                **json.loads(row.summary),
                "links": json.loads(row.links),
                "mails": [json.loads(line) for line in lines],
            }

    def _campaign(self, wanted: str) -> Any:
        found = list(self._rows(models.CampaignRow).filter(id__startswith=wanted)[:2])
        if not found:
            # A name of yesterday begins the digest of a member: `campaign.cluster.campaign_id`.
            members = self._rows(models.CampaignMember)
            member = members.filter(mail__startswith=wanted.removeprefix("c-")).first()
            found = [member.campaign] if member else []
        if len(found) != 1:
            what = "no campaign" if not found else "more than one campaign"
            raise BadData(f"{what} {wanted!r}", "List them with: comity campaigns")
        return found[0]

    def analyses(self, digest: str) -> list[dict[str, JSON]]:
        """Every result for a mail or a report, oldest first, with when it was made."""
        with self._asking():
            rows = self._rows(models.Analysis)
            found = rows.filter(mail=digest) | rows.filter(report=digest)
            return [
                {
                    "report": row.report,
                    "position": row.position,
                    "versions": row.versions,
                    "made_at": row.made_at.isoformat(),
                    "current": row.current,
                    "line": json.loads(row.line),
                }
                for row in found.order_by("made_at", "id")
            ]

    def lines(self) -> Iterator[str]:
        """The newest line of each mail, in order of report and position, as JSON."""
        with self._asking():
            rows = self._rows(models.Analysis).filter(current=True).order_by("report", "position")
            yield from rows.values_list("line", flat=True).iterator(1_000)


def _counts(rows: Any, column: str) -> dict[str, JSON]:
    found = rows.values_list(column).annotate(n=Count("id")).order_by("-n", column)[:_MOST]
    return {name or "unknown": n for name, n in found}


def _networks(rows: Any) -> dict[str, JSON]:
    found = rows.exclude(asn=None).values_list("asn", "network").annotate(n=Count("id"))
    named = found.order_by("-n", "asn")[:_MOST]
    return {f"AS{asn} {network or ''}".strip(): n for asn, network, n in named}
