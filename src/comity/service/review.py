# SPDX-License-Identifier: Apache-2.0
"""Use cases: a person corrects what the machine found, and may take it back.

Each puts an event into the sealed journal first, then brings the index up to it, so that nothing
that was said is lost when the index is. Events name mails, never campaigns: ids change when mails
come in, digests do not. Whether a role may do it is asked before (`safeguard.role`).
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from comity.category.assessment import Label
from comity.evidence.event import Event, EventKind
from comity.service.index import catch_up_journal
from comity.service.ports import Node
from comity.service.reanalyse import find_campaigns
from comity.values.errors import BadData, WrongUse
from comity.values.json import JSON

MOST_MAILS = 700  # in one event; ours: their digests and a note stay below its 64 KiB
MOST_CAMPAIGNS = 40  # in one join; ours
NAMED = 16  # mails that stand for a campaign; ours: if one is torn away later, the rest still tell
MAX_NOTE = 2_000  # characters of a note or a reason; ours
MAX_NAME = 100  # characters of a campaign's name; ours


def correct(node: Node, mails: Sequence[str], label: Label, actor: str, note: str = "") -> int:
    """Say what these mails are. Gives the event's leaf. Raises WrongUse, BadData."""
    wanted = _mails(mails)
    labels = node.decisions.labels(wanted)
    for mail in wanted:
        if mail not in labels:
            raise BadData(f"there is no mail {mail[:12]} at this node", "Choose it in the queue.")
    detail: dict[str, JSON] = {
        "mails": [*wanted],
        "label": label.value,
        "before": dict(sorted(Counter(labels.values()).items())),
        "note": _note(note),
    }
    return _decide(node, EventKind.MAIL_VERDICT, actor, wanted[0], detail)


def name(node: Node, campaign: str, called: str, actor: str, before: str = "") -> int:
    """Call a campaign by a name people know it by; "" takes the name away."""
    called = _one_line(called)
    if len(called) > MAX_NAME:
        raise WrongUse(
            f"this name has {len(called)} characters, more than {MAX_NAME}", "Choose a shorter one."
        )
    mails = _standing_for(node, campaign)
    detail: dict[str, JSON] = {"mails": [*mails], "name": called, "before": before}
    return _decide(node, EventKind.CAMPAIGN_NAMED, actor, mails[0], detail)


def join(node: Node, campaigns: Sequence[str], actor: str, reason: str) -> int:
    """Say that these campaigns are one. Finds campaigns anew before it returns."""
    ids = sorted(set(campaigns))
    if len(ids) < 2:
        raise WrongUse("a join takes two different campaigns", "Name another campaign.")
    if len(ids) > MOST_CAMPAIGNS:
        raise WrongUse(
            f"these are {len(ids)} campaigns, more than {MOST_CAMPAIGNS}", "Join fewer at a time."
        )
    mails = [mail for one in ids for mail in _standing_for(node, one)]
    detail: dict[str, JSON] = {"mails": [*mails], "with": [*ids], "reason": _reason(reason)}
    return _regroup(node, EventKind.CAMPAIGN_JOINED, actor, min(mails), detail)


def split(node: Node, campaign: str, mails: Sequence[str], actor: str, reason: str) -> int:
    """Say that these mails of a campaign are one of their own, or alone if it is one mail."""
    wanted = _mails(mails)
    places = node.decisions.campaigns_of(wanted)
    if any(places.get(mail) != campaign for mail in wanted):
        raise WrongUse(
            "not all of the chosen mails are in this campaign any more",
            "Load the campaign anew and choose again.",
        )
    members = node.decisions.members(campaign, len(wanted) + NAMED)
    beside = [mail for mail in members if mail not in set(wanted)][:NAMED]  # tell where it was
    if not beside:
        raise WrongUse("these are all mails of the campaign", "Leave out those that stay.")
    detail: dict[str, JSON] = {
        "mails": [*wanted],
        "beside": [*beside],
        "from": campaign,
        "reason": _reason(reason),
    }
    return _regroup(node, EventKind.CAMPAIGN_SPLIT, actor, wanted[0], detail)


def undo(node: Node, leaf: int, actor: str) -> int:
    """Take back what this person said; once is enough. Gives the leaf of the undoing."""
    catch_up_journal(node)
    found = node.decisions.decision(leaf)
    if found is None:
        raise BadData(
            f"event {leaf} of the journal is nothing that can be undone",
            "Correct the mail or the campaign from its own page.",
        )
    if found.actor != actor:
        raise WrongUse(
            "only the person who made a correction can undo it", "Make a correction of your own."
        )
    if found.undone is not None:
        return found.undone
    mails = found.detail["mails"]
    subject = str(mails[0]) if isinstance(mails, list) else ""
    detail: dict[str, JSON] = {"leaf": leaf, "kind": found.kind.value}
    if found.kind in (EventKind.CAMPAIGN_JOINED, EventKind.CAMPAIGN_SPLIT):
        return _regroup(node, EventKind.UNDONE, actor, subject, detail)
    return _decide(node, EventKind.UNDONE, actor, subject, detail)


def _decide(node: Node, kind: EventKind, actor: str, subject: str, detail: dict[str, JSON]) -> int:
    """The event first: from here on it holds, whatever becomes of the index."""
    leaf = node.journal.append(Event(kind, actor, node.now(), subject, detail))
    catch_up_journal(node)
    return leaf


def _regroup(node: Node, kind: EventKind, actor: str, subject: str, detail: dict[str, JSON]) -> int:
    leaf = _decide(node, kind, actor, subject, detail)
    # The short way gives the same campaigns, with the links that were known.
    if kind is EventKind.UNDONE or not node.decisions.regroup(leaf, node.now()):
        find_campaigns(node)
    return leaf


def _mails(mails: Sequence[str]) -> list[str]:
    wanted = sorted(set(mails))
    if not wanted:
        raise WrongUse("no mail was chosen", "Mark at least one.")
    if len(wanted) > MOST_MAILS:
        raise WrongUse(
            f"these are {len(wanted)} mails, more than {MOST_MAILS}", "Choose fewer at a time."
        )
    return wanted


def _standing_for(node: Node, campaign: str) -> list[str]:
    mails = node.decisions.members(campaign, NAMED)
    if not mails:
        raise BadData(f"there is no campaign {campaign}", "Choose it from the list of campaigns.")
    return mails


def _reason(text: str) -> str:
    reason = _note(text)
    if not reason:
        raise WrongUse("there is no reason", "Say in a few words why, for those who come after.")
    return reason


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > MAX_NOTE:
        raise WrongUse(
            f"this note has {len(note)} characters, more than {MAX_NOTE}", "Make it shorter."
        )
    return note


def _one_line(text: str) -> str:
    """Without marks that are not seen: a name stands in lists, beside other words."""
    seen = "".join(char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return " ".join(seen.split())
