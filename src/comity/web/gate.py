# SPDX-License-Identifier: Apache-2.0
"""The one door to every page: who asks, and may they. Views are made through `page_of`.

Asks `safeguard.role`; a view that is not made here answers nobody (a test walks all addresses).
"""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from comity.safeguard.role import Act, Role, may
from comity.web import project
from comity.work.models import Account

View = Callable[..., HttpResponse]
ASKED = "_comity_act"  # set on each view: what it takes, None for pages that anybody may see


def role_of(request: HttpRequest) -> Role | None:
    """None for nobody, and for an account that was ended."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    return Role(user.role)


def account_of(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def protected(request: HttpRequest) -> bool:
    """Whether the account has its second factor: without it, no page of the console is shown."""
    from allauth.mfa.utils import is_mfa_enabled

    return not project.second_factor() or bool(is_mfa_enabled(request.user))


def page_of(act: Act) -> Callable[[View], View]:
    """For those who may do this. Others sign in, or see that there is no such page.

    Whoever has no second factor yet is led to set it up first.
    """

    def gated(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            role = role_of(request)
            if role is None:
                return redirect("/sign-in/?" + urlencode({"next": request.get_full_path()}))
            if not may(role, act):
                raise Http404
            if not protected(request):
                return redirect("mfa_activate_totp")
            return view(request, *args, **named)

        setattr(asked, ASKED, act)
        return asked

    return gated


def open_page(view: View) -> View:
    """For anybody: sign-in, set-up, static files, health."""
    opened = login_not_required(view)
    setattr(opened, ASKED, None)
    return cast(View, opened)
