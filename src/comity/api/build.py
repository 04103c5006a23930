# SPDX-License-Identifier: Apache-2.0
"""Puts the API together: addresses for `web.urls` to mount, and its description in OpenAPI 3.1."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from comity.api import problems
from comity.api.gate import token_in_address
from comity.api.operations import router
from comity.api.problems import Sort, problem
from comity.bootstrap.node import Node

PREFIX = "api/v1/"
_ABOUT = (
    "What the console of a Comity node can do, for programs. Every call needs a token in the "
    "header Authorization; its owner makes it at /me/tokens/. Errors are problem details (RFC 9457)"
    " that say what to do."
)
View = Callable[..., HttpResponse]


def build(node: Callable[[], Node]) -> tuple[list[URLPattern], dict[str, Any]]:
    """Its addresses, below PREFIX, and its description."""
    api = NinjaAPI(
        title="Comity",
        version="1",
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        urls_namespace="api-v1",
    )
    problems.register(api)
    api.add_router("", router)
    told = _description(api)
    printed = print_description(told)

    def openapi(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return problem(Sort.METHOD, headers={"Allow": "GET, HEAD"})
        return HttpResponse(printed, content_type="application/json")

    def nothing(request: HttpRequest) -> HttpResponse:
        return problem(Sort.NOT_FOUND)

    patterns = [
        URLPattern(one.pattern, _answering(one.callback, node, _parameters(told, str(one.pattern))))
        for one in api.urls[0]
        if isinstance(one, URLPattern) and one.name != "api-root"
    ]
    patterns.append(path("openapi.json", _answering(openapi, node)))
    patterns.append(re_path(r"", _answering(nothing, node)))  # last: whatever else there is
    return patterns, told


def _parameters(told: dict[str, Any], route: str) -> dict[str, frozenset[str]]:
    """By method: the parameters that the description names for this address."""
    methods = told["paths"]["/" + PREFIX + route.replace("<", "{").replace(">", "}")]
    return {
        method.upper(): frozenset(
            one["name"] for one in operation["parameters"] if one["in"] == "query"
        )
        for method, operation in methods.items()
    }


def _answering(
    view: View,
    node: Callable[[], Node],
    parameters: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> View:
    """What holds for every answer: no token in the address, and each error a problem."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        request.comity_node, request.comity_parameters = node(), parameters
        if token_in_address(request):
            return problem(Sort.TOKEN_IN_ADDRESS)
        response = view(request, *args, **named)
        if response.status_code == 405 and response.headers["Content-Type"] != problems.MEDIA:
            return problem(Sort.METHOD, headers={"Allow": response.headers["Allow"]})
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is ever looked at
    return answered


def _description(api: NinjaAPI) -> dict[str, Any]:
    """As ninja makes it, with the media type that errors really have."""
    told: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    for operations in told["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"] = {problems.MEDIA: answer["content"]["application/json"]}
    return told


def print_description(told: dict[str, Any]) -> str:
    """The same bytes each time, so that a change shows in review."""
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
