# SPDX-License-Identifier: Apache-2.0
"""Errors of the API as problem details (RFC 9457): what happened, and what to do.

They repeat nothing of what was sent, and tell nothing of the node's inside.
"""

import json
import logging
from enum import Enum
from typing import Any

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from comity.values.errors import BadData, ComityError, ServiceAway, TryLater, WrongUse

MEDIA = "application/problem+json"
DOCS = "/api/v1/docs"
_log = logging.getLogger("comity.api")


class Sort(Enum):
    """Every sort of problem. `detail` is said where the place knows nothing better."""

    def __init__(self, code: str, status: int, title: str, detail: str) -> None:
        self.code, self.status, self.title, self.detail = code, status, title, detail

    TOKEN_IN_ADDRESS = (
        "token-in-address", 400, "A token must not stand in the address",
        "Addresses are written to logs. End this token at /me/tokens/, make a new one and send it "
        "only in the header: Authorization: Bearer comity_…",
    )  # fmt: skip
    NO_TOKEN = (
        "no-token", 401, "A valid token is needed",
        "Send the header Authorization: Bearer comity_… with a token that has not ended. Make one "
        "at /me/tokens/.",
    )  # fmt: skip
    SCOPE = (
        "scope", 403, "This token may not do that",
        "Use a token with the scope that the header WWW-Authenticate names. A token never has more "
        "scopes than its owner's role.",
    )  # fmt: skip
    NOT_FOUND = (
        "not-found", 404, "There is nothing of this name here",
        "Check the address. What is there is listed by /api/v1/mails and /api/v1/campaigns; all "
        "operations are in /api/v1/docs.",
    )  # fmt: skip
    METHOD = (
        "method", 405, "This address does not know that method",
        "Use a method that the header Allow names.",
    )  # fmt: skip
    OTHER_BYTES = (
        "other-bytes", 409, "This Idempotency-Key was used for other bytes",
        "Nothing was taken. Use a new key for each upload, and the same one only to repeat it.",
    )  # fmt: skip
    NO_LENGTH = (
        "no-length", 411, "The length of the upload is not known",
        "Send Content-Length, or Transfer-Encoding: chunked.",
    )  # fmt: skip
    TOO_LARGE = (
        "too-large", 413, "The upload is too large",
        "Split it into smaller files, or hand it in at the node itself: comity ingest FILE.",
    )  # fmt: skip
    ENCODED = (
        "encoded", 415, "An upload in a Content-Encoding is not taken",
        "Send the bytes as they are, without Content-Encoding. A file that is itself a zip, tar or "
        "gzip is opened by content.",
    )  # fmt: skip
    INVALID = (
        "invalid", 422, "A value of the request cannot be used",
        "Correct the values that `errors` names.",
    )  # fmt: skip
    NOTHING_TAKEN = (
        "nothing-taken", 422, "Nothing in the upload could be taken",
        "`refused` says why for each part. Send the report itself, or a box that can be opened.",
    )  # fmt: skip
    TOO_OFTEN = (
        "too-often", 429, "This token asks too often",
        "Wait as many seconds as the header Retry-After says.",
    )  # fmt: skip
    FAULT = (
        "fault", 500, "A fault of Comity itself",
        "Nothing that was accepted is lost. Try again; if it stays, tell the administrator the "
        "time.",
    )  # fmt: skip
    BUSY = (
        "busy", 503, "Another process writes to the vault, or the disk is full",
        "Nothing is lost. Send the same request again after the seconds that Retry-After says.",
    )  # fmt: skip
    AWAY = (
        "away", 503, "A database of this node does not answer",
        "Send the same request again after the seconds that Retry-After says.",
    )  # fmt: skip


RETRY_AFTER = 5  # seconds; ours: a run of `comity ingest` is mostly shorter


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None
    refused: list[dict[str, str]] | None = None


class Refused(Exception):
    """Raised by an operation; becomes the answer."""

    def __init__(
        self, sort: Sort, detail: str = "", *, headers: dict[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(sort.code)
        self.sort, self.detail, self.more = sort, detail, more
        self.headers = headers or {}


def problem(
    sort: Sort, detail: str = "", *, headers: dict[str, str] | None = None, **more: object
) -> HttpResponse:
    told = {
        "type": f"{DOCS}#{sort.code}",
        "title": sort.title,
        "status": sort.status,
        "detail": detail or sort.detail,
        **more,
    }
    if sort is Sort.NO_TOKEN:
        headers = {"WWW-Authenticate": 'Bearer realm="comity"'}
    elif sort in (Sort.BUSY, Sort.AWAY):
        headers = {"Retry-After": str(RETRY_AFTER)}
    content = json.dumps(told, ensure_ascii=False)
    answer = HttpResponse(content, content_type=MEDIA, status=sort.status, headers=headers)
    answer._has_been_logged = True  # Django would log the address, which may hold a token (W11)
    return answer


def statuses(*more: int) -> dict[int, type[Problem]]:
    """For the schema: the problems of every operation, and these."""
    return dict.fromkeys(sorted({400, 401, 403, 422, 429, 500, 503, *more}), Problem)


def _of_error(error: Exception) -> HttpResponse:
    if isinstance(error, Refused):
        return problem(error.sort, error.detail, headers=error.headers, **error.more)
    if isinstance(error, AuthenticationError):
        return problem(Sort.NO_TOKEN)
    if isinstance(error, Throttled):
        return problem(Sort.TOO_OFTEN, headers={"Retry-After": str(error.wait or 1)})
    if isinstance(error, ValidationError):
        return problem(Sort.INVALID, errors=[_where(one) for one in error.errors])
    for kind, sort in _SORTS:
        if isinstance(error, kind):
            return problem(sort)
    _log.error("an operation failed: %s", type(error).__name__, exc_info=error)
    return problem(Sort.FAULT)


_SORTS: tuple[tuple[type[Exception], Sort], ...] = (
    (TryLater, Sort.BUSY),
    (ServiceAway, Sort.AWAY),
    (DatabaseError, Sort.AWAY),
    (BadData, Sort.NOT_FOUND),
    (Http404, Sort.NOT_FOUND),
    (WrongUse, Sort.INVALID),
)


def _where(error: dict[str, object]) -> dict[str, str]:
    """The name of the value and what was expected; never the value."""
    place = error.get("loc")
    parts = place if isinstance(place, tuple | list) else ()
    return {"value": ".".join(str(one) for one in parts), "problem": str(error.get("msg", ""))}


def register(api: NinjaAPI) -> None:
    def handle(request: HttpRequest, error: Any) -> HttpResponse:
        return _of_error(error)

    for kind in (Refused, ComityError, DatabaseError, Http404, HttpError, ValidationError,
                 Exception):  # fmt: skip
        api.add_exception_handler(kind, handle)
