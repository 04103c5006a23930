# SPDX-License-Identifier: Apache-2.0
"""What every answer carries, and what becomes of errors. Decides nothing about content."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from comity.values.errors import BadData, ComityError, ServiceAway, TryLater, WrongUse
from comity.web import problems

Answerer = Callable[[HttpRequest], HttpResponse]

# No inline script or style, nothing from elsewhere; `data:` pictures are the icons of our style.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_STATUS = {WrongUse: 400, BadData: 404, ServiceAway: 503, TryLater: 503}


def headers(answer: Answerer) -> Answerer:
    """A page may say more strictly what it may load (the frame of a mail does)."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")  # pages hold personal data
        return response

    return answered


class errors:  # Django calls it like the function above
    """An error of ours becomes a page that says what happened and what to do."""

    def __init__(self, answer: Answerer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ComityError):
            return None
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        return problems.page(request, status, error.fact, error.advice)
