# SPDX-License-Identifier: Apache-2.0
"""Who may ask the API: a token in the Authorization header, and nothing else. Not a session.

Asks `work.tokens` for the token and its scopes; limits how often one token asks.
"""

import re
import time
from typing import cast
from urllib.parse import unquote

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from comity.api.problems import Refused, Sort
from comity.bootstrap.node import Node
from comity.safeguard.role import Act
from comity.work import tokens
from comity.work.tokens import Holder

PER_MINUTE = 600  # calls of one token; ours: ten a second
_SECRET = re.compile(re.escape(tokens.PREFIX) + "[A-Za-z0-9_-]{32}")  # most of one is enough
_NAMES = ("token", "access_token", "api_key", "apikey", "authorization")  # of parameters


class Bearer(HttpBearer):
    """A token with this scope; None: any token that holds."""

    def __init__(self, act: Act | None) -> None:
        super().__init__()
        self.act = act

    def authenticate(self, request: HttpRequest, token: str) -> Holder | None:
        holder = tokens.find(token, node_of(request).now())
        if holder is None:
            return None
        if self.act is not None and self.act not in holder.acts:
            told = f'Bearer realm="comity", error="insufficient_scope", scope="{self.act.value}"'
            raise Refused(Sort.SCOPE, headers={"WWW-Authenticate": told})
        _only_known(request)
        return holder


class PerToken(BaseThrottle):
    """So many calls in each minute by the clock, counted in this process."""

    def allow_request(self, request: HttpRequest) -> bool:
        key = f"api-calls:{holder_of(request).token}:{int(time.time() // 60)}"
        cache.add(key, 0, timeout=120)
        try:
            return bool(cache.incr(key) <= PER_MINUTE)
        except ValueError:  # fell out of the cache between the two lines
            return True

    def wait(self) -> float:
        return 60 - time.time() % 60


def _only_known(request: HttpRequest) -> None:
    """A misspelt filter must not give the unfiltered list."""
    known = request.comity_parameters.get(request.method, frozenset())  # set by `build`
    if not request.GET.keys() <= known:
        names = ", ".join(sorted(known)) or "none"
        told = {"value": "query", "problem": f"a parameter that is not known; known are: {names}"}
        raise Refused(Sort.INVALID, errors=[told])


def node_of(request: HttpRequest) -> Node:
    return cast(Node, request.comity_node)  # set by `build`


def holder_of(request: HttpRequest) -> Holder:
    return cast(Holder, request.auth)  # set by ninja from Bearer


def token_in_address(request: HttpRequest) -> bool:
    """Whether somebody put a secret where servers and proxies log it (W11)."""
    whole = unquote(request.get_full_path())
    return bool(_SECRET.search(whole)) or any(name.lower() in _NAMES for name in request.GET)
