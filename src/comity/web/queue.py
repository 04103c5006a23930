# SPDX-License-Identifier: Apache-2.0
"""The queue: what came in, why it is here, how old it is. Search, filters, order, pages, export.

Everything that is asked stands in the address, so a view can be kept as a bookmark. Reads only;
verdicts are corrected at an address of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from comity.evidence.event import EventKind
from comity.safeguard.role import Act
from comity.service.query import Field, Problem, ProblemCode, Query, State, read
from comity.store.queue import NEWEST, Order, Queue, Row, Sort, read_order
from comity.values.errors import BadData, WrongUse
from comity.web import csv_file
from comity.web.accounts import journal
from comity.web.gate import account_of, page_of
from comity.web.project import node
from comity.web.words import LABELS, country_name, label

SIZE = 50  # rows of a page
MOST_EXPORTED = 10_000  # rows of a file; ours: a list to work with, not a copy of the node (P05)
_MOST_DIGITS = 18  # of a row's number, so that it fits a database's integer

_COLUMNS = (  # as they stand in the table
    (Sort.ARRIVED, gettext_lazy("Arrived")),
    (None, gettext_lazy("Mail, and why it is here")),
    (Sort.CATEGORY, gettext_lazy("Category")),
    (Sort.CONFIDENCE, gettext_lazy("Sure")),
    (Sort.SENDER, gettext_lazy("Sender")),
    (None, gettext_lazy("Campaign")),
    (Sort.COUNTRY, gettext_lazy("Country")),
    (Sort.NETWORK, gettext_lazy("Network")),
)
_STATES = (
    (None, gettext_lazy("All")),
    (State.OPEN, gettext_lazy("Open")),
    (State.DECIDED, gettext_lazy("Decided")),
)
FIELDS = (  # for the help beside the search
    ("from:bank", gettext_lazy("name or address of the sender")),
    ("domain:bad.example", gettext_lazy("domain of the sender or of a link")),
    ("country:KR", gettext_lazy("country of the origin; “unknown” where none was found")),
    ("asn:64500", gettext_lazy("network of the origin")),
    ("category:fraud", gettext_lazy("what it is")),
    ("campaign:c-12ab", gettext_lazy("campaign; the beginning of its name is enough")),
    ("after:2026-11-01", gettext_lazy("arrived on this day or later (UTC)")),
    ("before:2026-11-24", gettext_lazy("arrived before this day (UTC)")),
    ("is:open", gettext_lazy("nobody has decided; also is:decided, is:grouped, is:alone")),
    ('"your parcel"', gettext_lazy("words in a row, just as they stand")),
)


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for. `text` as it was typed."""

    text: str
    query: Query
    order: Order

    def url(self, query: Query | None = None, order: Order | None = None, **more: object) -> str:
        """Of the queue, with this in place of what is asked now; always the first page."""
        text = self.text if query is None else query.print()
        return _url("queue", text, order or self.order, **more)


def _url(name: str, text: str, order: Order, **more: object) -> str:
    asked = {"q": text} if text else {}
    if order != NEWEST:
        asked["sort"] = order.print()
    asked |= {key: str(value) for key, value in more.items()}
    return str(reverse(name)) + (f"?{urlencode(asked)}" if asked else "")


def _view(request: HttpRequest) -> View:
    text = request.GET.get("q", "").replace("\x00", " ").strip()
    return View(text, read(text), read_order(request.GET.get("sort", "")) or NEWEST)


@page_of(Act.SEE_QUEUE)
def queue(request: HttpRequest) -> HttpResponse:
    view = _view(request)
    context: dict[str, Any] = {
        "text": view.text,
        "order": "" if view.order == NEWEST else view.order.print(),
        "problems": [_told(one) for one in view.query.problems],
        "fields": FIELDS,
        "everything": _url("queue", "", view.order),
    }
    if not view.query.problems:
        context |= _list(view, _after(request))
    return render(request, "queue.html", context, status=400 if view.query.problems else 200)


def _list(view: View, after: int | None) -> dict[str, Any]:
    asked = Queue(node().alias)
    page = asked.page(view.query, view.order, after, SIZE)
    counts = asked.categories(view.query.without(Field.CATEGORY))
    wanted = view.query.values(Field.CATEGORY)
    now = node().now()
    last = None if page.rows else asked.last_received()
    return {
        "rows": [_row(view, row, now) for row in page.rows],
        "found": sum(n for name, n in counts.items() if not wanted or name in wanted),
        "categories": _categories(view, counts, wanted),
        "states": _states(view),
        "columns": [_column(view, *column) for column in _COLUMNS],
        "older": view.url(after=page.after) if page.after else "",
        "newest": view.url() if after else "",
        "export": _url("queue_export", view.text, view.order),
        "most_exported": MOST_EXPORTED,
        "verdict_url": _address("verdict"),
        "labels": LABELS,
        "last": last,
        "last_age": _age(now, last) if last else "",
    }


def _after(request: HttpRequest) -> int | None:
    given = request.GET.get("after", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
        raise BadData(_("This page of the queue cannot be found."), _("Begin at the first page."))
    return int(given)


def _categories(view: View, counts: dict[str, int], wanted: tuple[str, ...]) -> Sequence[object]:
    """Links to each category that is there or asked for, and to all; numbers of the same query."""
    shown = [(name, counts.get(name, 0)) for name in LABELS if name in counts or name in wanted]
    without = view.query.without(Field.CATEGORY)
    every = {
        "words": _("All categories"),
        "count": sum(counts.values()),
        "url": view.url(without),
        "here": not wanted,
    }
    return [every] + [
        {
            "words": label(name),
            "count": count,
            "url": view.url(without.only(Field.CATEGORY, name)),
            "here": name in wanted,
        }
        for name, count in shown
    ]


def _states(view: View) -> Sequence[object]:
    now = view.query.values(Field.IS)
    anyhow = view.query.without(Field.IS)
    return [
        {
            "words": words,
            "url": view.url(view.query.only(Field.IS, state) if state else anyhow),
            "here": state in now if state else not now,
        }
        for state, words in _STATES
    ]


def _column(view: View, sort: Sort | None, words: object) -> dict[str, object]:
    """The head of a column: a second click turns the order round."""
    if sort is None:
        return {"words": words}
    here = view.order.by is sort
    down = not view.order.descending if here else sort is Sort.ARRIVED
    direction = ("descending" if view.order.descending else "ascending") if here else "none"
    return {
        "words": words,
        "url": view.url(order=Order(sort, down)),
        "direction": direction,
    }


def _row(view: View, row: Row, now: datetime) -> dict[str, object]:
    only = view.query.only
    return {
        "row": row,
        "url": f"/mail/{row.mail}/",
        "age": _age(now, row.arrived_at),
        "category": label(row.category),
        "percent": round(100 * row.confidence),
        "campaign_url": row.campaign
        and (_address("campaign", row.campaign) or view.url(only(Field.CAMPAIGN, row.campaign))),
        "country": country_name(row.country or ""),
        "country_url": view.url(only(Field.COUNTRY, row.country or "unknown")),
        "network_url": view.url(only(Field.ASN, str(row.asn or "unknown"))),
    }


def _age(now: datetime, then: datetime) -> str:
    """As "3 hr" in the reader's language."""
    locale = (get_language() or "en").replace("-", "_")
    return str(format_timedelta(now - then, threshold=1, format="short", locale=locale))


def _address(name: str, *parts: str) -> str | None:
    """None where this console has no such page."""
    try:
        return str(reverse(name, args=parts))
    except NoReverseMatch:
        return None


def _told(problem: Problem) -> str:
    """A sentence on what cannot be searched for, and what can."""
    words = {
        ProblemCode.UNKNOWN_FIELD: _(
            "There is no field “%(field)s:”. Fields are %(known)s. To search for the text as it "
            "stands, put it in quotation marks."
        ),
        ProblemCode.NO_VALUE: _("After “%(field)s:” a value is missing."),
        ProblemCode.WRONG_VALUE: _(
            "“%(value)s” cannot be a value of “%(field)s:”. These can: %(known)s."
        ),
        ProblemCode.TEXT_TOO_LONG: _("The search is longer than %(known)s characters. Shorten it."),
        ProblemCode.TOO_MANY_TERMS: _(
            "The search has more than %(known)s words and fields. Leave some out."
        ),
    }
    return str(words[problem.code]) % {
        "field": problem.field,
        "value": problem.value,
        "known": problem.known,
    }


_HEAD = (
    "arrived_at", "mail_sha256", "category", "decided_by_person", "confidence", "subtype",
    "reasons", "subject", "sender", "sender_domain", "language", "campaign", "origin_ip",
    "country", "asn", "network",
)  # fmt: skip


@page_of(Act.EXPORT_LIST)
def export(request: HttpRequest) -> HttpResponse:
    """The list as a file, in the same order; recorded before it leaves."""
    view = _view(request)
    if view.query.problems:
        raise WrongUse(_told(view.query.problems[0]), _("Correct the search on the queue's page."))
    rows = list(Queue(node().alias).export(view.query, view.order, MOST_EXPORTED))
    who = str(account_of(request).pk)
    journal(EventKind.LIST_EXPORTED, who, "queue", query=view.query.print(), rows=len(rows))
    return csv_file.answer("comity-queue", _HEAD, map(_cells, rows))


def _cells(row: Row) -> tuple[object, ...]:
    return (
        row.arrived_at.isoformat(),
        row.mail,
        row.category,
        "yes" if row.decided else "no",
        row.confidence,
        row.subtype,
        " ".join(code for code, _text in row.reasons),
        row.subject,
        row.sender,
        row.sender_domain,
        row.language,
        row.campaign,
        row.origin_ip,
        row.country,
        row.asn,
        row.network,
    )
