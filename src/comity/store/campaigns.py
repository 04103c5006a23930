# SPDX-License-Identifier: Apache-2.0
"""What the pages of campaigns ask: lists in pages, one campaign without all its mails. Reads only.

Every question is bounded, so that a campaign of ten thousand mails is shown as fast as one of ten.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from comity.store import models
from comity.store.questions import Questions
from comity.values.errors import BadData

MOST_TIMES = 20_000  # mails of a campaign whose times are drawn; ours
_MEMBER = (
    "mail", "subject", "category", "decided", "country", "asn", "network", "origin_ip",
    "arrived_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign in a list. `told`: the keys of its summary (`store.summary`)."""

    id: str
    name: str  # given by a person; ""
    size: int  # mails
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    text: str
    mails: int


class Campaigns(Questions):
    """Of one node. Raises ServiceAway, and BadData for what is not there."""

    def find(self, wanted: str) -> str:
        """The id of today: `wanted` may be shortened, an id of yesterday, or a mail's digest."""
        with self._asking():
            if self._rows(models.CampaignRow).filter(id=wanted).exists():
                return wanted
            return str(self._campaign(wanted).id)

    def _columns(self, id_: str, *columns: str) -> Any:
        """Only what is asked: the links of a large campaign are a megabyte."""
        with self._asking():
            row = self._rows(models.CampaignRow).filter(id=id_).values_list(*columns).first()
        if row is None:  # found anew meanwhile
            raise BadData(f"there is no campaign {id_} any more", "Load the page again.")
        return row

    def count(self) -> int:
        with self._asking():
            return int(self._rows(models.CampaignRow).count())

    def page(self, start: int, count: int) -> list[Listed]:
        """The largest first."""
        with self._asking():
            rows = self._rows(models.CampaignRow).order_by("-size", "id")
            found = rows.values_list("id", "name", "size", "summary")[start : start + count]
            return [_listed(*row) for row in found]

    def head(self, id_: str) -> Listed:
        return _listed(*self._columns(id_, "id", "name", "size", "summary"))

    def links(self, id_: str) -> list[dict[str, Any]]:
        """Why its members belong together; the weakest first."""
        found = json.loads(self._columns(id_, "links")[0])
        return sorted(found, key=lambda link: (link["strength"], link["a"], link["b"]))

    def names(self, ids: list[str]) -> dict[str, str]:
        """Of campaigns that have a name."""
        with self._asking():
            rows = self._rows(models.CampaignRow).filter(id__in=ids).exclude(name="")
            return dict(rows.values_list("id", "name"))

    def members(self, id_: str, start: int, count: int) -> list[dict[str, Any]]:
        """In order of digest; each mail once, however many reports held it."""
        with self._asking():
            rows = self._rows(models.CampaignMember).filter(campaign=id_).order_by("mail")
            mails = list(rows.values_list("mail", flat=True)[start : start + count])
            analyses = self._rows(models.Analysis).filter(current=True, mail__in=mails)
            found: dict[str, dict[str, Any]] = {}
            for one in analyses.order_by("mail", "arrived_at").values(*_MEMBER):
                found.setdefault(one["mail"], one)
            return [found[mail] for mail in mails if mail in found]

    def subjects(self, id_: str, count: int) -> tuple[list[Subject], int]:
        """The most frequent first, and how many different there are."""
        with self._asking():
            rows = self._of(id_).exclude(subject="").order_by().values_list("subject")
            counted = rows.annotate(n=Count("id")).order_by("-n", "subject")
            return [Subject(text, n) for text, n in counted[:count]], counted.count()

    def times(self, id_: str) -> tuple[list[datetime], list[datetime]]:
        """When its reports came in here, and the dates that its mails claim."""
        with self._asking():
            rows = self._of(id_).values_list("arrived_at", "mail_date")[:MOST_TIMES]
            found = list(rows)
        return [one for one, _ in found], [one for _, one in found if one]

    def _of(self, id_: str) -> Any:
        members = self._rows(models.CampaignMember).filter(campaign=id_).values("mail")
        return self._rows(models.Analysis).filter(current=True, mail__in=members)


def _listed(id_: str, name: str, size: int, summary: str) -> Listed:
    return Listed(id_, name, size, json.loads(summary))
