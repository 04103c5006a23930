# SPDX-License-Identifier: Apache-2.0
"""Counts over the whole index, for the statistics page and its CSV. Reads only.

Each count has the words of a query (`service.query`) that lists just what was counted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate

from comity.store import models
from comity.store.tables import Tables

DAYS = 60  # shown one by one; ours: two months tell a wave from a habit
MOST = 25  # countries or networks named; ours


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of a table: what, how many mails, and the query that lists them ("" for none)."""

    name: str
    count: int
    query: str
    detail: str = ""  # of a network: its name


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one moment. `days` are UTC dates with reportings, every day of the span."""

    mails: int
    reportings: int
    campaigns: int
    in_campaigns: int
    labels: tuple[Counted, ...]
    countries: tuple[Counted, ...]
    networks: tuple[Counted, ...]
    days: tuple[Counted, ...]


class Counts(Tables):
    """Of one node's index. Raises ServiceAway."""

    def all(self, now: datetime) -> Statistics:
        with self._asking():
            current = self._rows(models.Analysis).filter(current=True)
            return Statistics(
                mails=current.count(),
                reportings=self._rows(models.Reporting).count(),
                campaigns=self._rows(models.CampaignRow).count(),
                in_campaigns=self._rows(models.CampaignMember).count(),
                labels=_labels(current),
                countries=_countries(current),
                networks=_networks(current),
                days=self._days(now),
            )

    def _days(self, now: datetime) -> tuple[Counted, ...]:
        first = (now - timedelta(days=DAYS - 1)).date()
        rows = self._rows(models.Reporting).filter(received_at__date__gte=first)
        found = dict(
            rows.annotate(day=TruncDate("received_at")).values_list("day").annotate(Count("leaf"))
        )
        span = [first + timedelta(days=number) for number in range(DAYS)]
        return tuple(
            Counted(
                day.isoformat(),
                found.get(day, 0),
                f"after:{day.isoformat()} before:{(day + timedelta(days=1)).isoformat()}",
            )
            for day in span
        )


def _labels(current: Any) -> tuple[Counted, ...]:
    """As an analyst decided, else as the machine proposes."""
    rows = current.values_list("category").annotate(n=Count("id"))
    found = rows.order_by("-n", "category")
    return tuple(Counted(label, count, f"category:{label}") for label, count in found)


def _countries(current: Any) -> tuple[Counted, ...]:
    rows = current.values_list("country").annotate(n=Count("id")).order_by("-n", "country")
    return tuple(
        Counted(country or "", count, f"country:{country}" if country else "")
        for country, count in rows[:MOST]
    )


def _networks(current: Any) -> tuple[Counted, ...]:
    rows = current.exclude(asn=None).values_list("asn", "network")
    found = rows.annotate(n=Count("id")).order_by("-n", "asn")[:MOST]
    return tuple(Counted(f"AS{asn}", n, f"asn:{asn}", network or "") for asn, network, n in found)
