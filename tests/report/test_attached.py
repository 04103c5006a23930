# SPDX-License-Identifier: Apache-2.0
"""Mails forwarded as attachments: the clients' shapes, and the spam that only looks like one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cfb import item, text

from comity.report.form import Form, Grade
from comity.report.read import read

MAIL = (
    b"Received: from b (b [192.0.2.7]) by mx.example; Mon, 3 Jun 2024 10:15:00 +0000\r\n"
    b"From: Bad <bad@spam.example>\r\nTo: ann@citizen.example\r\nSubject: Win now\r\n\r\n"
    b"Win \xff at once\r\n"
)
OTHER = MAIL.replace(b"Win now", b"Second")
DRAFT = MAIL.partition(b"\r\n")[2]


def outer(
    *parts: bytes,
    subject: str = "Fwd: Win now",
    more: str = "",
    kind: str = "mixed",
    note: str = "Please look.",
) -> bytes:
    head = (
        f"From: Ann <ann@citizen.example>\r\nTo: report@authority.example\r\nSubject: {subject}\r\n"
        f"Date: Tue, 04 Jun 2024 08:00:00 +0000\r\n{more}"
        f'Content-Type: multipart/{kind}; boundary="q"\r\n\r\n'
    ).encode()
    texts = [b"Content-Type: text/plain\r\n\r\n" + note.encode()] if note else []
    body = b"".join(b"--q\r\n" + part + b"\r\n" for part in (*texts, *parts))
    return head + body + b"--q--\r\n"


def rfc822(mail: bytes = MAIL, more: bytes = b"") -> bytes:
    return b"Content-Type: message/rfc822\r\n" + more + b"\r\n" + mail


def as_file(mail: bytes = MAIL, kind: bytes = b"application/octet-stream") -> bytes:
    return (
        b"Content-Type: " + kind + b'; name="Win now.eml"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="Win now.eml"\r\n\r\n'
        + base64.encodebytes(mail)
    )


SIGNATURE = (
    b"Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
)
PDF = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-\r\n"
APPLE = (
    b'Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\nContent-Type: text/html\r\n\r\n'
    b'<p>Please look.</p>\r\n--in\r\nContent-Disposition: attachment; filename="Win now.eml"\r\n'
    b"Content-Type: message/rfc822\r\n\r\n" + MAIL + b"\r\n--in--\r\n"
)

FORWARDS = {  # name: (outer mail, the mails inside)
    "message/rfc822 (Thunderbird, Gmail)": (outer(rfc822()), [MAIL]),
    "Outlook for web: base64": (
        outer(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
              + base64.encodebytes(MAIL)), [MAIL]),
    "an .eml file": (outer(as_file()), [MAIL]),
    "Apple Mail: inside an alternative": (outer(APPLE, kind="alternative"), [MAIL]),
    "with a signature's logo": (outer(rfc822(), SIGNATURE), [MAIL]),
    "subject taken over": (outer(rfc822(), subject="Win now"), [MAIL]),
    "no text": (outer(rfc822(), subject="see this", note=""), [MAIL]),
    "little text": (outer(rfc822(), subject="see this"), [MAIL]),
    "digest": (
        outer(b"\r\n" + MAIL, b"\r\n" + OTHER, subject="12 mails", kind="digest", note=""),
        [MAIL, OTHER]),
    "two mails": (outer(rfc822(), rfc822(OTHER), subject="spam", note="w " * 400), [MAIL, OTHER]),
    "another language": (outer(rfc822(), subject="WG: nochmal", note="w " * 400), [MAIL]),
    "the root is the mail": (
        b"From: ann@citizen.example\r\nSubject: Fwd: Win now\r\n" + rfc822(), [MAIL]),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "mails"), FORWARDS.values(), ids=FORWARDS)
def test_the_attached_mails_come_out_byte_for_byte(raw, mails):
    reports = read(raw, "x.eml")
    assert [one.form for one in reports] == [Form.ATTACHED] * len(mails), reports[0].reasons
    assert [one.mail for one in reports] == mails
    assert {one.grade for one in reports} == {Grade.B}
    assert {one.reporter for one in reports} == {"ann@citizen.example"}
    assert not any(one.rewritten for one in reports)
    assert len({one.path for one in reports}) == len(mails)
    assert "operator" not in reports[0].reasons[0].text


THEMSELVES = {
    "long text of its own": outer(rfc822(), subject="Our offer", note="w " * 400),
    "far too long a note": outer(rfc822(), note="w " * 4000),
    "another attachment": outer(rfc822(), PDF),
    "attached mail never went through a server": outer(rfc822(DRAFT)),
    "one of two never did": outer(rfc822(), rfc822(DRAFT)),
    "bounce": outer(rfc822(), more="Return-Path: <>\r\n"),
    "delivery report": outer(rfc822(), kind="report; report-type=delivery-status"),
    "from a mail system": outer(rfc822()).replace(b"ann@", b"mailer-daemon@", 1),
    "automatic answer": outer(rfc822(), more="Auto-Submitted: auto-replied\r\n"),
    "mailing list": outer(rfc822(), more="List-Id: <talk.lists.example>\r\n"),
    "redirected mailbox": outer(rfc822(), more="X-Forwarded-For: a@b.example c@d.example\r\n"),
    "an .eml file that is no mail": outer(as_file(b"MZ\x90\x00 program")),
    "mail inside the attachment's text": outer(b"Content-Type: text/plain\r\n\r\n" + rfc822()),
}


@pytest.mark.parametrize("raw", THEMSELVES.values(), ids=THEMSELVES)
def test_a_mail_that_carries_a_mail_stays_itself_without_evidence(raw):
    (report,) = read(raw, "x.eml")
    assert report.form is Form.EML
    assert report.mail == raw


def test_only_the_first_level_counts():
    """A forward of a forward: the officer gets the inner forward, whole."""
    inner = MAIL.partition(b"\r\n")[0] + b"\r\n" + outer(rfc822()).replace(b"q", b"z")
    (report,) = read(outer(rfc822(inner)), "x.eml")
    assert report.mail == inner


def test_an_outlook_item_as_attachment():
    content = item({**text(0x007D, "Received: x\r\nSubject: Win now\r\n"), **text(0x1000, "Win")})
    part = (
        b'Content-Type: application/vnd.ms-outlook; name="Win now.msg"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)
    )
    (report,) = read(outer(part), "x.eml")
    assert (report.form, report.rewritten) == (Form.ATTACHED, True)
    assert b"Subject: Win now" in report.mail
    assert report.reporter == "ann@citizen.example"


def test_a_reporting_desk_needs_less_evidence():
    raw = THEMSELVES["long text of its own"]
    desks = frozenset({"report@authority.example"})
    assert read(raw, "x.eml", desks=desks)[0].form is Form.ATTACHED
    assert read(THEMSELVES["bounce"], "x.eml", desks=desks)[0].form is Form.EML


def test_the_operators_word_decides():
    raw = THEMSELVES["bounce"]
    assert read(raw, "x.eml", Form.ATTACHED)[0].mail == MAIL
    (report,) = read(THEMSELVES["long text of its own"], "x.eml", Form.ATTACHED)
    assert report.mail == MAIL and "operator" in report.reasons[0].text
    assert read(FORWARDS["an .eml file"][0], "x.eml", Form.EML)[0].form is Form.EML


@pytest.mark.parametrize(("count", "given_out"), [(9, 9), (10, 10), (11, 10)])
def test_cap_of_mails_in_one_report(count, given_out):
    from comity.report.caps import Caps

    raw = outer(*[rfc822()] * count)
    reports = read(raw, "x.eml", caps=Caps(reports=10))
    assert len(reports) == given_out
    assert [one.code for one in reports[-1].defects] == ["too-many-mails"] * (count > given_out)


@given(st.binary(max_size=200))
def test_any_bytes_inside_give_an_answer(content):
    read(outer(rfc822(content), as_file(content)), "x", Form.ATTACHED)
    read(outer(rfc822(b"Received: x\r\n" + content)), "x")
