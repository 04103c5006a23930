# SPDX-License-Identifier: Apache-2.0
"""The page of one's own tokens for the API: make, list, end. A secret is shown once."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.evidence.event import EventKind
from comity.safeguard.role import Act, Role
from comity.web.accounts import journal
from comity.web.gate import account_of, page_of
from comity.web.project import node
from comity.work import tokens
from comity.work.models import Account, Token

SCOPE_WORDS = {
    Act.TAKE_IN: gettext_lazy("Hand in reports and read their receipts"),
    Act.SEE_QUEUE: gettext_lazy("Lists of mails and campaigns, without content"),
    Act.SEE_MAIL: gettext_lazy("The whole analysis of a mail; each look is recorded"),
    Act.SEE_STATISTICS: gettext_lazy("Statistics"),
}
DAY_WORDS = {
    30: gettext_lazy("30 days"),
    90: gettext_lazy("90 days"),
    365: gettext_lazy("One year"),
}


class Make(forms.Form):  # type: ignore[misc]
    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        help_text=gettext_lazy("The program or the machine that will use it."),
        max_length=100,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long does it hold?"),
        choices=list(DAY_WORDS.items()),
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: object, role: Role, **named: object) -> None:
        super().__init__(*args, **named)
        self.fields["scopes"].choices = [
            (act.value, SCOPE_WORDS[act]) for act in tokens.scopes_of(role)
        ]


@page_of(Act.HOLD_TOKEN)
def page(request: HttpRequest) -> HttpResponse:
    owner = account_of(request)
    if request.POST.get("act") == "end":
        _end(request, owner)
        return redirect("tokens")
    form = Make(request.POST or None, role=Role(owner.role))
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _make(owner, form.cleaned_data)
        form = Make(role=Role(owner.role))
    held = tokens.open_tokens(owner, node().now())
    context = {
        "form": form,
        "secret": secret,
        "tokens": [{"token": one, "scopes": _words(one)} for one in held],
    }
    return render(request, "tokens.html", context)


def _make(owner: Account, given: dict[str, object]) -> str:
    scopes = [Act(one) for one in given["scopes"]]  # type: ignore[attr-defined]
    days, name = int(str(given["days"])), str(given["name"])
    made, secret = tokens.make(owner, name, scopes, node().now(), days)
    try:
        journal(
            EventKind.TOKEN_MADE,
            str(owner.pk),
            str(made.pk),
            scopes=[act.value for act in scopes],
            days=days,
        )
    except BaseException:
        made.delete()  # nobody has seen its secret
        raise
    return secret


def _end(request: HttpRequest, owner: Account) -> None:
    try:
        wanted = UUID(request.POST.get("token", ""))
    except ValueError:
        return
    if tokens.end(owner, wanted, node().now()):
        journal(EventKind.TOKEN_ENDED, str(owner.pk), str(wanted))
        messages.success(request, _("The token is ended: no program can use it any more."))


def _words(token: Token) -> list[str]:
    return [str(SCOPE_WORDS[act]) for act in tokens.SCOPES if act.value in token.scopes]
