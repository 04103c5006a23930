# SPDX-License-Identifier: Apache-2.0
"""What every page shows around its content: who is signed in, where one can go, which node."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from comity.safeguard.role import Act, may
from comity.web.gate import role_of
from comity.web.project import node
from comity.web.static_files import stamp
from comity.web.words import ROLE_WORDS

# (act it takes, name of the address, words, letter after "g")
_PLACES = (
    (Act.SEE_QUEUE, "queue", _("Queue"), "q"),
    (Act.SEE_QUEUE, "campaigns", _("Campaigns"), "c"),
    (Act.SEE_STATISTICS, "statistics", _("Statistics"), "s"),
    (Act.SEE_AUDIT, "audit", _("Audit"), "a"),
    (Act.MANAGE_ACCOUNTS, "accounts", _("Accounts"), "p"),
    (Act.SEE_HEALTH, "health", _("Health"), "h"),
)


def page(request: HttpRequest) -> dict[str, object]:
    role = role_of(request)
    return {
        "places": [
            {"url": reverse(name), "words": words, "key": key, "here": _here(request, name)}
            for act, name, words, key in _PLACES
            if may(role, act)
        ],
        "acts": {act.name.lower() for act in Act if may(role, act)},
        "role": role,
        "role_words": ROLE_WORDS[role] if role else "",
        "country": node().settings.country,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "stamp": stamp(),
    }


def _here(request: HttpRequest, name: str) -> bool:
    return bool(request.path.startswith(reverse(name)))
