# SPDX-License-Identifier: Apache-2.0
"""What people decided, as the index knows it from the journal. Fills `service.ports.Decisions`.

Derived like all of the index: delete it, and it comes back from the journal. Each change is one
transaction and may be repeated. Decides nothing.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Max

from comity.campaign.campaign import FINGERPRINT_VERSION as VERSION
from comity.campaign.corrections import Change, Correction, Name, names, regrouped
from comity.evidence.event import Event, EventKind
from comity.service.ports import Decision
from comity.store import models
from comity.store.grouped import put, take
from comity.store.summary import summaries
from comity.store.tables import Tables
from comity.values.json import JSON, print_json

STEP, CORRECTED = "journal", "corrected"
_ROWS = 500
_ASKED = 5_000  # values in one question; SQLite takes 32,766
_CHANGES = {EventKind.CAMPAIGN_JOINED: Change.JOIN, EventKind.CAMPAIGN_SPLIT: Change.SPLIT}
_KINDS = (EventKind.MAIL_VERDICT, EventKind.CAMPAIGN_NAMED, *_CHANGES)


class Decisions(Tables):
    """Of one node. Raises ServiceAway."""

    def add(self, events: Sequence[tuple[int, Event]], reached: int) -> None:
        made = {leaf: event for leaf, event in events if event.kind in _KINDS}
        undone = {
            int(str(event.detail["leaf"])): leaf
            for leaf, event in events
            if event.kind is EventKind.UNDONE
        }
        with self._change():
            self._rows(models.DecisionRow).bulk_create(
                (_row(leaf, event) for leaf, event in made.items()), _ROWS, ignore_conflicts=True
            )
            self._rows(models.DecidedMail).bulk_create(
                (
                    models.DecidedMail(mail=mail, decision_id=leaf)
                    for leaf, event in made.items()
                    for mail in mails_of(event.detail) + mails_of(event.detail, "beside")
                ),
                _ROWS,
                ignore_conflicts=True,
            )
            for leaf, by in undone.items():
                self._rows(models.DecisionRow).filter(leaf=leaf, undone=None).update(undone=by)
            self._apply([*made, *undone])
            self._reach(STEP, reached)

    def _apply(self, leaves: Sequence[int]) -> None:
        """Bring verdicts and names up to date with what was said, or taken back, at these."""
        changed = self._rows(models.DecisionRow).filter(leaf__in=leaves)
        judged = changed.filter(kind=EventKind.MAIL_VERDICT).values("leaf")
        mails = self._rows(models.DecidedMail).filter(decision__in=judged)
        self._judge(sorted(set(mails.values_list("mail", flat=True))))
        if changed.filter(kind=EventKind.CAMPAIGN_NAMED).exists():
            rename(self.alias)

    def _judge(self, mails: Sequence[str]) -> None:
        labels = verdicts(self.alias, mails)
        by_label: dict[str | None, list[str]] = {}
        for mail in mails:
            by_label.setdefault(labels.get(mail), []).append(mail)
        for label, some in by_label.items():
            for part in _parts(some):
                self._rows(models.Analysis).filter(mail__in=part).update(decided=label)
        touched: set[str] = set()
        for part in _parts(mails):
            members = self._rows(models.CampaignMember).filter(mail__in=part)
            touched.update(members.values_list("campaign_id", flat=True))
        for row in self._rows(models.CampaignRow).filter(id__in=sorted(touched)):
            self._count_labels(row)

    def _count_labels(self, row: models.CampaignRow) -> None:
        """A campaign's summary says how its members are judged."""
        members = self._rows(models.CampaignMember).filter(campaign=row).values("mail")
        current = self._rows(models.Analysis).filter(current=True, mail__in=members)
        counts = current.values_list("category").annotate(n=Count("id")).order_by("-n", "category")
        row.summary = print_json({**json.loads(row.summary), "labels": dict(counts)}).decode()
        row.save(using=self.alias, update_fields=["summary"])

    def _reach(self, name: str, reached: int) -> None:
        row, _ = self._rows(models.Step).get_or_create(name=name, defaults={"reached": reached})
        if row.reached < reached:
            row.reached = reached
            row.save(using=self.alias)

    def reached(self) -> int:
        return self._step(STEP)

    def _step(self, name: str) -> int:
        with self._change():
            row = self._rows(models.Step).filter(name=name).first()
        return row.reached if row else 0

    def corrections(self) -> list[Correction]:
        return [
            Correction(_CHANGES[one.kind], mails_of(one.detail))
            for one in self._standing(*_CHANGES)
        ]

    def changed(self) -> int:
        with self._change():
            rows = self._rows(models.DecisionRow).filter(kind__in=list(_CHANGES))
            newest = rows.aggregate(said=Max("leaf"), undone=Max("undone"))
        return 1 + max(-1 if leaf is None else leaf for leaf in newest.values())

    def corrected(self) -> int:
        return self._step(CORRECTED)

    def has_corrected(self, changed: int) -> None:
        with self._change():
            self._reach(CORRECTED, changed)

    def regroup(self, leaf: int, made_at: datetime) -> bool:
        with self._change():
            row = self._rows(models.DecisionRow).filter(leaf=leaf, undone=None).first()
            steps = self._rows(models.Step).select_for_update()
            step, _ = steps.get_or_create(name=CORRECTED, defaults={"reached": 0})
            before = self._rows(models.DecisionRow).filter(kind__in=list(_CHANGES))
            said = before.filter(leaf__lt=leaf).aggregate(newest=Max("leaf"))["newest"]
            undone = before.filter(undone__lt=leaf).aggregate(newest=Max("undone"))["newest"]
            if row is None or step.reached != 1 + max(
                -1 if one is None else one for one in (said, undone)
            ):
                return False
            one = _read(row)
            self._regroup(Correction(_CHANGES[one.kind], mails_of(one.detail)), made_at)
            self._reach(CORRECTED, leaf + 1)
        return True

    def _regroup(self, said: Correction, made_at: datetime) -> None:
        places = _campaigns_of(self.alias, said.mails)
        lone = [mail for mail in said.mails if mail not in places]
        prints = self._rows(models.FingerprintRow).filter(mail__in=lone, version=VERSION)
        known = set(prints.values_list("mail", flat=True))
        found, told = take(self.alias, sorted(set(places.values())))
        campaigns = regrouped(found, known, said)
        counted = summaries(self.alias, campaigns, ())
        for one in campaigns:  # who may be related is found with the next mails; until then …
            counted[one.id] |= _related(told)
        put(self.alias, campaigns, counted, made_at)
        rename(self.alias)

    def decision(self, leaf: int) -> Decision | None:
        with self._change():
            row = self._rows(models.DecisionRow).filter(leaf=leaf).first()
        return _read(row) if row else None

    def of_mail(self, mail: str, limit: int = 50) -> list[Decision]:
        return self._naming([mail], limit)

    def of_campaign(self, campaign: str, limit: int = 50) -> list[Decision]:
        members = self._rows(models.CampaignMember).filter(campaign=campaign).values("mail")
        return self._naming(members, limit, EventKind.CAMPAIGN_NAMED, *_CHANGES)

    def _naming(self, mails: Any, limit: int, *kinds: EventKind) -> list[Decision]:
        with self._change():
            named = self._rows(models.DecidedMail).filter(mail__in=mails).values("decision")
            rows = self._rows(models.DecisionRow).filter(leaf__in=named)
            rows = rows.filter(kind__in=kinds) if kinds else rows
            return [_read(row) for row in rows.order_by("-leaf")[:limit]]

    def labels(self, mails: Sequence[str]) -> dict[str, str]:
        with self._change():
            rows = self._rows(models.Analysis).filter(mail__in=list(mails), current=True)
            return dict(rows.values_list("mail", "category"))

    def campaigns_of(self, mails: Sequence[str]) -> dict[str, str]:
        with self._change():
            return _campaigns_of(self.alias, mails)

    def members(self, campaign: str, limit: int) -> list[str]:
        with self._change():
            rows = self._rows(models.CampaignMember).filter(campaign=campaign).order_by("mail")
            return list(rows.values_list("mail", flat=True)[:limit])

    def _standing(self, *kinds: EventKind) -> list[Decision]:
        with self._change():
            return _standing(self.alias, *kinds)


def _related(told: dict[str, dict[str, JSON]]) -> dict[str, JSON]:
    """… all that a campaign was related to, its parts and what it was joined to are."""
    actors = [one["actor"] for one in told.values() if one.get("actor")]
    related: list[JSON] = [
        other
        for one in told.values()
        for other in cast(list[dict[str, JSON]], one.get("related") or [])
        if other["campaign"] not in told
    ]
    return {"actor": actors[0] if actors else None, "related": related}


def verdicts(alias: str, mails: Iterable[str]) -> dict[str, str]:
    """What people say each of these mails is: the last word on each; for the rest nothing."""
    found: dict[str, str] = {}
    for part in _parts(sorted(set(mails))):
        rows = models.DecidedMail.objects.using(alias).filter(
            mail__in=part, decision__kind=EventKind.MAIL_VERDICT, decision__undone=None
        )
        said = rows.order_by("decision_id").values_list("mail", "decision__detail")
        found.update((mail, json.loads(detail)["label"]) for mail, detail in said)
    return found


def rename(alias: str) -> None:
    """Give campaigns the names that stand. Call it inside the transaction that changes either."""
    given = [
        Name(str(one.detail["name"]), mails_of(one.detail))
        for one in _standing(alias, EventKind.CAMPAIGN_NAMED)
    ]
    places = _campaigns_of(alias, sorted({mail for one in given for mail in one.mails}))
    rows = models.CampaignRow.objects.using(alias)
    rows.exclude(name="").update(name="")
    for campaign, name in names(given, places).items():
        rows.filter(id=campaign).update(name=name)


def mails_of(detail: dict[str, JSON], key: str = "mails") -> tuple[str, ...]:
    """The mails that an event names; "beside": those that a split left where they were."""
    named = detail.get(key)
    return tuple(str(mail) for mail in named) if isinstance(named, list) else ()


def _campaigns_of(alias: str, mails: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _parts(mails):
        rows = models.CampaignMember.objects.using(alias).filter(mail__in=part)
        found.update(rows.values_list("mail", "campaign_id"))
    return found


def _standing(alias: str, *kinds: EventKind) -> list[Decision]:
    rows = models.DecisionRow.objects.using(alias).filter(kind__in=list(kinds), undone=None)
    return [_read(row) for row in rows.order_by("leaf")]


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _ASKED):
        yield values[start : start + _ASKED]


def _row(leaf: int, event: Event) -> models.DecisionRow:
    return models.DecisionRow(
        leaf=leaf,
        kind=event.kind.value,
        actor=event.actor,
        at=event.at,
        detail=print_json(event.detail).decode(),
    )


def _read(row: models.DecisionRow) -> Decision:
    return Decision(
        row.leaf, EventKind(row.kind), row.actor, row.at, json.loads(row.detail), row.undone
    )
