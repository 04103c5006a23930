# SPDX-License-Identifier: Apache-2.0
"""Tokens of the API: make, find, end. The secret is shown once and kept only as its SHA-256.

A token can do what both its scopes and, at the time of the call, its owner's role allow. Written
to the journal by the caller.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from comity.safeguard.role import TABLE, Act, Role
from comity.values.errors import WrongUse
from comity.work.models import Account, Token

PREFIX = "comity_"  # so that scanners of leaked secrets can know it
SCOPES = (Act.TAKE_IN, Act.SEE_QUEUE, Act.SEE_MAIL, Act.SEE_STATISTICS)  # what the API asks for
DAYS = (30, 90, 365)  # how long a token may hold; ours: no token is for ever
MOST = 20  # open tokens of one account; ours
_SECRET = re.compile(r"comity_[A-Za-z0-9_-]{43}")
_USED_EVERY = timedelta(minutes=1)  # ours: the last use is written at most so often


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks the API, and what they may do now."""

    token: UUID
    account: UUID
    name: str  # of the token
    role: Role
    acts: frozenset[Act]
    expires_at: datetime


def scopes_of(role: Role) -> tuple[Act, ...]:
    """What somebody of this role may give to a token."""
    return tuple(act for act in SCOPES if act in TABLE[role])


def make(
    owner: Account, name: str, scopes: Collection[Act], now: datetime, days: int
) -> tuple[Token, str]:
    """The token, and the secret that cannot be shown again. Raises WrongUse."""
    wanted = [act for act in SCOPES if act in scopes]
    if not wanted or not set(scopes) <= set(scopes_of(Role(owner.role))):
        raise WrongUse("a token needs scopes, and none beyond your role", "Choose from the list.")
    if days not in DAYS:
        raise WrongUse("a token holds 30, 90 or 365 days", "Choose one of them.")
    if open_tokens(owner, now).count() >= MOST:
        raise WrongUse(f"you have {MOST} tokens already", "End one that you do not need.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        owner=owner,
        name=name,
        secret=_digest(secret),
        scopes=[act.value for act in wanted],
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, secret


def open_tokens(owner: Account, now: datetime):  # type: ignore[no-untyped-def]  # a QuerySet
    return Token.objects.filter(owner=owner, ended_at=None, expires_at__gt=now).order_by("-made_at")


def end(owner: Account, wanted: UUID, now: datetime) -> bool:
    """End one's own token; False if there is none that holds."""
    return bool(open_tokens(owner, now).filter(pk=wanted).update(ended_at=now))


def find(secret: str, now: datetime) -> Holder | None:
    """Who holds this secret. None for one that was never made, has ended or expired, or whose
    owner's account has ended or may hold no token any more: one answer for all.
    """
    if not _SECRET.fullmatch(secret):
        return None
    token = (
        Token.objects.select_related("owner")
        .filter(secret=_digest(secret), ended_at=None, expires_at__gt=now, owner__is_active=True)
        .first()
    )
    if token is None:
        return None
    role = Role(token.owner.role)
    if Act.HOLD_TOKEN not in TABLE[role]:
        return None
    if token.last_used_at is None or token.last_used_at < now - _USED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    acts = frozenset(act for act in scopes_of(role) if act.value in token.scopes)
    return Holder(token.pk, token.owner.pk, token.name, role, acts, token.expires_at)


def _digest(secret: str) -> str:
    # Plain SHA-256: the secret has 256 random bits, so there is nothing to guess slowly.
    return hashlib.sha256(secret.encode()).hexdigest()
