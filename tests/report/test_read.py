# SPDX-License-Identifier: Apache-2.0
"""Which form, by content: a decision table; what is no mail; and what every answer holds to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.report import eml
from comity.report.caps import Caps
from comity.report.form import Form, Grade
from comity.report.forward import says_forward
from comity.report.read import read
from comity.values.digest import digest_of

MAIL = b"Received: from b by mx.example\nFrom: a@x.example\nSubject: s\n\nhi\n"
DSN = (
    b'Return-Path: <>\nSubject: Undelivered\nContent-Type: multipart/report; boundary="q";'
    b" report-type=delivery-status\n\n--q\n\nfailed\n--q\nContent-Type: message/delivery-status\n\n"
    b"Action: failed\n--q\nContent-Type: message/rfc822\n\n" + MAIL + b"--q--\n"
)

TABLE = {  # name: (content, form, grade)
    "mail": (MAIL, "eml", "A"),
    "mail without Received": (MAIL.partition(b"\n")[2], "eml", "B"),
    "mbox line in front": (b"From a@x Mon Jun  3 10:15:00 2024\n" + MAIL, "eml", "A"),
    "byte order mark": (b"\xef\xbb\xbf" + MAIL, "eml", "A"),
    "blank lines in front": (b"\r\n\r\n" + MAIL, "eml", "A"),
    "space before the colon (M05)": (b"From : a@x.example\n\nhi\n", "eml", "B"),
    "bare CR": (b"From: a@x\rSubject: b\n\nhi", "eml", "B"),
    "header only": (b"Subject: s", "eml", "B"),
    "delivery report": (DSN, "eml", "B"),
    "empty": (b"", "not-mail", "D"),
    "one CRLF (M01)": (b"\r\n", "not-mail", "D"),
    "spaces only (M01)": (b"   \n \t ", "not-mail", "D"),
    "random bytes": (bytes(range(256)) * 4, "not-mail", "D"),
    "picture": (b"\xff\xd8\xff\xe0" + bytes(99), "not-mail", "D"),
    "text": (b"Dear all,\n\nthis is no mail: or is it?\n", "not-mail", "D"),
    "json": (b'{"a": 1}', "not-mail", "D"),
    "broken json": (b'{"a": ', "not-mail", "D"),
    "html": (b"<html><body>From: a@x.example</body></html>", "not-mail", "D"),
}


@pytest.mark.parametrize(("content", "form", "grade"), TABLE.values(), ids=TABLE)
def test_form_by_content(content, form, grade):
    (report,) = read(content, "anything.jpg")
    assert (report.form, report.grade) == (form, grade)
    assert report.reasons, "no form without its reason"
    assert (report.mail, report.digest) == (content, digest_of(content))


@pytest.mark.parametrize("name", ["empty", "one CRLF (M01)", "spaces only (M01)"])
def test_m01_nothing_in_it(name):
    (report,) = read(TABLE[name][0], "x")
    assert report.refused and [one.code for one in report.defects] == ["empty"]


def test_what_is_no_mail_says_what_it_is():
    assert "JPEG" in read(TABLE["picture"][0], "x")[0].defects[0].detail


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("content", [one[0] for one in TABLE.values()], ids=TABLE)
def test_the_operators_word_never_raises(content, form):
    for report in read(content, "x", form):
        assert report.form in (form, Form.NOT_MAIL)


@pytest.mark.parametrize(("over", "refused"), [(-1, False), (0, False), (1, True)])
def test_cap_of_bytes(over, refused):
    (report,) = read(MAIL, "x", caps=Caps(report_bytes=len(MAIL) - over))
    assert report.refused is refused
    assert [one.code for one in report.defects] == (["report-too-big"] if refused else [])


def test_a_plain_mail_prints_as_it_was_read():
    assert eml.print(read(MAIL, "x")[0].mail) == MAIL


def test_a_plain_mail_is_not_split():
    """The quick look must do: the splitter would cost more than all else here."""
    import comity.report.read as door

    plain = MAIL.replace(b"\n\n", b"\nContent-Type: text/html; charset=utf-8\n\n")
    called: list[bytes] = []
    kept = door.split.split
    door.split.split = lambda raw: called.append(raw) or kept(raw)
    try:
        read(plain, "x")
        read(MAIL, "x")
    finally:
        door.split.split = kept
    assert called == []


HEADERS = {  # name: (field as written, what `words` gives)
    "plain": (b"Subject: Fwd: a", "Fwd: a"),
    "folded": (b"Subject: Fwd:\r\n a\r\n\tb", "Fwd: a b"),
    "encoded": (b"Subject: =?utf-8?B?RndkOiDDpA==?=", "Fwd: ä"),
    "utf-8": ("Subject: ä".encode(), "ä"),
    "latin-1": (b"Subject: \xe4", "ä"),
    "other case": (b"SUBJECT:a", "a"),
    "none": (b"X-Subject: a", ""),
    "empty": (b"Subject:", ""),
}


@pytest.mark.parametrize(("field", "want"), HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("place", ["first", "later"])
def test_look_reads_a_field(field, want, place):
    head = b"From: a@x.example\r\n" if place == "later" else b""
    assert eml.look(head + field + b"\r\n\r\nSubject: in the body").words(b"subject") == want


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\n\r\n"])
def test_look_ends_at_the_first_blank_line(end, line_end):
    raw = b"To: b" + line_end + b"From: a" + end + b"Subject: body\n\nmore\r\n\r\nend"
    seen = eml.look(raw)
    assert seen.value(b"subject") is None
    assert raw[seen.body_start :].startswith(b"Subject: body")


DATES = {
    "good": ("Mon, 03 Jun 2024 10:15:00 +0200", True),
    "no zone": ("Mon, 03 Jun 2024 10:15:00 -0000", False),
    "day 99": ("Mon, 99 Jun 2024 10:15:00 +0000", False),
    "year 99999": ("Mon, 03 Jun 99999 10:15:00 +0000", False),
    "zone 9999": ("Mon, 03 Jun 2024 10:15:00 +9999", False),
    "words": ("yesterday", False),
    "long": ("Mon, " * 100, False),
}


@pytest.mark.parametrize(("value", "known"), DATES.values(), ids=DATES)
def test_m10_a_date_is_known_or_none(value, known):
    assert (eml.date_of(value) is not None) is known


ADDRESSES = {
    "angle": ("Ann <ann@x.example>", "ann@x.example"),
    "bare": ("ann@x.example", "ann@x.example"),
    "address in the name": ('"bank@real.example" <ann@x.example>', "ann@x.example"),
    "none": ("Ann", None),
    "empty": ("<>", None),
    "deep comments (M09)": ("(" * 900, None),
    "commas (M09)": ("," * 1_000_000, None),
}


@pytest.mark.parametrize(("value", "want"), ADDRESSES.values(), ids=ADDRESSES)
def test_m09_the_address_of_a_field(value, want):
    assert eml.address_of(value) == want


headers = st.lists(
    st.sampled_from([
        b"Content-Type: multipart/mixed; boundary=q", b"Content-Type: multipart/report; "
        b"report-type=feedback-report; boundary=q", b"Subject: Fwd: s", b"Received: x",
        b"Content-Type: message/rfc822", b"X-XARF: PLAIN", b"From: a@x.example",
    ]), max_size=4,
)  # fmt: skip
pieces = st.lists(
    st.sampled_from([
        b"--q", b"--q--", b"", b"Content-Type: message/rfc822", b"Content-Type: text/html",
        b"Content-Type: message/feedback-report", b"Feedback-Type: abuse", b"Source-IP: 192.0.2.7",
        b"Content-Type: application/json; name=xarf.json", b'{"xarf_version":"4.0.0"}',
        b"Received: x", b"From: a@x.example", b"Date: 1", b"To: a@x.example", b"Subject: s",
        b"Report-Type: spam", b"Source: 192.0.2.7", b"<p>From: b</p>", b"\xff\x00",
    ]), max_size=24,
)  # fmt: skip


@given(headers, pieces, st.sampled_from(list(Form)) | st.none())
def test_any_mail_gives_reports_that_hold_together(header, body, form):
    content = b"\n".join([*header, b"", *body])
    reports = read(content, "x", form, desks=frozenset({"a@x.example"}))
    assert reports
    for report in reports:
        assert report.reasons
        assert report.rewritten or report.digest == digest_of(report.mail)
        assert report.form is not Form.NOT_MAIL or report.refused
        assert all(isinstance(one, str) for one in report.claims.values())
        if report.form is Form.EML:
            assert report.mail == content and report.grade in (Grade.A, Grade.B)
        if not report.rewritten and report.form in (Form.ARF, Form.ATTACHED):
            assert report.mail in content  # byte for byte


@given(st.binary(max_size=500))
def test_any_bytes_give_a_report(content):
    assert read(content, "x")


@given(
    st.recursive(
        st.none() | st.text(max_size=5),
        lambda one: st.dictionaries(
            st.sampled_from(["xarf_version", "ReporterInfo", "Report", "sender", "text", "a"]), one
        ),
    )
)
def test_any_json_gives_a_report(value):
    assert read(json.dumps(value).encode(), "x")


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_two_kinds_of_blank_lines_in_a_row_the_first_ends_the_header(line_end):
    raw = b"From: a" + line_end + b"To: b\n\n\r\nSubject: body"
    assert raw[eml.look(raw).body_start :] == b"\r\nSubject: body"


@pytest.mark.parametrize(
    ("subject", "forward"),
    [("Fwd: a", True), ("FW\uff1a a", True), ("[Fwd: a]", True), ("a", False)],
)
def test_a_subject_says_forward_by_its_prefix(subject, forward):
    assert says_forward(subject) is forward
