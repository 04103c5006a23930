# SPDX-License-Identifier: Apache-2.0
"""The auditor's page: who did what, searched by the address, and whether the journal is whole.

Reads the journal only, shows no mail. A page looks at a bounded stretch of the journal, newest
first, so that it answers quickly however long the journal is; the next page goes on from there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.evidence.event import Event, EventKind
from comity.evidence.receipt import Damage
from comity.safeguard.role import Act
from comity.service.fsck import fsck
from comity.store.journal import JournalStore
from comity.values.json import JSON
from comity.web.gate import page_of
from comity.web.project import node
from comity.work.models import Account

PAGE = 100  # events shown at once
LOOKED = 10_000  # events read for one page of a search; ours: a third of a second
MOST = 10**12  # leaves; more is no place in a journal
KIND_WORDS = {
    EventKind.ACCOUNT_INVITED: _("invited somebody"),
    EventKind.ACCOUNT_MADE: _("account was made"),
    EventKind.ACCOUNT_ROLE: _("changed a role"),
    EventKind.ACCOUNT_ENDED: _("ended an account"),
    EventKind.ACCOUNT_SIGNED_IN: _("signed in"),
    EventKind.ACCOUNT_FACTOR: _("changed the second factor"),
    EventKind.ACCOUNT_PASSWORD: _("changed the password"),
    EventKind.ACCOUNT_REFUSED: _("a sign-in was refused"),
    EventKind.TOKEN_MADE: _("made a token"),
    EventKind.TOKEN_ENDED: _("ended a token"),
    EventKind.MAIL_SEEN: _("saw a mail"),
    EventKind.MAIL_SOURCE_SEEN: _("saw the source of a mail"),
    EventKind.MAIL_VERDICT: _("judged a mail"),
    EventKind.REPORTER_REVEALED: _("revealed who reported"),
    EventKind.ATTACHMENT_EXPORTED: _("exported an attachment"),
    EventKind.LIST_EXPORTED: _("exported a list"),
    EventKind.CAMPAIGN_SEEN: _("saw a campaign"),
    EventKind.CAMPAIGN_NAMED: _("named a campaign"),
    EventKind.CAMPAIGN_JOINED: _("joined campaigns"),
    EventKind.CAMPAIGN_SPLIT: _("split a campaign"),
    EventKind.UNDONE: _("took something back"),
}
Match = Callable[[Event], bool]


def kind_words(kind: EventKind) -> str:
    return str(KIND_WORDS.get(kind, kind.value))


class Search(forms.Form):  # type: ignore[misc]
    who = forms.CharField(
        label=_("Who (name or account)"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"type": "search", "list": "names"}),
    )
    kind = forms.ChoiceField(label=_("What was done"), required=False)
    subject = forms.CharField(
        label=_("To what (digest, campaign, account)"), max_length=200, required=False
    )
    since = forms.DateField(
        label=_("From day (UTC)"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=_("To day (UTC)"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)
        words = [(kind.value, kind_words(kind)) for kind in EventKind]
        self.fields["kind"].choices = [("", _("anything")), *words]


@dataclass(frozen=True, slots=True)
class Row:
    """One event as it is shown: ids with the names that go with them today."""

    leaf: int
    event: Event
    words: str
    actor_name: str
    subject_name: str
    detail: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was found in a stretch of the journal."""

    found: list[tuple[int, Event]]  # newest first
    damaged: list[Damage]
    start: int  # the oldest leaf looked at
    end: int  # after the newest one
    older: int | None  # where the next page ends; None: there is none


@page_of(Act.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """A GET searches; a POST checks every byte of the journal and says what it found."""
    journal = node().journal
    names = {str(one.pk): one.name for one in Account.objects.only("id", "name")}
    form = Search(request.GET)
    match = _match(form.cleaned_data, names) if form.is_valid() else None
    stretch = look(journal, match, _before(request.GET.get("before", "")))
    query = request.GET.copy()
    query.pop("before", None)
    searched = any(query.values())
    if stretch.older is not None:
        query["before"] = str(stretch.older)
    context = {
        "form": form,
        "rows": [_row(leaf, event, names) for leaf, event in stretch.found],
        "stretch": stretch,
        "searched": searched,
        "older": query.urlencode() if stretch.older is not None else "",
        "size": journal.size(),
        "names": sorted(set(names.values())),
        "checked": fsck(journal) if request.method == "POST" else None,
    }
    return render(request, "audit.html", context)


def look(journal: JournalStore, match: Match | None, before: int | None) -> Stretch:
    """The newest events before this leaf that match, at most a page; None: all."""
    size = journal.size()
    end = size if before is None else min(before, size)
    start = max(0, end - (LOOKED if match else PAGE))
    found, damaged = [], []
    for one in _between(journal, start, end):
        if isinstance(one, Damage):
            damaged.append(one)
        elif match is None or match(one[1]):
            found.append(one)
    shown = found[-PAGE:][::-1]
    if len(found) > PAGE:
        start = shown[-1][0]
    return Stretch(shown, damaged, start, end, start or None)


def _between(journal: JournalStore, start: int, end: int) -> Iterator[tuple[int, Event] | Damage]:
    for one in journal.events(start):
        leaf = one.leaf if isinstance(one, Damage) else one[0]
        if leaf is not None and leaf >= end:
            return
        yield one


def _before(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:13]) < MOST else None


def _match(wanted: dict[str, object], names: dict[str, str]) -> Match | None:
    """What the form asks of an event; None where it asks nothing."""
    if not any(wanted.values()):
        return None
    who, subject = str(wanted["who"]).casefold(), str(wanted["subject"]).casefold()
    since, until = wanted["since"], wanted["until"]

    def match(event: Event) -> bool:
        day = event.at.astimezone(UTC).date()
        return (
            (not wanted["kind"] or event.kind.value == wanted["kind"])
            and (not isinstance(since, date) or day >= since)
            and (not isinstance(until, date) or day <= until)
            and _named(who, event.actor, names)
            and _named(subject, event.subject, names)
        )

    return match


def _named(asked: str, found: str, names: dict[str, str]) -> bool:
    """By part of a name, or by the beginning of an id, a digest, a campaign."""
    return (
        not asked or found.casefold().startswith(asked) or asked in names.get(found, "").casefold()
    )


def _row(leaf: int, event: Event, names: dict[str, str]) -> Row:
    return Row(
        leaf,
        event,
        kind_words(event.kind),
        names.get(event.actor, ""),
        names.get(event.subject, ""),
        [(key, _shown(value)) for key, value in event.detail.items()],
    )


def _shown(value: JSON) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    return "–" if value is None else str(value)
