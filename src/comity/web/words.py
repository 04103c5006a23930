# SPDX-License-Identifier: Apache-2.0
"""Words for closed sets of the core, in the reader's language. The codes never change."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "commercial": _("commercial"),
    "fraud": _("fraud"),
    "phishing": _("phishing"),
    "malware": _("malware"),
    "other": _("other"),
    "non-commercial": _("non-commercial"),
    "undetermined": _("undetermined"),
}


def label(code: str) -> str:
    """The words for a category; the code itself for one that is not known."""
    return str(LABELS.get(code, code))
