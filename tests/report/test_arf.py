# SPDX-License-Identifier: Apache-2.0
"""Feedback reports: the reported part byte for byte, claims kept apart, printing reads back."""

import email
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.report import arf
from comity.report.arf import Arf
from comity.report.form import Form, Grade
from comity.report.read import read

MAIL = b"Received: from b (b [192.0.2.7]) by mx.example\nFrom: a@x.example\n\nWin \xff now\n"
REPORT = """\
From: Loop <loop@fbl.example>
To: abuse@x.example
Date: Mon, 03 Jun 2024 10:15:00 +0000
Subject: FW: Win
Received: from loop.example
Content-Type: multipart/report; report-type=feedback-report; boundary="q"

--q
Content-Type: text/plain

This is a report.
--q
Content-Type: message/feedback-report

{fields}
--q
Content-Type: {kind}

"""
FIELDS = (
    "Feedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\nSource-IP: 192.0.2.7\n"
    "Original-Rcpt-To: <r@y.example>\nReported-URI: http://a.example/\n"
    "Reported-URI: http://b.example/"
)


def report(fields: str = FIELDS, kind: str = "message/rfc822", mail: bytes = MAIL) -> bytes:
    return REPORT.format(fields=fields, kind=kind).encode() + mail + b"\n--q--\n"


def codes(raw: bytes) -> list[str]:
    return [one.code for one in read(raw, "x.eml")[0].defects]


def test_the_reported_part_is_kept_byte_for_byte():
    (found,) = read(report(), "x.eml")
    assert (found.form, found.grade, found.mail) == (Form.ARF, Grade.B, MAIL)
    assert found.reporter == "loop@fbl.example"
    assert found.reported_at == datetime(2024, 6, 3, 10, 15, tzinfo=UTC)
    assert found.claims["source-ip"] == "192.0.2.7"
    assert found.claims["reported-uri"] == "http://a.example/, http://b.example/"
    assert found.defects == () and not found.rewritten


SOURCES = {  # name: (Source-IP as claimed, is it a mismatch)
    "the one in Received": ("192.0.2.7", False),
    "in brackets": ("[192.0.2.7]", False),
    "another": ("198.51.100.9", True),
    "a part of it": ("192.0.2.70", True),
    "no address": ("unknown", False),
}


@pytest.mark.parametrize(("claim", "mismatch"), SOURCES.values(), ids=SOURCES)
def test_r11_a_source_not_in_the_mail_is_a_defect_and_only_a_claim(claim, mismatch):
    raw = report(FIELDS.replace("Source-IP: 192.0.2.7", f"Source-IP: {claim}"))
    assert codes(raw) == (["source-not-in-mail"] if mismatch else [])
    assert read(raw, "x.eml")[0].claims["source-ip"] == claim


def test_r11_v6_is_compared_as_a_number():
    mail = MAIL.replace(b"192.0.2.7", b"IPv6:2001:db8:0:0::1")
    assert codes(report(FIELDS.replace("192.0.2.7", "2001:DB8::1"), mail=mail)) == []


def test_an_unknown_type_is_kept():
    (found,) = read(report(FIELDS.replace("abuse", "x-strange", 1)), "x.eml")
    assert found.claims["feedback-type"] == "x-strange"
    assert "arf-unknown-type" in [one.code for one in found.reasons]


TABLE = {  # name: (report, grade, mail, defects)
    "headers only": (report(kind="text/rfc822-headers"), "B", MAIL, ["headers-only"]),
    "no reported part": (report(kind="text/plain"), "D", b"", ["no-mail-inside"]),
    "empty": (report(mail=b""), "D", b"", ["no-mail-inside"]),
    "no feedback type": (report(FIELDS.partition("\n")[2]), "B", MAIL, ["arf-field-missing"]),
    "no fields": (report(""), "B", MAIL, ["arf-field-missing"] * 3),
}


@pytest.mark.parametrize(("raw", "grade", "mail", "defects"), TABLE.values(), ids=TABLE)
def test_incomplete_reports(raw, grade, mail, defects):
    (found,) = read(raw, "x.eml")
    assert (found.form, found.grade, found.mail, codes(raw)) == (Form.ARF, grade, mail, defects)


def test_a_report_inside_the_reported_mail_is_not_ours():
    """The reported mail may be a feedback report itself: the outer one counts."""
    (found,) = read(report(mail=report(FIELDS.replace("abuse", "fraud", 1))), "x.eml")
    assert found.claims["feedback-type"] == "abuse"


def test_a_mail_that_only_quotes_a_report_is_itself():
    inner = b"--r\nContent-Type: message/rfc822\n\n" + report() + b"\n--r--\n"
    raw = b'Received: x\nContent-Type: multipart/mixed; boundary="r"\n\n--r\n\n' + b"w " * 1500
    (found,) = read(raw + b"\n" + inner, "x.eml")
    assert (found.form, found.mail) == (Form.EML, raw + b"\n" + inner)


words = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=30).map(
    lambda text: " ".join(text.split())
)
names = st.text(st.sampled_from("abcXYZ-"), min_size=1, max_size=20)
arfs = st.builds(
    Arf,
    text=words,
    fields=st.lists(st.tuples(names, words), max_size=5).map(tuple),
    mail=st.binary(max_size=80).map(lambda body: b"From: a@x.example\nSubject: s\n\n" + body),
    headers_only=st.booleans(),
    reporter=st.just("loop@fbl.example"),
    recipient=st.sampled_from(["", "abuse@x.example"]),
    subject=words.filter(lambda text: "=?" not in text),
    date=st.none() | st.just(datetime(2024, 6, 3, 10, 15, tzinfo=UTC)),
)


@given(arfs)
def test_printing_reads_back_the_same(value):
    printed = arf.print_arf(value)
    found, _ = arf.read(printed)
    assert found == value


@given(arfs)
def test_the_standard_library_reads_what_is_printed(value):
    parts = email.message_from_bytes(arf.print_arf(value))
    assert parts.get_content_type() == "multipart/report"
    kinds = [part.get_content_type() for part in parts.get_payload()]
    last = "text/rfc822-headers" if value.headers_only else "message/rfc822"
    assert kinds == ["text/plain", "message/feedback-report", last]


def test_the_mails_line_ends_are_kept_in_print():
    for mail in (MAIL, MAIL.replace(b"\n", b"\r\n"), b"--q\n" + MAIL, MAIL + b"\r"):
        value = Arf("t", (("Version", "1"),), mail, reporter="loop@fbl.example")
        assert arf.read(arf.print_arf(value))[0].mail == mail


def test_w06_a_value_never_becomes_a_second_field():
    value = Arf("t", (("Version", "1\r\nX-Evil: 1"),), MAIL, subject="a\nBcc: b@x.example")
    printed = email.message_from_bytes(arf.print_arf(value))
    assert printed["Bcc"] is None
    assert b"\nX-Evil" not in arf.print_arf(value)


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(content):
    arf.reports(report()[:200] + content, "x")
    arf.read(content)
