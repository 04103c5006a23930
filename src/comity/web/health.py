# SPDX-License-Identifier: Apache-2.0
"""Is the node well: for people (a page), for a supervisor process, for Prometheus."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from comity.safeguard.role import Act
from comity.values.errors import ComityError
from comity.web.gate import open_page, page_of
from comity.web.project import node


@open_page
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


@open_page
def ready(request: HttpRequest) -> HttpResponse:
    """Its databases answer too. Says only that much: anybody may ask."""
    failed = _failing()
    return JsonResponse({"ready": not failed, "failing": failed}, status=503 if failed else 200)


@open_page
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, on this machine only: behind a proxy, do not pass this address on."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


@page_of(Act.SEE_HEALTH)
def page(request: HttpRequest) -> HttpResponse:
    index = node().index
    waiting = node().archive.size() - index.reached("analysed")
    context = {
        "failing": _failing(),
        "leaves": node().archive.size(),
        "waiting": waiting,
        "parked": index.parked(),
        "journal": node().journal.size(),
        "log": node().verifier.print(),
    }
    return render(request, "health.html", context)


def _failing() -> list[str]:
    failed = []
    try:
        connection.ensure_connection()
    except DatabaseError:
        failed.append("accounts")
    try:
        node().index.reached("analysed")
    except ComityError:
        failed.append("index")
    return failed
