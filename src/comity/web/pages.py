# SPDX-License-Identifier: Apache-2.0
"""Where a person begins: the first page that the role may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from comity.safeguard.role import Act, may
from comity.web.gate import open_page, role_of

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
