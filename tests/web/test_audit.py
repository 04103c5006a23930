# SPDX-License-Identifier: Apache-2.0
"""The auditor's page: who did what is found, names stand beside ids, a changed byte shows (P03)."""

import html
import re
from datetime import timedelta

import pytest

from comity.evidence.event import Event, EventKind
from comity.safeguard.role import Role
from comity.web import audit

DIGEST = "ab" * 32


@pytest.fixture
def told(console):
    """Anna reveals a reporter, Bert sees a mail the day after; an auditor looks."""
    auditor = console.as_(Role.AUDITOR)
    people = {name: console.as_(Role.CASE_OFFICER).account for name in ("Anna", "Bert")}
    for name, account in people.items():
        account.name = name
        account.save()
    now = console.node.now()
    journal = console.node.journal
    anna, bert = (str(people[name].pk) for name in ("Anna", "Bert"))
    why = {"purpose": "answer <b>the</b> citizen"}
    journal.append(Event(EventKind.REPORTER_REVEALED, anna, now, DIGEST, why))
    journal.append(Event(EventKind.MAIL_SEEN, bert, now + timedelta(days=1), DIGEST))
    return auditor, people, now


ROW = re.compile(
    r"<td>(?:<bdi>(?P<name>[^<]*)</bdi><br>)?"
    r'(?:<code class="id">(?P<actor>[^<]*)</code>)?[^<]*</td>\s*'
    r'<th scope="row">(?P<what>[^<]*)</th>\s*'
    r'<td>(?:<bdi>[^<]*</bdi><br>)?<code class="id">(?P<subject>[^<]*)</code></td>'
)


def shown(answer):
    """The rows of the table, as people see them."""
    assert answer.status_code == 200
    return [row.groupdict() for row in ROW.finditer(answer.content.decode())]


def counted(rows, kind):
    return [row["what"] for row in rows].count(str(audit.KIND_WORDS[kind]))


def test_events_stand_newest_first_with_the_names_of_people(told):
    auditor, people, _ = told
    answer = auditor.get("/audit/")
    rows = shown(answer)
    assert [row["what"] for row in rows[:2]] == ["saw a mail", "revealed who reported"]
    assert [row["name"] for row in rows[:2]] == ["Bert", "Anna"]
    page = answer.content.decode()
    assert "<bdi>Anna</bdi>" in page
    assert str(people["Anna"].pk) in page
    assert "answer &lt;b&gt;the&lt;/b&gt; citizen" in page  # W01


SEARCHES = {  # words of the address: how many of (revealed, seen) are found
    "who by name": ("who=ann&subject=ab", 1, 0),
    "kind": ("kind=reporter-revealed", 1, 0),
    "subject": (f"subject={DIGEST[:10].upper()}", 1, 1),
    "since tomorrow": ("since={tomorrow}", 0, 1),
    "until today": ("until={today}&subject=ab", 1, 0),
    "all at once": ("who=Anna&kind=reporter-revealed&subject=ab&since={today}&until={today}", 1, 0),
    "another kind": ("kind=mail-seen&who=Anna", 0, 0),
    "nobody": ("who=carl", 0, 0),
}


@pytest.mark.parametrize(("query", "revealed", "seen"), SEARCHES.values(), ids=SEARCHES)
def test_a_search_finds_what_was_asked_for(told, query, revealed, seen):
    auditor, _, now = told
    day = {"today": now.date(), "tomorrow": now.date() + timedelta(days=1)}
    rows = shown(auditor.get("/audit/?" + query.format(**day)))
    assert counted(rows, EventKind.REPORTER_REVEALED) == revealed
    assert counted(rows, EventKind.MAIL_SEEN) == seen
    assert len(rows) == revealed + seen


def test_the_account_itself_and_what_was_done_to_it_are_found_by_id(told):
    auditor, people, _ = told
    anna = str(people["Anna"].pk)
    assert {row["actor"] for row in shown(auditor.get(f"/audit/?who={anna}"))} == {anna}
    subjects = [row["subject"] for row in shown(auditor.get(f"/audit/?subject={anna}"))]
    assert subjects == [anna]  # she signed in


BAD = ("since=yesterday", "kind=none-such", "before=-1", "before=²", "before=" + "9" * 5000,
       "who=%00", "who=" + "x" * 300)  # fmt: skip


@pytest.mark.parametrize("query", BAD, ids=[query[:20] for query in BAD])
def test_a_search_that_cannot_be_understood_says_so(told, query):
    auditor, _, _ = told
    answer = auditor.get(f"/audit/?{query}")
    assert answer.status_code == 200
    if not query.startswith("before"):
        assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("query", ["", "who=walker"])
def test_older_events_are_on_the_next_page_and_none_is_lost(console, monkeypatch, query):
    monkeypatch.setattr(audit, "PAGE", 3)
    monkeypatch.setattr(audit, "LOOKED", 7)
    auditor = console.as_(Role.AUDITOR)
    for number in range(20):
        at = console.node.now()
        console.node.journal.append(Event(EventKind.MAIL_SEEN, "walker", at, f"mail {number}"))
    found, address = [], f"/audit/?{query}"
    for _ in range(30):
        answer = auditor.get(address)
        found += [row["subject"] for row in shown(answer) if row["what"] == "saw a mail"]
        older = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        if not older:
            break
        address = "/audit/" + html.unescape(older[1])
    assert found == [f"mail {number}" for number in reversed(range(20))]


def test_a_whole_journal_is_said_to_be_whole(told):
    auditor, _, _ = told
    page = auditor.post("/audit/").content.decode()
    assert "The journal is whole" in page
    assert "is whole" not in auditor.get("/audit/").content.decode()


def test_p03_a_changed_byte_of_the_journal_shows(told, console):
    auditor, _, _ = told
    (segment,) = (console.node.folder / "journal").glob("*.segment")
    content = segment.read_bytes()
    segment.write_bytes(content[:-200] + bytes([content[-200] ^ 1]) + content[-199:])
    assert "Here an event cannot be read" in auditor.get("/audit/").content.decode()
    page = auditor.post("/audit/").content.decode()
    assert "The journal is damaged" in page
    assert "is whole" not in page
    assert segment.name in page


def test_every_kind_of_event_has_words():
    assert not [kind for kind in EventKind if kind not in audit.KIND_WORDS]
