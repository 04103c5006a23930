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
    "no To at all": (mail(body=BLOCK.replace("To: <ann@citizen.example>\n", "")), "inline"),
    "no To, no mark": (
        mail(body=BLOCK.replace("To: <ann@citizen.example>\n", "").partition("\n")[2]),
        "eml",
    ),
    "no subject on both": (mail("Fwd:", body=BLOCK.replace("Win now", "")), "inline"),
    "no subject in the block": (mail("Fwd: x", body=BLOCK.replace("Win now", "")), "eml"),
    "short subject inside another": (mail("Fwd: Win", body=BLOCK), "eml"),
    "cut subject": (mail("Fwd: Win now or"[:-3], body=BLOCK), "inline"),
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

    start = time.process_time()
    inline.find([text])
    lines("<a " + text, 50)
    lines("<style>" * 2000 + text, 50)
    read(mail("Fwd: " + text[:60_000], body=text), "x")
    assert time.process_time() - start < 5  # 0.02 s here; quadratic would be minutes


HTML = {  # name: what the client writes, in HTML only
    "Outlook": (
        "<html><head><style><!-- p {margin:0} --></style></head><body><p class=MsoNormal>Spam?</p>"
        "<div style='border-top:solid'><p><b>From:</b> Bad &lt;bad@spam.example&gt;<br>"
        "<b>Sent:</b> Monday, June 3, 2024 10:00 AM<br><b>To:</b> Ann &lt;ann@citizen.example&gt;"
        "<br><b>Subject:</b> Win now<o:p></o:p></p></div>{rest}</body></html>"
    ),
    "Gmail": (
        '<div dir="ltr">Spam?<br><div class="gmail_quote"><div class="gmail_attr">'
        '---------- Forwarded message ---------<br>From: <strong>Bad</strong> <span>&lt;'
        '<a href="mailto:bad@spam.example">bad@spam.example</a>&gt;</span><br>Date: Mon, Jun 3, '
        "2024 at 10:00&#8239;AM<br>Subject: Win now<br>To:  &lt;<a>ann@citizen.example</a>&gt;<br>"
        "</div>{rest}</div></div>"
    ),
    "Thunderbird": (
        '<div class="moz-forward-container"><br>-------- Forwarded Message --------<table><tbody>'
        "<tr><th>Subject: </th><td>Win now</td></tr><tr><th>Date: </th><td>Mon, 3 Jun 2024 10:00:00"
        " +0000</td></tr><tr><th>From: </th><td>Bad <a>&lt;bad@spam.example&gt;</a></td></tr><tr>"
        "<th>To: </th><td>ann@citizen.example</td></tr></tbody></table>{rest}</div>"
    ),
    "Apple Mail": (
        "<html><body>Spam?<br><div><blockquote type=cite><div>Begin forwarded message:</div><br>"
        "<div><span><b>From: </b></span><span>Bad &lt;<a>bad@spam.example</a>&gt;<br></span></div>"
        "<div><span><b>Subject: </b></span><span><b>Win now</b><br></span></div><div><b>Date: </b>"
        "<span>June 3, 2024 at 10:00:00 GMT</span></div><div><b>To: </b>ann@citizen.example</div>"
        "<br>{rest}</blockquote></div></body></html>"
    ),
    "web.de": (
        '<div>&nbsp;<div><b>Gesendet:</b>&nbsp;Montag, 03. Juni 2024 um 10:00 Uhr<br/>'
        '<b>Von:</b>&nbsp;"Bad" &lt;bad@spam.example&gt;<br/><b>An:</b>&nbsp;ann@citizen.example'
        "<br/><b>Betreff:</b>&nbsp;Win now</div>{rest}</div>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("html", HTML.values(), ids=HTML)
def test_forwards_that_are_only_html_keep_their_links(html):
    rest = '<p>Dear Ann, <a href="http://win.example/?a=1">click</a></p>'
    raw = (
        "From: Ann <ann@citizen.example>\nSubject: Fwd: Win now\n"
        "Content-Type: text/html; charset=utf-8\n\n" + html.replace("{rest}", rest)
    ).encode()
    (report,) = read(raw, "x.eml")
    assert report.form is Form.INLINE
    root = split.split(report.mail).parts[0]
    assert "bad@spam.example" in root.first("from")
    assert root.first("subject") == "Win now"
    assert root.content_type == "text/html"
    assert '<a href="http://win.example/?a=1">click</a>' in report.mail.decode()
    assert "Spam?" not in report.mail.decode()


def test_fields_that_stand_among_the_others_do_not_disturb():
    block = BLOCK.replace("To: <", "Reply-To: x@spam.example\nCc: c@x.example\nTo: <")
    (report,) = read(mail(body=block), "x.eml")
    assert report.form is Form.INLINE
    assert report.claims["cc"] == "c@x.example"
    assert "x@spam.example" not in report.mail.decode()


def test_a_long_list_of_recipients_is_wrapped():
    block = BLOCK.replace(
        "Subject: Win now\nTo: <ann@citizen.example>",
        "To: b@x.example,\n c@x.example,\n Ann <ann@citizen.example>\nSubject: Win now",
    )
    last = BLOCK.replace("<ann@citizen.example>", "b@x.example,\n Ann <ann@citizen.example>")
    assert read(mail(body=last), "x.eml")[0].mail.endswith(b"\n\nWin!\n")
    (report,) = read(mail(body=block), "x.eml")
    assert report.claims["to"] == "b@x.example, c@x.example, Ann <ann@citizen.example>"
    assert report.mail.endswith(b"\n\nWin!\n")


def test_a_big_forward_is_read_in_time():
    import time

    raw = mail(body=BLOCK + "line of text\n" * 400_000)
    start = time.process_time()
    assert read(raw, "x.eml")[0].form is Form.INLINE
    assert time.process_time() - start < 5  # 0.06 s here for 5 MB
