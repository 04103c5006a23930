# SPDX-License-Identifier: Apache-2.0
"""Error pages: what happened, and what to do. They show nothing of what was asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def page(request: HttpRequest, status: int, fact: str, advice: str) -> HttpResponse:
    context = {"status": status, "fact": fact, "advice": advice}
    return render(request, "problem.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also for what exists but may not be seen: the answer does not tell which (W03)."""
    return page(
        request,
        404,
        _("There is no such page, or your role does not see it."),
        _("Check the address, or go on from the start page."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return not_found(request, exception)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        403,
        _("This form was not sent from its own page, or it has grown old."),
        _("Go back, load the page anew and send it again. Nothing was changed."),
    )


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        400,
        _("This request cannot be understood."),
        _("Go back and try again from the page itself."),
    )


def fault(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        500,
        _("A fault of Comity itself. Nothing that was accepted is lost."),
        _("Try again. If it stays, tell the administrator the time shown below."),
    )
