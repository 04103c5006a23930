# SPDX-License-Identifier: Apache-2.0
"""The operations of the API, one function each: ask, journal what must be, print."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router
from ninja import Path as InPath

from comity.api import intake, shapes
from comity.api.gate import PER_MINUTE, Bearer, PerToken, holder_of, node_of
from comity.api.problems import Refused, Sort, statuses
from comity.bootstrap.node import Node
from comity.category.assessment import Label
from comity.evidence.event import Event, EventKind
from comity.evidence.receipt import Entry
from comity.evidence.record import print_time
from comity.safeguard.role import Act
from comity.service.index import STEP, catch_up
from comity.store.listing import Filter, Listing
from comity.values.digest import Digest
from comity.values.errors import ComityError
from comity.work import kept_answers

router = Router()
_MOST_ANALYSES = 20  # of one mail; ours
_MOST_MAILS = 1_000  # of one report: `report.caps`

_CURSOR = "`next` of the page before"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Limit = Annotated[int, Query(ge=1, le=500, description="entries of one page")]
ID = Annotated[str, InPath(pattern="^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]


def operation(act: Act | None, answer: Any, *more: int, status: int = 200, **extra: Any) -> Any:
    """What every operation is told: its scope, its answers, its limit."""
    scope = f"Scope: `{act.value}`." if act else "Any token that holds."
    return {
        "auth": Bearer(act),
        "throttle": PerToken(),
        "response": {status: answer, **statuses(*more)},
        "openapi_extra": {"x-comity-scope": act.value if act else None, **extra},
        "description": scope,
    }


def _described(options: dict[str, Any], text: str) -> dict[str, Any]:
    return options | {"description": f"{text} {options['description']}"}


_BODY = {
    "required": True,
    "description": "The report as it came: a mail, ARF, XARF, .msg, mbox, or a zip or tar of them. "
    "Any media type is taken; what it is is told by content.",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary",
                                                "minLength": 1}},
    },
}  # fmt: skip


@router.post(
    "/reports",
    operation_id="hand_in",
    summary="Hand in reports",
    **_described(
        operation(Act.TAKE_IN, shapes.Taken, 409, 411, 413, 415, status=202, requestBody=_BODY),
        "Raw bytes in; when 202 comes back they are on the disk and in the log, with a receipt for "
        "each report. With an Idempotency-Key, the same key and bytes give the same answer for "
        "seven days, and other bytes give 409.",
    ),
)
def hand_in(
    request: HttpRequest,
    name: Annotated[str | None, Query(max_length=200, description="name for people")] = None,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern="^[!-~]+$",
            description="yours for this upload; the same again when you repeat it",
        ),
    ] = None,
) -> HttpResponse:
    token, node = holder_of(request).token, node_of(request)
    with intake.received(request, name) as upload:
        if key is None:
            return _accepted(intake.take(node, upload).model_dump_json())
        try:
            before = kept_answers.begin(token, key, upload.digest, node.now())
        except kept_answers.OtherBytes:
            raise Refused(Sort.OTHER_BYTES) from None
        if before is not None:
            return _accepted(before)
        try:
            taken = intake.take(node, upload)
        except (Refused, ComityError):
            kept_answers.forget(token, key)
            raise
        return _accepted(kept_answers.finish(token, key, taken.model_dump_json()))


def _accepted(answer: str) -> HttpResponse:
    return HttpResponse(answer, content_type="application/json", status=202)


@router.get(
    "/reports/{sha256}",
    operation_id="report",
    summary="One report: its receipt and what was found",
    **_described(
        operation(Act.TAKE_IN, shapes.ReportState, 404),
        "By the digest that its receipt shows. What was found needs the scope see-queue too.",
    ),
)
def report(request: HttpRequest, sha256: ID) -> dict[str, Any]:
    node = node_of(request)
    first = _first_reporting(node, Digest(sha256))
    listing = Listing(node.alias)
    mails = listing.mails_of_report(sha256, _MOST_MAILS)
    return {
        "receipt": {
            "path": first.path,
            "sha256": first.digest,
            "leaf": first.leaf,
            "received_at": print_time(first.received_at),
            "duplicate": False,
        },
        "reportings": listing.reportings(sha256),
        "analysed": bool(mails),
        "mails": mails if Act.SEE_QUEUE in holder_of(request).acts else None,
    }


def _first_reporting(node: Node, digest: Digest) -> Entry:
    """Raises BadData. The index may be behind the vault by what came in a moment ago."""
    if node.index.reached(STEP) < node.archive.size():
        catch_up(node)
    return node.index.first_reporting(digest)


@router.get(
    "/mails",
    operation_id="mails",
    summary="Mails, the last to arrive first",
    **_described(
        operation(Act.SEE_QUEUE, shapes.MailPage),
        "Pages: ask again with `cursor` set to `next` until that is null.",
    ),
)
def mails(
    request: HttpRequest,
    category: Annotated[
        Label | None, Query(description="as a person decided, else as the analysis says")
    ] = None,
    country: Annotated[
        str | None, Query(pattern="^[A-Z]{2}$", description="of the origin, ISO 3166")
    ] = None,
    asn: Annotated[int | None, Query(ge=0, le=4_294_967_295, description="of the origin")] = None,
    campaign: Annotated[
        str | None, Query(pattern="^c-[0-9a-f]{1,38}$", description="only its mails")
    ] = None,
    limit: Limit = 100,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,16}\.[0-9]{1,18}$", description=_CURSOR)
    ] = None,
) -> dict[str, Any]:
    wanted = Filter(category.value if category else None, country, asn, campaign)
    before = None
    if cursor:
        microseconds, _, row = cursor.partition(".")
        before = (_EPOCH + timedelta(microseconds=int(microseconds)), int(row))
    found, last = Listing(node_of(request).alias).mails(wanted, limit, before)
    if last is None:
        return {"mails": found, "next": None}
    return {"mails": found, "next": f"{(last[0] - _EPOCH) // _MICROSECOND}.{last[1]}"}


@router.get(
    "/mails/{sha256}",
    operation_id="mail",
    summary="One mail: the whole analysis",
    **_described(
        operation(Act.SEE_MAIL, shapes.Mail, 404),
        "The look is written to the journal before it is answered. Who reported is left out.",
    ),
)
def mail(request: HttpRequest, sha256: ID) -> dict[str, Any]:
    listing = Listing(node_of(request).alias)
    found = listing.newest(sha256, _MOST_ANALYSES)
    if not found:
        raise Refused(Sort.NOT_FOUND)
    _journal(request, EventKind.MAIL_SEEN, sha256)
    return {
        "sha256": sha256,
        "campaign": listing.campaign_of(sha256),
        "analyses": [one | {"line": without_reporter(one["line"])} for one in found],
    }


def without_reporter(line: dict[str, Any]) -> dict[str, Any]:
    """Who reported, what they claim and from where is revealed elsewhere, with a purpose."""
    said = line.get("report")
    if said:
        said = said | {"reporter": None, "claims": {}, "carrier": None}
    return line | {"report": said}


@router.get(
    "/campaigns",
    operation_id="campaigns",
    summary="Campaigns, the largest first",
    **_described(
        operation(Act.SEE_QUEUE, shapes.CampaignPage),
        "Pages: ask again with `cursor` set to `next` until that is null.",
    ),
)
def campaigns(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,9}\.c-[0-9a-f]{1,38}$", description=_CURSOR)
    ] = None,
) -> dict[str, Any]:
    after = None
    if cursor:
        size, _, id_ = cursor.partition(".")
        after = (int(size), id_)
    found, last = Listing(node_of(request).alias).campaign_page(limit, after)
    return {"campaigns": found, "next": f"{last[0]}.{last[1]}" if last else None}


@router.get(
    "/campaigns/{id}",
    operation_id="campaign",
    summary="One campaign, and why its mails belong together",
    **_described(
        operation(Act.SEE_QUEUE, shapes.Campaign, 404),
        "Its mails: `/mails?campaign=`. The look is written to the journal.",
    ),
)
def campaign(
    request: HttpRequest,
    id: Annotated[str, InPath(pattern="^c-[0-9a-f]{1,38}$", description="as the list names it")],
) -> dict[str, Any]:
    found = Listing(node_of(request).alias).one_campaign(id)
    _journal(request, EventKind.CAMPAIGN_SEEN, id)
    return found


@router.get(
    "/statistics",
    operation_id="statistics",
    summary="Counts of what is in the index",
    **operation(Act.SEE_STATISTICS, shapes.Statistics),
)
def statistics(request: HttpRequest) -> dict[str, Any]:
    return dict(node_of(request).questions.stats())


@router.get(
    "/me",
    operation_id="me",
    summary="The token that asks, and what it may do now",
    **operation(None, shapes.Me),
)
def me(request: HttpRequest) -> dict[str, Any]:
    holder = holder_of(request)
    return {
        "token": holder.name,
        "role": holder.role.value,
        "scopes": sorted(holder.acts),
        "expires_at": holder.expires_at,
        "country": node_of(request).settings.country,
        "calls_per_minute": PER_MINUTE,
        "upload_bytes": intake.MAX_BYTES,
    }


def _journal(request: HttpRequest, kind: EventKind, subject: str) -> None:
    """Sealed before it is shown. Raises TryLater, and then nothing is shown."""
    node, holder = node_of(request), holder_of(request)
    detail: dict[str, Any] = {"by": "api", "token": str(holder.token)}
    node.journal.append(Event(kind, str(holder.account), node.now(), subject, detail))
