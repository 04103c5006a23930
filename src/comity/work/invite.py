# SPDX-License-Identifier: Apache-2.0
"""Invitations: the only way to an account. A secret link, once, for some days.

Written to the journal by the caller. Raises WrongUse for a link that does not hold.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from comity.safeguard.role import Role
from comity.values.errors import WrongUse
from comity.work.models import Account, Invitation

VALID = timedelta(days=7)  # ours: a week, so that a holiday does not break it
SET_UP_VALID = timedelta(hours=24)
NODE = "node"


def invite(email: str, role: Role, by: str, now: datetime, valid: timedelta = VALID) -> str:
    """The secret to put into the link; it is not kept and cannot be shown again."""
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(
        secret=_digest(secret),
        email=email.strip().lower(),
        role=role.value,
        invited_by=by,
        expires_at=now + valid,
    )
    return secret


def first_link(now: datetime) -> str | None:
    """A new secret for the first administrator, as long as there is no account; older ones end."""
    if Account.objects.exists():
        return None
    Invitation.objects.filter(invited_by=NODE, used_at=None).delete()
    return invite("", Role.ADMINISTRATOR, NODE, now, SET_UP_VALID)


def open_invitation(secret: str, now: datetime) -> Invitation:
    """The invitation behind a link. One answer for all that do not hold."""
    found = Invitation.objects.filter(
        secret=_digest(secret), used_at=None, expires_at__gt=now
    ).first()
    if found is None:
        raise WrongUse(
            "this invitation does not hold: it was used, has expired, or was never made",
            "Ask an administrator of this node for a new one.",
        )
    return found  # type: ignore[no-any-return]


def accept(secret: str, email: str, name: str, password: str, now: datetime) -> Account:
    """Make the account. The invited address wins over the one typed."""
    with transaction.atomic():
        found = open_invitation(secret, now)
        taken = Invitation.objects.filter(pk=found.pk, used_at=None).update(used_at=now)
        if not taken:
            open_invitation("", now)  # somebody was quicker: the same answer
        try:
            return Account.objects.make(found.email or email, name, Role(found.role), password)
        except IntegrityError:
            raise WrongUse(
                "there is an account with this address already", "Sign in with it instead."
            ) from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
