# SPDX-License-Identifier: Apache-2.0
"""The statistics page: each number leads to the list behind it, each chart has its table."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from comity.evidence.event import EventKind
from comity.safeguard.role import Act, may
from comity.store.statistics import Counted, Counts
from comity.web import csv_file
from comity.web.accounts import journal
from comity.web.gate import account_of, page_of, role_of
from comity.web.project import node
from comity.web.words import country_name, label

WIDTH, HEIGHT = 720, 120  # of the time line, in its own units


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    detail: str
    count: int
    share: int  # of the largest, 0 to 100
    url: str  # of the list; "" where the role sees no list


@dataclass(frozen=True, slots=True)
class Bar:
    day: str
    count: int
    x: float
    y: float
    width: float
    height: float


@page_of(Act.SEE_STATISTICS)
def statistics(request: HttpRequest) -> HttpResponse:
    found = Counts(node().alias).all(node().now())
    lists = may(role_of(request), Act.SEE_QUEUE)
    days = [_named(one, one.name) for one in found.days]
    context = {
        "found": found,
        "lists": lists,
        "labels": _rows([_named(one, label(one.name)) for one in found.labels], lists),
        "countries": _rows([_named(one, country_name(one.name)) for one in found.countries], lists),
        "networks": _rows(list(found.networks), lists),
        "days": [row for row in _rows(days, lists) if row.count],
        "bars": _bars(found.days),
        "size": (WIDTH, HEIGHT),
        "span": (found.days[0].name, found.days[-1].name),
        "most": max((one.count for one in found.days), default=0),
    }
    return render(request, "statistics.html", context)


@page_of(Act.EXPORT_LIST)
def export(request: HttpRequest) -> HttpResponse:
    """All tables of the page in one file."""
    found = Counts(node().alias).all(node().now())
    tables = (
        ("category", found.labels),
        ("country", found.countries),
        ("network", found.networks),
        ("day", found.days),
    )
    rows = [(what, one.name, one.detail, one.count) for what, some in tables for one in some]
    journal(EventKind.LIST_EXPORTED, str(account_of(request).pk), "statistics", rows=len(rows))
    return csv_file.answer("comity-statistics", ("table", "name", "detail", "count"), rows)


def _named(one: Counted, name: str) -> Counted:
    return Counted(name, one.count, one.query, one.detail)


def _rows(counted: list[Counted], lists: bool) -> list[Row]:
    most = max((one.count for one in counted), default=0) or 1
    return [
        Row(
            one.name,
            one.detail,
            one.count,
            round(100 * one.count / most),
            f"{reverse('queue')}?{urlencode({'q': one.query})}" if lists and one.query else "",
        )
        for one in counted
    ]


def _bars(days: tuple[Counted, ...]) -> list[Bar]:
    most = max((one.count for one in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    bars = []
    for number, one in enumerate(days):
        height = round(HEIGHT * one.count / most, 1)
        bars.append(
            Bar(one.name, one.count, round(number * step, 1), HEIGHT - height,
                round(step - 2, 1), height)
        )  # fmt: skip
    return bars
