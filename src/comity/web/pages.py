# SPDX-License-Identifier: Apache-2.0
"""Pages that list: start, campaigns, statistics."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from comity.safeguard.role import Act, may
from comity.web.gate import open_page, page_of, role_of
from comity.web.project import node

_FIRST = (  # where a role begins its day: the first it may see
    (Act.SEE_QUEUE, "queue"),
    (Act.SEE_AUDIT, "audit"),
    (Act.MANAGE_ACCOUNTS, "accounts"),
)


@open_page
def start(request: HttpRequest) -> HttpResponse:
    role = role_of(request)
    if role is None:
        return redirect("account_login")
    return redirect(next((name for act, name in _FIRST if may(role, act)), "statistics"))


@page_of(Act.SEE_QUEUE)
def campaigns(request: HttpRequest) -> HttpResponse:
    return render(request, "campaigns.html", {"campaigns": node().questions.campaigns(200)})
