# SPDX-License-Identifier: Apache-2.0
"""The queue: which mails match a query, in pages, and how many of each category.

Reads only. A page is found in two looks: first which rows, from an index alone, then these few
rows whole. A page begins after the last row of the one before, so nothing moves under the reader.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connections
from django.db.models import Count, F, Q
from django.db.models.expressions import RawSQL

from comity.service.query import UNKNOWN, Field, Query, State, midnight
from comity.store import models
from comity.store.questions import Questions
from comity.store.rows import domain, letters, terms
from comity.values.errors import BadData

_REASONS = 2  # shown of each row; ours
_BATCH = 500  # rows read at once for an export; ours
_MANY = 5_000  # mails with the words; ours: measured at 100,000
_SHORTEST = 2  # letters of a word that may go on; ours: of one letter every mail has some

_Wanted = tuple[list[str], bool]  # words in a row; whether the last may go on


class Sort(StrEnum):
    ARRIVED = "arrived"
    CATEGORY = "category"
    CONFIDENCE = "confidence"
    SENDER = "sender"
    COUNTRY = "country"
    NETWORK = "network"


_COLUMN = {
    Sort.ARRIVED: "arrived_at",
    Sort.CATEGORY: "category",
    Sort.CONFIDENCE: "confidence",
    Sort.SENDER: "sender_domain",
    Sort.COUNTRY: "country",
    Sort.NETWORK: "asn",
}


@dataclass(frozen=True, slots=True)
class Order:
    """Rows that are alike in `by` stand newest first; those without a value come last."""

    by: Sort = Sort.ARRIVED
    descending: bool = True

    def print(self) -> str:
        return f"{'-' if self.descending else ''}{self.by}"


NEWEST = Order()


def read_order(text: str) -> Order | None:
    """Of `-arrived`, `country`; None for what is no order."""
    try:
        return Order(Sort(text.removeprefix("-")), text.startswith("-"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One mail of one report, as its newest analysis and a person's decision have it."""

    id: int
    mail: str
    arrived_at: datetime
    category: str
    decided: bool  # by a person
    confidence: float  # of the machine, in its own label
    subtype: str | None
    reasons: tuple[tuple[str, str], ...]  # (code, sentence), the weightiest first
    subject: str
    sender: str
    sender_domain: str
    language: str | None
    campaign: str | None
    country: str | None
    asn: int | None
    network: str | None
    origin_ip: str | None


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    after: int | None  # where the next page begins; None at the end


class Queue(Questions):
    """Of one node. Raises ServiceAway, and BadData for a page that cannot be."""

    def page(
        self, query: Query, order: Order = NEWEST, after: int | None = None, size: int = 50
    ) -> Page:
        with self._asking():
            ids = self._ids(query, order, after, size + 1)
            return Page(self._whole(ids[:size]), ids[size - 1] if len(ids) > size else None)

    def export(self, query: Query, order: Order, most: int) -> Iterator[Row]:
        """The first rows of a list; the same as page after page would show."""
        with self._asking():
            ids = self._ids(query, order, None, most)
            for start in range(0, len(ids), _BATCH):
                yield from self._whole(ids[start : start + _BATCH])

    def categories(self, query: Query) -> dict[str, int]:
        """How many mails of each category match; the largest first."""
        with self._asking():
            found = self._matching(query).values_list("category").annotate(n=Count("*"))
            return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def last_received(self) -> datetime | None:
        """When the newest report came in."""
        with self._asking():
            row = self._rows(models.Reporting).order_by("-leaf").first()
            return row.received_at if row else None

    def _matching(self, query: Query) -> Any:
        rows = self._rows(models.Analysis).filter(current=True)
        for name in dict.fromkeys(name for name, _ in query.fields):
            either = Q()
            for value in query.values(name):
                either |= self._condition(name, value)
            rows = rows.filter(either)
        wanted = [(terms(text), True) for text in query.words]
        wanted += [(terms(text), False) for text in query.phrases]
        if not wanted:
            return rows
        searched = [(words, open_) for words, open_ in wanted if words]
        return self._searched(rows, searched) if searched else rows.none()

    def _searched(self, rows: Any, wanted: list[_Wanted]) -> Any:
        """SQLite fetches each mail that has the words, row by row; where they are many, going
        along an index and asking of each whether it is among them takes half the time."""
        found = self._words(wanted)
        if connections[self.alias].vendor == "sqlite" and self._count(found) > _MANY:
            return rows.alias(number=F("pk") + 0).filter(number__in=found)
        return rows.filter(pk__in=found)

    def _count(self, found: RawSQL) -> int:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({found.sql})", found.params)  # noqa: S608
            return int(cursor.fetchone()[0])

    def _condition(self, name: Field, value: str) -> Q:
        if name is Field.FROM:
            words = terms(value)
            return Q(pk__in=self._words([(words, True)], "sender") if words else ())
        if name is Field.DOMAIN:
            seen = self._rows(models.Sighting).filter(value=domain(value))
            return Q(pk__in=seen.values("analysis"))
        if name is Field.ASN:
            return Q(asn=None if value == UNKNOWN else int(value))
        if name is Field.COUNTRY:
            return Q(country=None if value == UNKNOWN else value)
        if name is Field.CATEGORY:
            return Q(category=value)
        if name is Field.CAMPAIGN:
            return self._of_campaign(value)
        if name is Field.BEFORE:
            return Q(arrived_at__lt=midnight(value))
        if name is Field.AFTER:
            return Q(arrived_at__gte=midnight(value))
        return self._state(State(value))

    def _of_campaign(self, value: str) -> Q:
        found = self._rows(models.CampaignRow).filter(pk__startswith=value).values_list("pk")
        named = [pk for (pk,) in found[:_BATCH]]
        members = self._rows(models.CampaignMember).filter(campaign__in=named)
        return Q(mail__in=members.values("mail"))

    def _state(self, state: State) -> Q:
        grouped = Q(mail__in=self._rows(models.CampaignMember).values("mail"))
        return {
            State.OPEN: Q(decided=None),
            State.DECIDED: ~Q(decided=None),
            State.GROUPED: grouped,
            State.ALONE: ~grouped,
        }[state]

    def _words(self, wanted: list[_Wanted], column: str = "") -> RawSQL:
        """Analyses whose words hold all of these."""
        if connections[self.alias].vendor == "sqlite":
            where, asked = "comity_words MATCH %s", _fts5(wanted, column)
        else:
            text = column or "subject || ' ' || sender || ' ' || hosts"
            where = f"to_tsvector('simple', {text}) @@ to_tsquery('simple', %s)"
            asked = _tsquery(wanted)
        # Fixed text; what was typed goes in as a parameter, and only letters and digits of it.
        return RawSQL(f"SELECT rowid FROM comity_words WHERE {where}", (asked,))  # noqa: S608, S611

    def _ids(self, query: Query, order: Order, after: int | None, most: int) -> list[int]:
        rows = self._matching(query)
        if after is not None:
            rows = rows.filter(self._behind(order, after))
        return list(rows.order_by(*_ordering(order)).values_list("pk", flat=True)[:most])

    def _behind(self, order: Order, after: int) -> Q:
        """What comes after that row, which may be superseded by now."""
        column = _COLUMN[order.by]
        last = self._rows(models.Analysis).filter(pk=after).values("arrived_at", column).first()
        if last is None:
            raise BadData("this page of the queue is no longer there", "Begin at the first page.")
        arrived = last["arrived_at"]
        older = Q(arrived_at__lt=arrived) | Q(arrived_at=arrived, pk__lt=after)
        if order.by is Sort.ARRIVED:
            if order.descending:
                return older
            return Q(arrived_at__gt=arrived) | Q(arrived_at=arrived, pk__gt=after)
        value = last[column]
        if value is None:
            return Q(**{column: None}) & older
        beyond = Q(**{f"{column}__{'lt' if order.descending else 'gt'}": value})
        return beyond | Q(**{column: None}) | (Q(**{column: value}) & older)

    def _whole(self, ids: list[int]) -> tuple[Row, ...]:
        rows = self._rows(models.Analysis).in_bulk(ids)
        mails = {row.mail for row in rows.values()}
        members = self._rows(models.CampaignMember).filter(mail__in=mails)
        campaigns = dict(members.values_list("mail", "campaign"))
        return tuple(_row(rows[one], campaigns.get(rows[one].mail)) for one in ids if one in rows)


def _ordering(order: Order) -> tuple[Any, ...]:
    if order.by is Sort.ARRIVED:
        return ("-arrived_at", "-pk") if order.descending else ("arrived_at", "pk")
    column = F(_COLUMN[order.by])
    empty_last = order.by in (Sort.COUNTRY, Sort.NETWORK) or None
    first = column.desc if order.descending else column.asc
    return (first(nulls_last=empty_last), "-arrived_at", "-pk")


def _fts5(wanted: list[_Wanted], column: str) -> str:
    """SQLite's FTS5, section 3: phrases, prefixes, a column filter."""
    told = (
        f'"{" ".join(words)}"{"*" if _goes_on(words, open_) else ""}' for words, open_ in wanted
    )
    asked = " AND ".join(told)
    return f"{{{column}}} : ({asked})" if column else asked


def _tsquery(wanted: list[_Wanted]) -> str:
    """PostgreSQL's text search, section 8.11."""
    told = (
        " <-> ".join(f"'{word}'" for word in words) + (":*" if _goes_on(words, open_) else "")
        for words, open_ in wanted
    )
    return " & ".join(f"({one})" for one in told)


def _goes_on(words: list[str], open_: bool) -> bool:
    return open_ and letters(words[-1]) >= _SHORTEST


def _row(row: Any, campaign: str | None) -> Row:
    reasons = (json.loads(row.line).get("category") or {}).get("reasons") or ()
    return Row(
        row.pk,
        row.mail,
        row.arrived_at,
        row.category,
        row.decided is not None,
        row.confidence,
        row.subtype,
        tuple((one["code"], one["text"]) for one in reasons[:_REASONS]),
        row.subject,
        row.sender,
        row.sender_domain,
        row.language,
        campaign,
        row.country,
        row.asn,
        row.network,
        row.origin_ip,
    )
