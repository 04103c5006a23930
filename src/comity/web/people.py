# SPDX-License-Identifier: Apache-2.0
"""Pages of accounts: sign in, accept an invitation, invite, change a role, end an account."""

from allauth.account import views as account
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.evidence.event import EventKind
from comity.safeguard.role import Act, Role
from comity.web.accounts import journal
from comity.web.gate import account_of, open_page, page_of
from comity.web.project import node
from comity.web.words import ROLE_WORDS
from comity.work import invite as invitations
from comity.work.models import Account, Invitation

sign_in = open_page(account.login)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Welcome(forms.Form):  # type: ignore[misc]
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Mail address"), widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 12 characters. A sentence is easier to keep in mind."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, invited: str, **named: object) -> None:
        super().__init__(*args, **named)
        if invited:
            del self.fields["email"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        about = Account(
            email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", "")
        )
        password_validation.validate_password(password, about)
        return password


class Invite(forms.Form):  # type: ignore[misc]
    email = forms.EmailField(label=gettext_lazy("Mail address"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, words) for role, words in ROLE_WORDS.items()],
        widget=forms.RadioSelect,
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if Account.objects.filter(email=email).exists():
            raise ValidationError(_("There is an account with this address already."))
        return email


@open_page
def welcome(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation: one page, then the second factor."""
    found = invitations.open_invitation(secret, node().now())
    form = Welcome(request.POST or None, invited=found.email)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = invitations.accept(
            secret, given.get("email", ""), given["name"], given["password"], node().now()
        )
        journal(EventKind.ACCOUNT_MADE, found.invited_by, str(made.pk), role=made.role)
        login(request, made, backend=BACKEND)
        messages.success(request, _("Your account is made. Now protect it with a second factor."))
        return redirect("mfa_activate_totp")
    role = ROLE_WORDS[Role(found.role)]
    return render(request, "welcome.html", {"form": form, "role_words": role, "invited": found})


@page_of(Act.MANAGE_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Who has an account; a POST changes a role, ends an account, takes an invitation back."""
    if request.method == "POST":
        _change(request)
        return redirect("accounts")
    waiting = Invitation.objects.filter(used_at=None, expires_at__gt=node().now())
    people = Account.objects.order_by("-is_active", "name")
    context = {
        "accounts": [(one, ROLE_WORDS[Role(one.role)]) for one in people],
        "waiting": [(one, ROLE_WORDS[Role(one.role)]) for one in waiting.order_by("expires_at")],
        "roles": [(role.value, words) for role, words in ROLE_WORDS.items()],
    }
    return render(request, "accounts.html", context)


def _change(request: HttpRequest) -> None:
    act, by = request.POST.get("act", "role"), str(account_of(request).pk)
    if act == "take-back":
        _take_back(request, by)
        return
    try:
        who = Account.objects.get(pk=request.POST.get("account", ""), is_active=True)
    except (Account.DoesNotExist, ValidationError):
        messages.error(request, _("There is no such account any more. Nothing was changed."))
        return
    if who == account_of(request):  # else the last administrator could lock himself out
        messages.error(request, _("Your own account is changed by another administrator."))
    elif act == "end":
        journal(EventKind.ACCOUNT_ENDED, by, str(who.pk))
        _end(who)
        messages.success(request, _("The account is ended: it is signed out everywhere."))
    elif act == "role" and request.POST.get("role") in set(Role):
        journal(EventKind.ACCOUNT_ROLE, by, str(who.pk), before=who.role, role=request.POST["role"])
        who.role = request.POST["role"]
        who.save(update_fields=["role"])
        messages.success(request, _("The role is changed."))


def _end(who: Account) -> None:
    """One act ends all: every session (the account is asked anew for each page), the password, the
    second factor, and the links that this person made and might keep for later (P04).

    The address is set free, so that who comes back, or lost phone and codes, is invited anew.
    """
    who.is_active = False
    who.email = f"{who.pk}@ended.invalid"
    who.set_unusable_password()
    who.save(update_fields=["is_active", "email", "password"])
    Authenticator.objects.filter(user=who).delete()
    Invitation.objects.filter(invited_by=str(who.pk), used_at=None).delete()


def _take_back(request: HttpRequest, by: str) -> None:
    asked = request.POST.get("invitation", "")[:18]
    found = Invitation.objects.filter(
        pk=int(asked) if asked.isascii() and asked.isdigit() else None, used_at=None
    ).first()
    if found is None:
        messages.error(request, _("This invitation was used already, or taken back."))
        return
    journal(EventKind.UNDONE, by, "invitation", role=found.role)
    found.delete()
    messages.success(request, _("The invitation is taken back: its link does not hold any more."))


@page_of(Act.MANAGE_ACCOUNTS)
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation; its link is shown once, for the administrator to pass on."""
    form = Invite(request.POST or None)
    link = ""
    if request.method == "POST" and form.is_valid():
        role, email = Role(form.cleaned_data["role"]), form.cleaned_data["email"]
        by = str(account_of(request).pk)
        journal(EventKind.ACCOUNT_INVITED, by, "invitation", role=role.value)
        secret = invitations.invite(email, role, by, node().now())
        link = request.build_absolute_uri(reverse("welcome", args=(secret,)))
    return render(request, "invite.html", {"form": form, "link": link})
