# SPDX-License-Identifier: Apache-2.0
"""The statistics page: numbers that lead to their lists; a CSV that no spreadsheet runs (W07)."""

import csv
import io
import re
from itertools import pairwise

import pytest

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.pool import analyser
from comity.evidence.event import EventKind
from comity.safeguard.role import Role
from comity.service.ingest import ingest
from comity.service.reanalyse import reanalyse
from comity.store.statistics import Counted
from comity.web.csv_file import answer, cell
from comity.web.statistics import HEIGHT, WIDTH, _bars
from comity.web.words import country_name
from simulator.world import World


@pytest.fixture
def filled(console):
    """A node that has read the reports of a small world."""
    reports = (
        (one.path, one.content, "test") for one in World(5, 60).reports() if one.container is None
    )
    list(ingest(reports, console.node))
    reanalyse(console.node, analyser(lambda: of_node(console.node), 1), everything=False)
    return console


def test_the_counts_of_a_table_add_up_and_lead_to_their_list(filled):
    page = filled.as_(Role.ANALYST).get("/statistics/").content.decode()
    stats = filled.node.questions.stats()
    assert f">{stats['reportings']}<" in page
    categories = page.split('id="by-category"')[1].split("</section>")[0]
    numbers = re.findall(r'q=category%3A([\w-]+)">(\d+)<', categories)
    assert {label: int(number) for label, number in numbers} == stats["labels"]
    for label, number in numbers:
        listed = filled.as_(Role.ANALYST).get("/queue/", {"q": f"category:{label}"})
        assert listed.status_code == 200
        assert number in listed.content.decode()


def test_each_day_leads_to_the_mails_of_that_day(filled):
    from comity.store.statistics import Counts

    found = Counts(filled.node.alias).all(filled.node.now())
    assert found.days[-1].count == found.reportings > 0  # all of them came in now
    assert len(found.days) == 60
    for day, following in pairwise(found.days):
        assert day.query == f"after:{day.name} before:{following.name}"


def test_who_sees_no_list_sees_the_number_without_a_link(filled):
    page = filled.as_(Role.AUDITOR).get("/statistics/").content.decode()
    assert "/queue/" not in page
    assert "export.csv" not in page


def test_an_empty_node_says_so(console):
    page = console.as_(Role.ANALYST).get("/statistics/").content.decode()
    assert "No report came in the last 60 days." in page
    assert "Nothing yet." in page


def test_the_file_holds_the_tables_and_its_export_is_recorded(filled):
    got = filled.as_(Role.ANALYST).get("/statistics/export.csv")
    rows = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
    assert rows[0] == ["table", "name", "detail", "count"]
    labels = {name: int(count) for table, name, _, count in rows[1:] if table == "category"}
    assert labels == filled.node.questions.stats()["labels"]
    (event,) = filled.events(EventKind.LIST_EXPORTED)
    assert event.detail == {"rows": len(rows) - 1}


def test_the_bars_stand_on_the_ground_and_the_highest_is_full():
    few, most = _bars((Counted("2026-11-23", 1, ""), Counted("2026-11-24", 4, "")))
    assert (few.y, few.height) == (HEIGHT * 3 / 4, HEIGHT / 4)
    assert (most.y, most.height) == (0, HEIGHT)
    assert few.x + few.width < most.x < most.x + most.width <= WIDTH


W07 = ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx", "\rx", "\n=1"]
W07 += [" =1", "\u00a0=1", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", W07)
def test_w07_a_cell_that_a_spreadsheet_would_run_is_text(text):
    assert cell(text).startswith("'")


@pytest.mark.parametrize(("value", "want"), [("a=1", "a=1"), (-5, "-5"), (None, ""), (3, "3")])
def test_other_cells_stay_as_they_are(value, want):
    assert cell(value) == want


def test_a_line_end_in_a_cell_begins_no_row():
    got = answer("x", ("a",), [("one\r\n=two",)]).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(got, newline=""))) == [["a"], ["one\r\n=two"]]


def test_countries_are_named_in_the_readers_language():
    from django.utils.translation import override

    with override("fr"):
        assert country_name("KR") == "Corée du Sud"
    with override("ko"):
        assert country_name("GB") == "영국"
    assert country_name("ZZ")
