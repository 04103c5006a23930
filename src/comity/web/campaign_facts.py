# SPDX-License-Identifier: Apache-2.0
"""What the pages of campaigns show, made from what the index gives. Only maps; asks nothing but
names of accounts.

Drawings come from `campaign.charts`, which escapes all that it prints.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from comity.campaign import charts
from comity.campaign.campaign import Family
from comity.campaign.corrections import DECISION
from comity.campaign.picture import visible
from comity.campaign.variants import variants
from comity.evidence.event import EventKind
from comity.service.ports import Decision
from comity.store.campaigns import Listed, Subject
from comity.web.words import country_name, label
from comity.work.models import Account

UNKNOWN = "unknown"  # of a country: no origin was found
FAMILIES = {
    Family.TEXT: gettext_lazy("text"),
    Family.HTML: gettext_lazy("form of the page"),
    Family.URL: gettext_lazy("links"),
    Family.ATTACHMENT: gettext_lazy("attachments"),
    Family.SENDER_TEMPLATE: gettext_lazy("sending program"),
    Family.INFRASTRUCTURE: gettext_lazy("infrastructure"),
    DECISION: gettext_lazy("a person's word"),
}
CHANGES = {
    EventKind.CAMPAIGN_NAMED: gettext_lazy("named"),
    EventKind.CAMPAIGN_JOINED: gettext_lazy("joined"),
    EventKind.CAMPAIGN_SPLIT: gettext_lazy("split"),
}


def queue(id_: str, **fields: object) -> str:
    """The list behind a number."""
    words = [f"campaign:{id_}", *(f"{name}:{value}" for name, value in fields.items())]
    return f"{reverse('queue')}?{urlencode({'q': ' '.join(words)})}"


def row(one: Listed) -> dict[str, Any]:
    """A campaign in a line."""
    told = one.told
    return {
        "id": one.id,
        "name": one.name,
        "size": one.size,
        "reportings": told["reportings"],
        "addresses": told["addresses"],
        "actor": told.get("actor"),
        "labels": [
            {"words": label(code), "count": n, "url": queue(one.id, category=code)}
            for code, n in told["labels"].items()
        ],
        "countries": [code for code in told["countries"] if code != UNKNOWN],
        "networks": list(told["networks"]),
        "first": _time(told["first_received"]),
        "last": _time(told["last_received"]),
        "first_date": _time(told["first_date"]),
        "last_date": _time(told["last_date"]),
    }


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def countries(one: Listed) -> list[dict[str, Any]]:
    return [
        {
            "name": country_name("" if code == UNKNOWN else code),
            "code": "" if code == UNKNOWN else code,
            "count": n,
            "url": queue(one.id, country=code),
        }
        for code, n in one.told["countries"].items()
    ]


def networks(one: Listed) -> list[dict[str, Any]]:
    found = []
    for told, n in one.told["networks"].items():
        number, _space, name = told.partition(" ")
        url = queue(one.id, asn=number.removeprefix("AS"))
        found.append({"number": number, "name": name, "count": n, "url": url})
    return found


def world(one: Listed) -> SafeString | None:
    found = {code: n for code, n in one.told["countries"].items() if code != UNKNOWN}
    return mark_safe(charts.world(found)) if found else None  # noqa: S308


def over_time(times: list[datetime]) -> dict[str, Any] | None:
    """A drawing, and the same as a table; None where no time is known."""
    step, found = charts.bars(times)
    if not found:
        return None
    # One bar says nothing that its number does not.
    drawing = mark_safe(charts.histogram(found, step)) if len(found) > 1 else None  # noqa: S308
    return {"drawing": drawing, "rows": [(start, n) for start, n in found if n]}


def subjects(found: Sequence[Subject]) -> list[dict[str, Any]]:
    """The most frequent first, and how the others differ from those before them."""
    shown = variants([visible(one.text) for one in found])
    return [{"runs": runs, "mails": one.mails} for runs, one in zip(shown, found, strict=True)]


def why(links: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """In how many links each family agrees, and what was said of them, most frequent first."""
    families: Counter[str] = Counter()
    said: Counter[str] = Counter()
    total = 0
    for link in links:
        total += 1
        families.update([*link["families"]])
        said.update({one.partition(" (")[0] for one in link["why"]})
    return {
        "total": total,
        "families": [(FAMILIES.get(name, name), n) for name, n in _most(families)],
        "said": [(one[:1].upper() + one[1:], n) for one, n in _most(said)],
    }


def proofs(links: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "a": link["a"],
            "b": link["b"],
            "families": [FAMILIES.get(name, name) for name in link["families"]],
            "strength": link["strength"],
            "why": link["why"],
        }
        for link in links
    ]


def members(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**one, "subject": visible(one["subject"]), "words": label(one["category"])} for one in rows
    ]


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def history(decisions: Sequence[Decision], actor: str) -> list[dict[str, Any]]:
    """What people said of it, newest first; `mine`: this person can take it back."""
    names = {str(one.pk): one.name for one in Account.objects.only("id", "name")}
    return [
        {
            "leaf": one.leaf,
            "at": one.at,
            "who": names.get(one.actor, ""),
            "account": one.actor,
            "what": CHANGES[one.kind],
            "name": one.detail.get("name"),
            "reason": one.detail.get("reason"),
            "mails": _count(one),
            "undone": one.undone is not None,
            "mine": one.actor == actor and one.undone is None,
        }
        for one in decisions
    ]


def _count(one: Decision) -> int | None:
    """Of a split; in the others the mails only stand for their campaign."""
    mails = one.detail.get("mails")
    split = one.kind is EventKind.CAMPAIGN_SPLIT
    return len(mails) if split and isinstance(mails, list) else None
