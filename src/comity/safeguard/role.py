# SPDX-License-Identifier: Apache-2.0
"""Roles of people at a node, and what each may do. The one table that every page and endpoint asks.

Decides from the role alone; who holds a role is known to `store.work`. A new act is allowed to
nobody until it is named here.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to this node. One each: somebody with two jobs has the wider one."""

    REPORTER_DESK = "reporter-desk"  # takes reports in, answers citizens
    ANALYST = "analyst"  # judges mails, finds campaigns
    CASE_OFFICER = "case-officer"  # turns campaigns into acts; may learn who reported
    SUPERVISOR = "supervisor"  # answers for the others' work
    ADMINISTRATOR = "administrator"  # accounts and settings; reads no mail (abuse case P03)
    AUDITOR = "auditor"  # reads what was done by whom; reads no mail, changes nothing


class Act(StrEnum):
    """What can be done at a node."""

    TAKE_IN = "take-in"  # hand in reports
    SEE_QUEUE = "see-queue"  # lists of reports and campaigns, search
    SEE_MAIL = "see-mail"  # one mail: text, header, source, attachments as facts
    REVEAL_REPORTER = "reveal-reporter"  # who reported; asked for a purpose each time
    EXPORT_ATTACHMENT = "export-attachment"  # as a password-protected archive
    EXPORT_LIST = "export-list"  # CSV and JSON of a list
    CORRECT = "correct"  # a verdict, an origin
    GROUP = "group"  # name, join, split a campaign
    SEE_STATISTICS = "see-statistics"
    SEE_AUDIT = "see-audit"  # who did what; verify the log
    MANAGE_ACCOUNTS = "manage-accounts"  # invite, change a role, end an account
    SEE_HEALTH = "see-health"
    HOLD_TOKEN = "hold-token"  # noqa: S105  # use the API with a token of one's own


_DESK = frozenset(
    (Act.TAKE_IN, Act.SEE_QUEUE, Act.REVEAL_REPORTER, Act.SEE_STATISTICS, Act.HOLD_TOKEN)
)
_ANALYST = frozenset(
    (
        Act.TAKE_IN,
        Act.SEE_QUEUE,
        Act.SEE_MAIL,
        Act.EXPORT_ATTACHMENT,
        Act.EXPORT_LIST,
        Act.CORRECT,
        Act.GROUP,
        Act.SEE_STATISTICS,
        Act.HOLD_TOKEN,
    )
)
_OFFICER = _ANALYST | {Act.REVEAL_REPORTER}

TABLE: dict[Role, frozenset[Act]] = {
    Role.REPORTER_DESK: _DESK,
    Role.ANALYST: _ANALYST,
    Role.CASE_OFFICER: _OFFICER,
    Role.SUPERVISOR: _OFFICER | {Act.SEE_HEALTH},
    Role.ADMINISTRATOR: frozenset((Act.MANAGE_ACCOUNTS, Act.SEE_HEALTH, Act.SEE_STATISTICS)),
    Role.AUDITOR: frozenset((Act.SEE_AUDIT, Act.SEE_HEALTH, Act.SEE_STATISTICS)),
}


def may(role: Role | None, act: Act) -> bool:
    """Whether a person of this role may do this; nobody (None) may do nothing."""
    return role is not None and act in TABLE[role]
