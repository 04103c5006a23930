# SPDX-License-Identifier: Apache-2.0
"""What joining the rooms decides: whose header is believed, by which bytes a mail is known."""

from dataclasses import replace

import pytest

from comity.bootstrap.knowledge import knowledge
from comity.report.form import Form, Grade, report_of
from comity.service.analyse import analyse_reports

KNOWN = knowledge(policy="demo")
MAIL = (
    b"Received: from a.example (a.example [198.51.100.7]) by mx.b.example (Postfix) with ESMTP;\r\n"
    b" Tue, 03 Nov 2026 10:00:00 +0000\r\nFrom: a@a.example\r\nSubject: hello\r\n\r\ntext\r\n"
)
GRADES = {  # grade: whether its header was delivered by somebody
    Grade.A: True,
    Grade.B: True,  # of an Outlook item: rebuilt bytes, delivered header
    Grade.C: False,
    Grade.D: False,
}


@pytest.mark.parametrize(("grade", "traced"), GRADES.items(), ids=GRADES)
def test_a_header_is_believed_unless_it_was_lost(grade, traced):
    made = report_of(MAIL, form=Form.MSG, grade=grade, path="x", made_of=b"received bytes")
    (found,) = analyse_reports([made], KNOWN)
    assert found.trace is not None
    assert (found.trace.origin is not None) is traced


def test_a_rebuilt_mail_is_compared_under_the_digest_of_what_was_received():
    made = report_of(MAIL, form=Form.INLINE, grade=Grade.C, path="x", made_of=b"received bytes")
    (found,) = analyse_reports([made], KNOWN)
    assert found.fingerprint is not None and found.message is not None
    assert found.fingerprint.digest == made.digest != found.message.digest


def test_what_is_no_mail_keeps_its_place_among_mails():
    mail = report_of(MAIL, form=Form.EML, grade=Grade.A, path="x")
    noise = replace(mail, form=Form.NOT_MAIL)
    found = analyse_reports([mail, noise, mail], KNOWN)
    assert [one.message is not None for one in found] == [True, False, True]
