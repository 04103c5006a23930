# SPDX-License-Identifier: Apache-2.0
"""Roles × acts: the whole table, written out once more by hand."""

import pytest

from comity.safeguard.role import TABLE, Act, Role, may

D, A, C, S, M, U = "D", "A", "C", "S", "M", "U"  # desk, analyst, case officer, supervisor, …
LETTER = dict(zip(Role, (D, A, C, S, M, U), strict=True))
WANTED = {
    Act.TAKE_IN: "DACS",
    Act.SEE_QUEUE: "DACS",
    Act.SEE_MAIL: "ACS",
    Act.REVEAL_REPORTER: "DCS",
    Act.EXPORT_ATTACHMENT: "ACS",
    Act.EXPORT_LIST: "ACS",
    Act.CORRECT: "ACS",
    Act.GROUP: "ACS",
    Act.SEE_STATISTICS: "DACSMU",
    Act.SEE_AUDIT: "U",
    Act.MANAGE_ACCOUNTS: "M",
    Act.SEE_HEALTH: "SMU",
    Act.HOLD_TOKEN: "DACS",
}


def test_every_role_and_every_act_has_its_row():
    assert set(TABLE) == set(Role)
    assert set(WANTED) == set(Act)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_table(role, act):
    assert may(role, act) == (LETTER[role] in WANTED[act])


@pytest.mark.parametrize("act", Act)
def test_nobody_may_do_nothing(act):
    assert not may(None, act)
