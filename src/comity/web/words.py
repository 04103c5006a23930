# SPDX-License-Identifier: Apache-2.0
"""Words for closed sets of the core, in the reader's language. The codes never change."""

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.safeguard.role import Role

LABELS = {
    "commercial": _("commercial"),
    "fraud": _("fraud"),
    "phishing": _("phishing"),
    "malware": _("malware"),
    "other": _("other"),
    "non-commercial": _("non-commercial"),
    "undetermined": _("undetermined"),
}

ROLE_WORDS = {
    Role.REPORTER_DESK: _("Reporter desk: takes reports in, answers citizens"),
    Role.ANALYST: _("Analyst: judges mails, finds campaigns"),
    Role.CASE_OFFICER: _("Case officer: turns campaigns into acts"),
    Role.SUPERVISOR: _("Supervisor: answers for the others' work"),
    Role.ADMINISTRATOR: _("Administrator: accounts and settings, reads no mail"),
    Role.AUDITOR: _("Auditor: reads who did what, reads no mail"),
}


def label(code: str) -> str:
    """The words for a category; the code itself for one that is not known."""
    return str(LABELS.get(code, code))


def country_name(code: str) -> str:
    """In the reader's language, by CLDR; the code itself where it has no name."""
    if not code:
        return label("undetermined")
    locale = Locale.parse((get_language() or "en").replace("-", "_"))
    return str(locale.territories.get(code, code))
