# SPDX-License-Identifier: Apache-2.0
"""Pages of one mail: what it shows, why we say what we say, who reported it, its attachments.

Opens by `service.view`, journals each look before it is shown, and renders. Decides nothing; no
text of a mail leaves here unescaped but through `harmless`.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.evidence.event import EventKind
from comity.safeguard.role import Act
from comity.service import view
from comity.service.view import Mail
from comity.web import attachment_archive, harmless, mail_facts, words
from comity.web.accounts import journal
from comity.web.gate import account_of, page_of
from comity.web.project import node

SHOWS = ("text", "page", "source")
MAX_SOURCE = 262_144  # bytes of the source that are shown; ours: `comity raw` gives all of it
# What the frame of a mail may do: nothing but look. Styles stand in the cleaned page itself.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


class Purpose(forms.Form):  # type: ignore[misc]
    purpose = forms.CharField(
        label=gettext_lazy("What do you need it for?"),
        help_text=gettext_lazy("One sentence. It is kept in the journal with your name."),
        min_length=10,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )


def _open(digest: str) -> Mail:
    return view.open_mail(node(), digest)


def _seen(request: HttpRequest, kind: EventKind, digest: str, **detail: Any) -> None:
    journal(kind, str(account_of(request).pk), digest, **detail)


@page_of(Act.SEE_MAIL)
def page(request: HttpRequest, digest: str) -> HttpResponse:
    mail = _open(digest)
    asked = request.GET.get("show", "text")
    show = asked if asked in SHOWS else "text"
    _seen(request, EventKind.MAIL_SEEN, digest, show=show)
    marks = view.marks(mail)
    context: dict[str, Any] = {
        "mail": mail,
        "show": show,
        "tabs": _tabs(show),
        **mail_facts.head(mail),
        **mail_facts.verdict(mail, marks),
        "said": mail_facts.said(mail, str(account_of(request).pk)),
        **mail_facts.origin(mail, marks),
        **mail_facts.contents(mail),
        **mail_facts.report(mail),
        "fields": mail_facts.fields(mail, marks),
        "password": attachment_archive.PASSWORD,
        "verdict_url": _verdict_url(),
        "labels": words.LABELS,
    }
    if show == "text":
        context["text"] = mail_facts.marked_text(mail, marks)
        context["text_marks"] = [one for one in marks if one.span.where == "text"]
        context["hidden"] = mail_facts.hidden_text(mail, marks)
    elif show == "source":
        _seen(request, EventKind.MAIL_SOURCE_SEEN, digest)
        context["source"] = mail_facts.source(mail, marks, MAX_SOURCE)
        context["source_shown"] = min(MAX_SOURCE, len(mail.raw))
    return render(request, "mail/page.html", context)


def _tabs(show: str) -> list[dict[str, object]]:
    words = (("text", _("Text")), ("page", _("As a page")), ("source", _("Source")))
    return [{"show": name, "words": told, "here": name == show} for name, told in words]


def _verdict_url() -> str | None:
    try:
        return str(reverse("verdict"))
    except NoReverseMatch:
        return None


@page_of(Act.SEE_MAIL)
def frame(request: HttpRequest, digest: str) -> HttpResponse:
    """The page of the mail, harmless, for the sandboxed frame."""
    mail = _open(digest)
    _seen(request, EventKind.MAIL_SEEN, digest, show="frame")
    shown = []
    for is_html, characters in view.bodies(mail):
        clean = harmless.clean(characters, _("picture")) if is_html else None
        if is_html and clean is None:
            told = _("This page is too large or too deeply nested to be drawn. Read it as text.")
            shown.append(harmless.text_page(told))
        else:
            shown.append(harmless.text_page(characters) if clean is None else clean)
    # The one place where something of a mail is not escaped: it was cleaned just above.
    body = [mark_safe(one) for one in shown]  # noqa: S308
    response = render(request, "mail/frame.html", {"bodies": body})
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-DNS-Prefetch-Control"] = "off"
    return response


@page_of(Act.REVEAL_REPORTER)
def reporter(request: HttpRequest, digest: str) -> HttpResponse:
    """Who reported: asked for a purpose each time, and kept with it."""
    mail = _open(digest)
    form = Purpose(request.POST if request.method == "POST" else None)
    told: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        _seen(request, EventKind.REPORTER_REVEALED, digest, purpose=purpose)
        told = mail_facts.reporters(mail)
    context = {"mail": mail, "short": digest[:12], "form": form, "told": told}
    return render(request, "mail/reporter.html", context)


@page_of(Act.EXPORT_ATTACHMENT)
def attachment(request: HttpRequest, digest: str, file: str) -> HttpResponse:
    """One attached file in an archive with a password. Only by the button: a GET gives nothing."""
    if request.method != "POST":
        raise Http404
    mail = _open(digest)
    found, content = view.content_of(mail, file)
    _seen(request, EventKind.ATTACHMENT_EXPORTED, digest, attachment=file, size=len(content))
    response = HttpResponse(
        attachment_archive.archive(found.name, content), content_type="application/zip"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{file[:16]}.zip"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
