# SPDX-License-Identifier: Apache-2.0
"""What both kinds of forward share: the subject's prefix, and which mails are never forwards.

A spam, a bounce or a list mail may hold another mail. It stays itself, since its own bytes and its
own trace are what the officer needs. Pure, reads no body.
"""

import re

from comity.report.eml import Look, address_of
from comity.report.forward_words import PREFIXES

_MAX_SUBJECT = 2000  # characters looked at; ours
_PREFIX = re.compile(
    r"\s*([^\s:\uff1a\[\]()][^:\uff1a\[\]()]{0,24}?)\s*(?:[\[(]\d{1,3}[\])])?\s*[:\uff1a]"
)
_TAG = re.compile(r"\s*\[([^\[\]]{1,40})\]\s*")
_CLASSIC = re.compile(r"\s*\[\s*fwd\s*:(.*?)\]?\s*", re.IGNORECASE | re.DOTALL)
_REPLIES = frozenset(
    "re aw antw sv vs ref rif r res odp ynt antwort 답장 回复 回覆 返信 رد ответ".split()
)
_BOUNCERS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})


def _peel(subject: str) -> tuple[str, bool] | None:
    """(what is left, was it a forward's prefix), or None if there is no prefix in front."""
    classic = _CLASSIC.fullmatch(subject)
    if classic:
        return classic[1], True
    found = _PREFIX.match(subject)
    if found:
        word = " ".join(found[1].split()).lower()
        if word in PREFIXES:
            return subject[found.end() :], True
        if word in _REPLIES:
            return subject[found.end() :], False
    tag = _TAG.match(subject)
    if tag:
        return subject[tag.end() :], tag[1].strip().lower() in PREFIXES
    return None


def peeled(subject: str) -> tuple[str, bool]:
    """(the subject without prefixes and tags, folded for comparing; did it say "forward")."""
    left, forward = " ".join(subject[:_MAX_SUBJECT].split()), False
    for _ in range(10):
        peel = _peel(left)
        if peel is None:
            break
        left, one = peel
        forward = forward or one
    return " ".join(left.split()).casefold(), forward


def says_forward(subject: str) -> bool:
    if ":" not in subject and "\uff1a" not in subject and "[" not in subject:
        return False  # no prefix and no tag
    return peeled(subject)[1]


def same_subject(outer: str, inner: str) -> bool:
    """Is the outer subject the inner one with prefixes, or a cut of it?"""
    one, other = peeled(outer)[0], peeled(inner)[0]
    if not one or not other:
        return one == other
    return one == other or (min(len(one), len(other)) >= 8 and (one in other or other in one))


def sent_to(seen: Look, desks: frozenset[str]) -> bool:
    """Is one of these reporting addresses (lower case) a recipient of the mail?"""
    if not desks:
        return False
    told = " ".join(seen.value(key) or "" for key in (b"to", b"cc", b"delivered-to")).lower()
    return any(desk in told for desk in desks)


def is_own_thing(seen: Look, to_desk: bool = False) -> str | None:
    """Why this mail can't be a person's forward, or None: a bounce, an answer, a list's mail.

    What reached a reporting desk through a redirect is still a report (`to_desk`).
    """
    kind = (seen.value(b"content-type") or "").lower()
    if "multipart/report" in kind:
        return "it is a delivery or disposition report"
    path = (seen.value(b"return-path") or "").strip().lower()
    if path == "<>":
        return "it came with the empty return path of bounces"
    submitted = (seen.value(b"auto-submitted") or "no").strip().lower()
    if not submitted.startswith("no"):
        return "it says that a program sent it"
    sender = (address_of(seen.value(b"from")) or "").partition("@")[0].lower()
    if sender in _BOUNCERS or seen.has(b"x-failed-recipients"):
        return "it is from a mail system"
    if to_desk:
        return None
    if "+caf_=" in path or seen.has(b"x-forwarded-for") or seen.has(b"resent-from"):
        # Gmail's, Exchange's and RFC 5322's marks: a filter or a redirect brought it, no person
        # sent it here. It is a copy out of some mailbox, and as such the mail itself.
        return "it was redirected from another mailbox"
    if seen.has(b"list-id") or seen.has(b"list-post") or seen.has(b"list-unsubscribe"):
        return "it came through a mailing list"
    return None
