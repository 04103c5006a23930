# SPDX-License-Identifier: Apache-2.0
"""Inline forwards: a folder of the clients' forms, and what must not be taken for one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.mime import decode, split
from comity.report import inline
from comity.report.form import Form, Grade
from comity.report.html_lines import lines
from comity.report.read import read

CORPUS = sorted((Path(__file__).parent / "corpus" / "inline").glob("*.eml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus_of_client_forms(path):
    want = json.loads(path.with_suffix(".json").read_text("utf-8"))
    (report,) = read(path.read_bytes(), path.name)
    assert report.form is Form.INLINE, report.reasons
    assert report.grade is Grade.C
    assert report.reporter == "rowan@citizen.example"
    got = {key: report.claims[key] for key in ("from", "subject", "date")}
    assert got == {key: want[key] for key in got}
    mime = split.split(report.mail)
    root = mime.parts[0]
    assert root.first("from") == want["from"]
    assert root.first("subject") == want["subject"]
    texts = {
        part.content_type: decode.text(decode.body(report.mail, part)[0], "utf-8")[0]
        for part in mime.parts
    }
    assert texts["text/plain"].startswith(want["text"])
    assert want["link"] in texts["text/plain"]
    assert "Please look at this" not in report.mail.decode()
    if "text/html" in texts:
        assert f"{want['link']}?from=html" in texts["text/html"]
        assert "Note" not in texts["text/html"]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_language_of_the_block_is_told(path):
    want = json.loads(path.with_suffix(".json").read_text("utf-8"))["language"]
    (report,) = read(path.read_bytes(), path.name)
    # Naver writes English words; a Chinese or Nordic word can stand for two languages.
    alike = {"ko": {"ko", "en"}, "da": {"da", "no"}, "no": {"da", "no"}, "es": {"es", "pt", "fr"}}
    assert report.claims["language"] in alike.get(want, {want})


HEAD = (
    "From: Ann <ann@citizen.example>\nTo: report@authority.example\nSubject: {subject}\n"
    "{more}Content-Type: text/plain; charset=utf-8\n\n"
)
BLOCK = (
    "---------- Forwarded message ---------\nFrom: Bad <bad@spam.example>\n"
    "Date: Mon, 3 Jun 2024 10:00:00 +0000\nSubject: Win now\nTo: <ann@citizen.example>\n\nWin!\n"
)


def mail(subject: str = "Fwd: Win now", more: str = "", body: str = BLOCK) -> bytes:
    return (HEAD.format(subject=subject, more=more) + body).encode()


FORMS = {  # name: (mail, form)
    "forward": (mail(), "inline"),
    "no prefix in the subject": (mail("Win now"), "eml"),
    "reply prefix": (mail("Re: Win now"), "eml"),
    "another subject": (mail("Fwd: Our meeting on Thursday"), "eml"),
    "forward of an answer": (mail("Fwd: Re: Win now"), "inline"),
    "tagged by a gateway": (mail("[EXTERNAL] FW: Win now"), "inline"),
    "reply quote": (mail(body="On Monday Bad wrote:\n> Win!\n"), "eml"),
    "two fields only": (mail(body="From: bad@spam.example\nSubject: Win now\n\nWin!\n"), "eml"),
    "block far below": (mail(body="word " * 200 + "\n" + BLOCK), "eml"),
    "a long note": (mail(body="word " * 90 + "\n\n" + BLOCK), "inline"),
    "block names somebody else": (mail(body=BLOCK.replace("ann@", "bob@")), "eml"),
    "block names the forwarder by name": (
        mail(body=BLOCK.replace("<ann@citizen.example>", "Ann")),
        "inline",
    ),
    "blind copy": (
        mail(body=BLOCK.replace("<ann@citizen.example>", "undisclosed-recipients:;")),
        "inline",
    ),
    "bounce": (mail(more="Return-Path: <>\n"), "eml"),
    "automatic": (mail(more="Auto-Submitted: auto-replied\n"), "eml"),
    "mailing list": (mail(more="List-Id: <talk.lists.example>\n"), "eml"),
    "redirected mailbox": (mail(more="Return-Path: <a+caf_=b=c.example@d.example>\n"), "eml"),
}


@pytest.mark.parametrize(("content", "form"), FORMS.values(), ids=FORMS)
def test_only_positive_evidence_makes_an_inline_forward(content, form):
    (report,) = read(content, "x.eml")
    assert report.form == form
    if form == "eml":
        assert report.mail == content


def test_r02_the_header_is_lost_and_the_digest_names_what_came():
    (report,) = read(mail(), "x.eml")
    assert [one.code for one in report.defects] == ["header-lost"]
    assert report.rewritten
    assert b"Received" not in report.mail
    assert report.digest != read(report.mail, "x.eml")[0].digest


def test_a_reporting_desk_needs_less_evidence():
    odd = mail("please check", body=BLOCK.replace("ann@", "bob@"))
    assert read(odd, "x.eml")[0].form is Form.EML
    desks = frozenset({"report@authority.example"})
    assert read(odd, "x.eml", desks=desks)[0].form is Form.INLINE


def test_the_operators_word_makes_it_inline():
    assert read(mail("hello"), "x", Form.INLINE)[0].form is Form.INLINE
    assert read(mail("hello", body="no block"), "x", Form.INLINE)[0].form is Form.NOT_MAIL


def test_a_claimed_value_never_becomes_a_second_field():
    block = BLOCK.replace("Win now", "Win now\u2028Received: from evil.example\x0bX-Evil: 1")
    (report,) = read(mail(body=block), "x", Form.INLINE)
    names = [one.key for one in split.split(report.mail).parts[0].fields]
    assert "received" not in names
    assert "x-evil" not in names


def test_attachments_of_the_forward_are_kept():
    raw = (
        "From: Ann <ann@citizen.example>\nSubject: Fwd: Win now\n"
        'Content-Type: multipart/mixed; boundary="q"\n\n--q\nContent-Type: text/plain\n\n'
        + BLOCK
        + '--q\nContent-Type: application/pdf; name="bill.pdf"\n'
        + "Content-Transfer-Encoding: base64\n\nJVBERi0=\n--q--\n"
    ).encode()
    (report,) = read(raw, "x.eml")
    parts = split.split(report.mail).parts
    assert [(part.filename, decode.body(report.mail, part)[0]) for part in parts[2:]] == [
        ("bill.pdf", b"%PDF-")
    ]


@given(st.text(max_size=300))
def test_any_text_gives_an_answer(text):
    inline.find(text.split("\n"))
    lines(text, 50)


@given(st.lists(st.sampled_from(["From: a@x.example", "Date: 1", "Subject: s", "To: b", "", "x"])))
def test_a_block_has_three_fields_and_lies_inside(texts):
    block = inline.find(texts)
    if block is not None:
        assert len(set(block.fields) - {"Cc"}) >= 3
        assert 0 <= block.start < block.end <= len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000 + "!",
        " " * 50_000 + "!",
        ">" * 50_000,
        ":" * 50_000,
        "[" * 50_000,
        "fwd:" * 9999,
    ],
    ids=["letters", "blanks", "quotes", "colons", "brackets", "prefixes"],
)
def test_m15_bait_costs_linear_time(text):
    import time

    start = time.perf_counter()
    inline.find([text])
    lines("<a " + text, 50)
    lines("<style>" * 2000 + text, 50)
    read(mail("Fwd: " + text[:60_000], body=text), "x")
    assert time.perf_counter() - start < 1.0  # 0.02 s here; quadratic would be minutes
