# SPDX-License-Identifier: Apache-2.0
"""The index behind the port `service.ports.Index`: what is written to it, and what steps ask.

Each change is one transaction and may be repeated. Decides nothing. Questions of people are in
`store.questions`.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from comity.campaign.actor import Actor
from comity.campaign.campaign import Campaign
from comity.campaign.table import pack
from comity.evidence.receipt import Entry
from comity.service.ports import Analysed, Answer, Saved, Unreadable
from comity.store import models
from comity.store.decisions import rename, verdicts
from comity.store.grouped import put
from comity.store.rows import date, shown, storable
from comity.store.summary import summaries
from comity.store.tables import Tables
from comity.values.digest import Digest
from comity.values.errors import BadData
from comity.values.json import JSON, print_json

_ROWS = 500  # in one statement; ours: 24 columns stay below SQLite's 32,766 variables
_JOB = "analyse:"
_Key = tuple[str, int, str]  # report, position, versions


class Index(Tables):
    """Of one node. `alias` names its database (`store.database.connect`)."""

    def reached(self, name: str) -> int:
        with self._change():
            row = self._rows(models.Step).filter(name=name).first()
        return row.reached if row else 0

    def _reach(self, name: str, reached: int) -> None:
        row, _ = self._rows(models.Step).get_or_create(name=name, defaults={"reached": reached})
        if row.reached < reached:
            row.reached = reached
            row.save(using=self.alias)

    def add_reportings(self, entries: Sequence[Entry], reached: int) -> None:
        rows = [
            models.Reporting(
                leaf=entry.leaf,
                digest=entry.digest,
                path=storable(entry.path),
                channel=entry.channel,
                length=entry.length,
                received_at=entry.received_at,
            )
            for entry in entries
        ]
        with self._change():
            self._rows(models.Reporting).bulk_create(rows, _ROWS, ignore_conflicts=True)
            self._reach("reportings", reached)

    def first_reporting(self, digest: Digest) -> Entry:
        with self._change():
            row = self._rows(models.Reporting).filter(digest=digest).order_by("leaf").first()
        if row is None:
            raise BadData(f"{digest} is not in the index", "Run: comity reanalyse")
        return Entry(
            row.leaf, digest, row.length, row.received_at, row.channel, row.path, duplicate=False
        )

    def save(
        self, answers: Sequence[tuple[Entry, Answer]], made_at: datetime, reached: int
    ) -> Saved:
        rows: dict[_Key, models.Analysis] = {}
        prints: dict[tuple[str, int], models.FingerprintRow] = {}
        failed: dict[str, str] = {}
        for entry, answer in answers:
            if isinstance(answer, Unreadable):
                failed[_JOB + entry.digest] = f"{answer.code}: {answer.text}"
                continue
            for position, one in enumerate(answer):
                row = _analysis(entry, position, one, made_at)
                rows[row.report, position, row.versions] = row
                if one.fingerprint:
                    version = one.fingerprint.version
                    prints[row.mail, version] = models.FingerprintRow(
                        mail=row.mail, version=version, row=pack(one.fingerprint)
                    )
        with self._change():
            saved = self._add(rows)
            self._rows(models.FingerprintRow).bulk_create(
                prints.values(), _ROWS, ignore_conflicts=True
            )
            read = {_JOB + row.report for row in rows.values()}
            self._rows(models.Job).filter(key__in=read).delete()
            for key, reason in failed.items():
                self._park(key, reason, made_at)
            self._reach("analysed", reached)
        return saved

    def _add(self, rows: dict[_Key, models.Analysis]) -> Saved:
        """Store what is new beside what is there."""
        reports = sorted({report for report, _, _ in rows})
        known = {
            (row.report, row.position, row.versions): row
            for row in self._rows(models.Analysis).filter(report__in=reports)
        }
        new = [row for key, row in rows.items() if key not in known]
        again = [known[key] for key in rows if key in known]
        superseded = {
            (row.report, row.position) for row in (*new, *again) if not row.current or row in new
        }
        old = [
            row.pk
            for key, row in known.items()
            if row.current and key not in rows and (row.report, row.position) in superseded
        ]
        self._rows(models.Analysis).filter(pk__in=old).update(current=False)
        back = [row for row in again if not row.current]
        self._rows(models.Analysis).filter(pk__in=[row.pk for row in back]).update(current=True)
        self._keep_decisions(new)
        self._rows(models.Analysis).bulk_create(new, _ROWS)
        make_findable(self.alias, old, [*new, *back])
        changed = sorted(
            {key[0] for key in rows if key in known and known[key].line != rows[key].line}
        )
        return Saved(len(new), len(again) - len(changed), tuple(changed))

    def _keep_decisions(self, new: Sequence[Any]) -> None:
        """What a person decided of a mail holds for every later analysis of it."""
        decided = verdicts(self.alias, {row.mail for row in new})
        for row in new:
            row.decided = decided.get(row.mail)

    def _park(self, key: str, reason: str, tried_at: datetime) -> None:
        jobs = self._rows(models.Job)
        _, made = jobs.get_or_create(
            key=key, defaults={"attempts": 1, "reason": reason, "tried_at": tried_at}
        )
        if not made:
            jobs.filter(key=key).update(
                attempts=F("attempts") + 1, reason=reason, tried_at=tried_at
            )

    def parked(self) -> list[dict[str, JSON]]:
        with self._change():
            return [
                {"key": job.key, "attempts": job.attempts, "reason": job.reason}
                for job in self._rows(models.Job).order_by("key")
            ]

    def to_retry(self, most_attempts: int) -> list[Digest]:
        with self._change():
            jobs = self._rows(models.Job).filter(attempts__lt=most_attempts, key__startswith=_JOB)
            return [Digest(job.key.removeprefix(_JOB)) for job in jobs.order_by("key")]

    def fingerprints(self, version: int) -> Iterator[bytes]:
        with self._asking():
            rows = self._rows(models.FingerprintRow).filter(version=version).order_by("mail")
            for row in rows.values_list("row", flat=True).iterator(10_000):
                yield bytes(row)

    def replace_campaigns(
        self,
        campaigns: Sequence[Campaign],
        actors: Sequence[Actor],
        made_at: datetime,
        reached: int,
    ) -> None:
        with self._change():
            told = summaries(self.alias, campaigns, actors)
            self._rows(models.CampaignMember).all().delete()
            self._rows(models.CampaignRow).all().delete()
            put(self.alias, campaigns, told, made_at)
            rename(self.alias)
            self._reach("campaigns", reached)


def make_findable(alias: str, superseded: Sequence[int], current: Sequence[Any]) -> None:
    """Words and domains are kept of current analyses only: so search stays as fast as they are."""
    sightings = models.Sighting.objects.using(alias)
    words = models.Words.objects.using(alias)
    sightings.filter(analysis__in=superseded).delete()
    words.filter(pk__in=superseded).delete()
    told = [(row.pk, shown(json.loads(row.line))) for row in current]
    words.bulk_create((models.Words(rowid=pk, **one.words()) for pk, one in told), _ROWS)
    sightings.bulk_create(
        (
            models.Sighting(analysis_id=pk, kind=kind, value=value)
            for pk, one in told
            for kind, value in one.sightings
        ),
        _ROWS,
    )


def _analysis(entry: Entry, position: int, one: Analysed, made_at: datetime) -> models.Analysis:
    """The row of a printed line."""
    line = json.loads(one.line)
    origin = (line.get("trace") or {}).get("origin") or {}
    versions = hashlib.sha256(print_json(line.get("versions"))).hexdigest()[:16]
    told = shown(line)
    return models.Analysis(
        report=entry.digest,
        position=position,
        versions=versions,
        mail=line.get("sha256") or entry.digest,
        form=line.get("form") or "",
        label=(line.get("category") or {}).get("label") or "undetermined",
        confidence=told.confidence,
        subtype=told.subtype,
        language=told.language,
        arrived_at=entry.received_at,
        subject=told.subject,
        sender=told.sender,
        sender_domain=told.sender_domain,
        origin_ip=origin.get("ip"),
        asn=origin.get("asn"),
        country=origin.get("country"),
        network=origin.get("network"),
        mail_date=date((line.get("message") or {}).get("date")),
        made_at=made_at,
        current=True,
        line=one.line.decode(),
    )


def _json(value: object) -> str:
    return print_json(value).decode()
