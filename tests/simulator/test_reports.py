# SPDX-License-Identifier: Apache-2.0
"""Citizens' reports: each form and container is made, and holds the exact mail where it can."""

import hashlib
import io
import json
import mailbox
import zipfile
from base64 import b64decode
from dataclasses import replace
from email import message_from_bytes

import pytest

from simulator.forwards import CLIENTS
from simulator.reports import BLOCK, FORMS, MBOXES, mbox
from simulator.world import World


@pytest.fixture(scope="module")
def reports():
    return list(World(4, 1000).reports())


def test_every_form_and_container_is_made(reports):
    assert {report.form for report in reports} == set(FORMS)
    assert {report.container for report in reports} == {None, "maildir", "zip", *MBOXES}


def test_the_same_seed_gives_the_same_reports(reports):
    again = World(4, 1000)
    number = 3
    wanted = list(again.reports_of(number))
    first, last = number * BLOCK, (number + 1) * BLOCK
    same = [r for r in reports if first <= r.mails[0].truth.index < last]
    assert [r.content for r in wanted] == [r.content for r in same]


def test_paths_are_unique(reports):
    assert len({report.path for report in reports}) == len(reports)


@pytest.mark.parametrize("form", ["arf", "attached"])
def test_the_exact_mail_is_inside(reports, form):
    for report in (r for r in reports if r.form == form):
        assert report.mails[0].raw in report.content


def test_a_feedback_report_has_its_three_parts(reports):
    report = next(r for r in reports if r.form == "arf")
    parts = message_from_bytes(report.content).get_payload()
    assert [part.get_content_type() for part in parts] == [
        "text/plain", "message/feedback-report", "message/rfc822",
    ]  # fmt: skip


def test_xarf_evidence_is_the_mail_and_its_digest(reports):
    for report in (r for r in reports if r.form == "xarf"):
        evidence = json.loads(report.content)["evidence"][0]
        raw = b64decode(evidence["payload"])
        assert raw == report.mails[0].raw
        assert evidence["hash"] == "sha256:" + hashlib.sha256(raw).hexdigest()


def test_an_inline_forward_tells_sender_and_subject_but_no_trace(reports):
    seen = 0
    for report in (r for r in reports if r.form == "inline"):
        mail = report.mails[0]
        whole = message_from_bytes(report.content)
        part = whole.get_payload(0) if whole.is_multipart() else whole
        text = part.get_payload(decode=True).decode(part.get_content_charset())
        assert mail.outer.address in text
        assert mail.outer.subject in text
        assert b"Received:" not in report.content
        seen += 1
    assert seen > 10


def test_a_text_message_names_its_country_and_sender(reports):
    for report in (r for r in reports if r.form == "sms"):
        record = json.loads(report.content)
        assert record["record"] == "sms"
        assert record["text"]
        assert record["recipient_country"] == report.mails[0].truth.recipient_country


def test_a_zip_holds_the_exact_mails(reports):
    report = next(r for r in reports if r.container == "zip")
    with zipfile.ZipFile(io.BytesIO(report.content)) as packed:
        held = [packed.read(name) for name in packed.namelist()]
    assert held == [mail.raw for mail in report.mails]


@pytest.mark.parametrize("dialect", ["mboxo", "mboxrd", "mboxcl"])
def test_a_mailbox_reader_finds_every_mail(tmp_path, reports, dialect):
    mails = [report.mails[0] for report in reports[:12]]
    path = tmp_path / "box"
    path.write_bytes(mbox(mails, dialect))
    assert len(mailbox.mbox(path)) == 12


def test_mbox_dialects_quote_from_lines_each_in_its_way(reports):

    tricky = replace(reports[0].mails[0], raw=b"Subject: a\n\nFrom here on\n>From there\n")
    assert b"\n>From here on\n>From there\n" in mbox([tricky], "mboxo")
    assert b"\n>From here on\n>>From there\n" in mbox([tricky], "mboxrd")
    assert b"\nFrom here on\n" in mbox([tricky], "mboxcl2")
    assert b"Content-Length: 25\n" in mbox([tricky], "mboxcl2")


def test_four_clients_forward_in_at_least_seven_languages():
    assert set(CLIENTS) == {"gmail", "outlook", "apple", "thunderbird"}
    assert all(len(languages) >= 7 for languages in CLIENTS.values())


def test_wanted_mail_is_reported_only_now_and_then(reports):
    wrong = [r for r in reports if all(mail.truth.wanted for mail in r.mails)]
    assert 0 < len(wrong) < len(reports) / 10
