# SPDX-License-Identifier: Apache-2.0
"""Say what mails are, and take back what one said. Both only change; each answers with a page.

Decides nothing: `service.review` does, and writes it into the journal.
"""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.category.assessment import Label
from comity.safeguard.role import Act
from comity.service import review
from comity.values.errors import WrongUse
from comity.web.gate import account_of, page_of
from comity.web.project import node
from comity.web.words import label as label_words


@page_of(Act.CORRECT)
def verdict(request: HttpRequest) -> HttpResponse:
    """POST: `mail` (once or more), `label`, `note`, `next`."""
    only_post(request)
    mails = request.POST.getlist("mail")
    try:
        label = Label(request.POST.get("label", ""))
    except ValueError:
        raise WrongUse(_("No category was chosen."), _("Go back and choose one.")) from None
    actor = str(account_of(request).pk)
    leaf = review.correct(node(), mails, label, actor, request.POST.get("note", ""))
    count = len(set(mails))
    told = ngettext(
        "%(count)d mail now counts as %(label)s.",
        "%(count)d mails now count as %(label)s.",
        count,
    )
    done(request, told % {"count": count, "label": label_words(label.value)}, leaf)
    return redirect(_back(request))


@page_of(Act.CORRECT)
def undo(request: HttpRequest) -> HttpResponse:
    """POST: `leaf` of what is taken back, `next`."""
    only_post(request)
    text = request.POST.get("leaf", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise WrongUse(
            _("It is not said what to undo."), _("Use the button beside the correction.")
        )
    review.undo(node(), int(text), str(account_of(request).pk))
    messages.success(request, _("Undone. The journal keeps both."))
    return redirect(_back(request))


def only_post(request: HttpRequest) -> None:
    """These addresses hold no page of their own."""
    if request.method != "POST":
        raise Http404


def done(request: HttpRequest, told: str | Promise, leaf: int) -> None:
    """Say what was done, with a button that undoes it (its form is in `base.html`)."""
    button = '{} <button form="undo" name="leaf" value="{}" data-key="z">{}</button>'
    messages.success(request, format_html(button, told, leaf, _("Undo")))


def _back(request: HttpRequest) -> str:
    """Where the form was, if that is a page of ours (never another host: W02)."""
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and urlsplit(wanted).path.startswith("/") else "/"
