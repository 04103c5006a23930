# SPDX-License-Identifier: Apache-2.0
"""Signing in by allauth, and what the journal hears of it. Accounts come by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from comity.evidence.event import Event, EventKind
from comity.web.project import node


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def journal(kind: EventKind, actor: str, subject: str, **detail: Any) -> int:
    """Seal an event before what it tells of is shown or done. Gives its leaf."""
    return node().journal.append(Event(kind, actor, node().now(), subject, detail))


@receiver(user_logged_in)  # type: ignore[untyped-decorator]
def _signed_in(sender: object, request: HttpRequest, user: Any, **_: object) -> None:
    journal(EventKind.ACCOUNT_SIGNED_IN, str(user.pk), str(user.pk))


@receiver(user_login_failed)  # type: ignore[untyped-decorator]
def _refused(sender: object, credentials: dict[str, str], **_: object) -> None:
    # Which address was tried is personal data and may hold a password typed in the wrong field.
    journal(EventKind.ACCOUNT_REFUSED, "node", "sign-in")
