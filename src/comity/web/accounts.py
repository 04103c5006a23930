# SPDX-License-Identifier: Apache-2.0
"""Signing in by allauth, and what the journal hears of it. Accounts come by invitation only."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from comity.evidence.event import Event, EventKind
from comity.web.project import node

FRESH = 300  # seconds after signing in within which nothing more is asked; as allauth's own
_SINCE = "signed_in_at"  # in the session


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who leaves a browser alone does not leave his second factor to the next one at it."""
        return time.time() - float(self.request.session.get(_SINCE, 0)) > FRESH


def journal(kind: EventKind, actor: str, subject: str, **detail: Any) -> int:
    """Seal an event before what it tells of is shown or done. Gives its leaf."""
    return node().journal.append(Event(kind, actor, node().now(), subject, detail))


@receiver(user_logged_in)  # type: ignore[untyped-decorator]
def _signed_in(sender: object, request: HttpRequest, user: Any, **_: object) -> None:
    request.session[_SINCE] = time.time()
    journal(EventKind.ACCOUNT_SIGNED_IN, str(user.pk), str(user.pk))


@receiver(user_login_failed)  # type: ignore[untyped-decorator]
def _refused(sender: object, credentials: dict[str, str], **_: object) -> None:
    # Which address was tried is personal data and may hold a password typed in the wrong field.
    journal(EventKind.ACCOUNT_REFUSED, "node", "sign-in")


@receiver(authentication_failed)  # type: ignore[untyped-decorator]
def _wrong_code(sender: object, user: Any, **_: object) -> None:
    """The password was right and the second factor was not: whose account it is matters here."""
    journal(EventKind.ACCOUNT_REFUSED, "node", str(user.pk), what="second factor")


@receiver(password_changed)  # type: ignore[untyped-decorator]
def _new_password(sender: object, user: Any, **_: object) -> None:
    journal(EventKind.ACCOUNT_PASSWORD, str(user.pk), str(user.pk))


def _factor(became: str) -> Callable[..., None]:
    def heard(sender: object, user: Any, authenticator: Any, **_: object) -> None:
        detail = {"which": str(authenticator.type), "became": became}
        journal(EventKind.ACCOUNT_FACTOR, str(user.pk), str(user.pk), **detail)

    return heard


_HEARD = {  # kept: a signal holds its hearers loosely
    authenticator_added: _factor("added"),
    authenticator_removed: _factor("removed"),
    authenticator_reset: _factor("made anew"),
}
for _signal, _hearer in _HEARD.items():
    _signal.connect(_hearer)
