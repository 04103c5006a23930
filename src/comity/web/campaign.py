# SPDX-License-Identifier: Apache-2.0
"""Pages of campaigns: the list, one campaign, and what people say of it: name, join, split.

Asks `store.campaigns` and renders; `service.review` does what is said. Who looks is in the
journal before anything is shown.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.evidence.event import EventKind
from comity.safeguard.role import Act
from comity.service import review
from comity.store.campaigns import Campaigns, Listed
from comity.values.errors import BadData, ComityError, WrongUse
from comity.web import campaign_facts as facts
from comity.web.accounts import journal
from comity.web.gate import account_of, page_of
from comity.web.project import node
from comity.web.verdict import done, only_post

LISTED = 50  # campaigns on a page; ours
MEMBERS = 50
SUBJECTS = 12
LINKS = 20


def _asked() -> Campaigns:
    return Campaigns(node().alias)


def _actor(request: HttpRequest) -> str:
    return str(account_of(request).pk)


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a list is shown, and which rows are on it."""

    number: int
    size: int
    total: int

    @classmethod
    def asked(cls, request: HttpRequest, size: int, total: int) -> "Pages":
        """As the address says; what makes no sense is the first page, or the last."""
        text = request.GET.get("page", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
        return cls(max(1, min(number, -(-total // size))), size, total)

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def last_row(self) -> int:
        return min(self.total, self.start + self.size)

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.start else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.last_row < self.total else None


@page_of(Act.SEE_QUEUE)
def campaigns(request: HttpRequest) -> HttpResponse:
    asked = _asked()
    pages = Pages.asked(request, LISTED, asked.count())
    rows = [facts.row(one) for one in asked.page(pages.start, pages.size)]
    return render(request, "campaign/list.html", {"rows": rows, "pages": pages})


@page_of(Act.SEE_QUEUE)
def campaign(request: HttpRequest, campaign: str) -> HttpResponse:
    """One campaign. An id of yesterday, or a mail's digest, leads on to that of today."""
    today = _find(campaign)
    if today != campaign:
        return redirect("campaign", today)
    journal(EventKind.CAMPAIGN_SEEN, _actor(request), today)
    return _show(request, today)


def _find(wanted: str) -> str:
    try:
        return _asked().find(wanted)
    except BadData:
        raise BadData(
            _("There is no campaign of this name any more."),
            _("Its mails may have been split up. Choose it in the list of campaigns."),
        ) from None


def _show(
    request: HttpRequest, id_: str, wrong: dict[str, ComityError] | None = None
) -> HttpResponse:
    """The page; `wrong`: what could not be done, by form. What was typed stays."""
    asked = _asked()
    head = asked.head(id_)
    pages = Pages.asked(request, MEMBERS, head.size)
    subjects, different = asked.subjects(id_, SUBJECTS)
    arrived, claimed = asked.times(id_)
    links = asked.links(id_)
    context: dict[str, Any] = {
        "one": facts.row(head),
        "query": facts.queue(id_),
        "subjects": facts.subjects(subjects),
        "different": different,
        "members": facts.members(asked.members(id_, pages.start, pages.size)),
        "pages": pages,
        "arrived": facts.over_time(arrived),
        "claimed": facts.over_time(claimed),
        "map": facts.world(head),
        "networks": facts.networks(head),
        "countries": facts.countries(head),
        "why": facts.why(links),
        "links": facts.proofs(links[:LINKS]),
        "link_count": len(links),
        "related": _related(asked, head),
        "history": facts.history(node().decisions.of_campaign(id_), _actor(request)),
        "wrong": wrong or {},
        "typed": request.POST,
        "chosen": request.POST.getlist("mail"),
        "limits": {"name": review.MAX_NAME, "note": review.MAX_NOTE},
    }
    return render(request, "campaign/page.html", context, status=400 if wrong else 200)


def _related(asked: Campaigns, head: Listed) -> list[dict[str, Any]]:
    """Campaigns that may be of the same actor."""
    found = head.told.get("related") or []
    names = asked.names([one["campaign"] for one in found])
    return [{**one, "name": names.get(one["campaign"], "")} for one in found]


@page_of(Act.GROUP)
def name(request: HttpRequest, campaign: str) -> HttpResponse:
    """POST: `name`; empty takes the name away."""
    only_post(request)
    today = _find(campaign)
    called = request.POST.get("name", "")
    before = _asked().head(today).name
    try:
        leaf = review.name(node(), today, called, _actor(request), before)
    except WrongUse as error:
        return _show(request, today, {"name": error})
    told = _("The campaign has its new name.") if called.strip() else _("The name is taken away.")
    done(request, told, leaf)
    return redirect("campaign", today)


@page_of(Act.GROUP)
def join(request: HttpRequest, campaign: str) -> HttpResponse:
    """POST: `other` (an id, may be shortened, or a mail's digest), `reason`."""
    only_post(request)
    today = _find(campaign)
    other = request.POST.get("other", "").strip()
    try:
        if not other:
            raise WrongUse(_("No other campaign was named."), _("Enter its id."))
        both = [today, _find(other)]
        leaf = review.join(node(), both, _actor(request), request.POST.get("reason", ""))
    except (WrongUse, BadData) as error:
        return _show(request, today, {"join": error})
    done(request, _("The two campaigns are one now."), leaf)
    return redirect("campaign", _find(today))


@page_of(Act.GROUP)
def split(request: HttpRequest, campaign: str) -> HttpResponse:
    """POST: `mail` (once or more), `reason`."""
    only_post(request)
    today = _find(campaign)
    mails = request.POST.getlist("mail")
    try:
        leaf = review.split(node(), today, mails, _actor(request), request.POST.get("reason", ""))
    except WrongUse as error:
        return _show(request, today, {"split": error})
    told = ngettext(
        "%(count)d mail was split off.",
        "%(count)d mails were split off and are a campaign of their own.",
        len(mails),
    )
    done(request, told % {"count": len(mails)}, leaf)
    try:
        return redirect("campaign", _find(today))
    except BadData:  # what stays is one mail, and a campaign needs two
        return redirect("campaigns")
