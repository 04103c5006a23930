# SPDX-License-Identifier: Apache-2.0
"""The words of a mail's findings in the reader's language: hops, forms, results. No decisions."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comity.trace.diagram import Words
from comity.trace.trace import Standing

ANSWERS = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "undetermined": gettext_lazy("undetermined"),
}
CONFIDENCE = {
    "high": gettext_lazy("high confidence"),
    "medium": gettext_lazy("medium confidence"),
    "low": gettext_lazy("low confidence"),
    "none": gettext_lazy("no confidence"),
}
KINDS = {
    "mailbox-provider": gettext_lazy("a mailbox provider"),
    "relay": gettext_lazy("a relay"),
    "hosting": gettext_lazy("a rented server"),
    "access": gettext_lazy("an access line"),
    "unknown": gettext_lazy("of unknown kind"),
}
FORMS = {
    "eml": gettext_lazy("the mail itself"),
    "arf": gettext_lazy("a feedback report (ARF)"),
    "xarf": gettext_lazy("an XARF report"),
    "attached": gettext_lazy("a mail that carries it attached"),
    "inline": gettext_lazy("a forward in the text of another mail"),
    "msg": gettext_lazy("an Outlook item"),
    "sms": gettext_lazy("a messaging record"),
    "not-mail": gettext_lazy("no mail"),
}
GRADES = {
    "A": gettext_lazy("raw mail with its own header as received"),
    "B": gettext_lazy("wrapped or rewritten by a client, header present"),
    "C": gettext_lazy("forwarded in the text, header lost"),
    "D": gettext_lazy("text or picture only"),
}


def standing() -> dict[Standing, str]:
    return {
        Standing.VOUCHED: _("vouched"),
        Standing.CLAIMED: _("claimed"),
        Standing.FORGED: _("forged"),
        Standing.UNPARSED: _("not readable"),
    }


def words() -> Words:
    """What the hop diagram says."""
    return Words(
        title=_("The way of the mail, newest on top"),
        desc=_("{hops} lines, {vouched} of them vouched for. Trust ends below line {boundary}."),
        nothing_vouched=_("{hops} lines. None was written by a host we trust."),
        boundary=_("Trust ends here: below it, only claims"),
        unknown=_("unknown host"),
        no_time=_("no time"),
        took_from=_("from {peer}"),
        nobody=_("nobody named"),
        more=_("{count} more lines stand in the table"),
        standing=standing(),
    )
