# SPDX-License-Identifier: Apache-2.0
"""Groups W and R where today's output reaches: terminal, JSON, the campaign's HTML picture."""

import base64
import re
from html.parser import HTMLParser

import pytest

BAIT = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'\x1b[31m\u202e&lt;{{7*7}}"
REPORTER = "anna.witness@citizen.example"


def word(text: str) -> bytes:
    return b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="


def hostile(number: int) -> bytes:
    return (
        b'Received: from evil.example (evil"><script>alert(9)</script>.example'
        b" [198.51.100.%d])\r\n\tby mx.recipient.example (Postfix) with ESMTP id 4A%d;\r\n"
        b"\tTue, 03 Nov 2026 10:0%d:00 +0000\r\n"
        b"From: %s <a@x.example>\r\nTo: %s\r\nSubject: %s\r\n"
        b"Date: Tue, 03 Nov 2026 09:59:58 +0000\r\nMessage-ID: <%d@x.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<p>Your account has been limited, confirm your password now at our secure page or it"
        b" will be closed within 24 hours</p><a href='http://x.example/\"><script>alert(3)"
        b"</script>'>Bank %s</a><a href='javascript:alert(4)'>x</a>\r\n"
        % (number + 1, number, number, word(BAIT), REPORTER.encode(), word(BAIT), number, b"<i>")
    )


@pytest.fixture
def picture(comity, node, tmp_path):
    mails = tmp_path / "mails"
    mails.mkdir()
    for number in range(6):
        (mails / f"{number}<script>.eml").write_bytes(hostile(number))
    assert comity("ingest", mails, "--node", node).code == 0
    name = comity("campaigns", "--node", node, "--json").lines[0]["id"]
    assert comity("campaign", name, "--node", node).code == 0  # `check` looks at the terminal
    assert comity("campaign", name, "--node", node, "--html", tmp_path / "c.html").code == 0
    return (tmp_path / "c.html").read_text("utf-8")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def test_w01_r03_the_picture_runs_nothing_fetches_nothing_and_names_no_reporter(picture):
    found = Tags()
    found.feed(picture)
    assert not found.tags & {"script", "img", "iframe", "object", "embed", "link", "base", "a"}
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not [v for n, v in found.attributes if n in ("href", "src") and not v.startswith("#")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", picture)
    assert "default-src 'none'" in picture
    assert "&lt;script&gt;alert(1)" in picture  # it is there, as text
    assert REPORTER not in picture


def test_w01_one_mail_on_a_terminal_shows_no_live_link_and_no_control_character(comity, tmp_path):
    (tmp_path / "a.eml").write_bytes(hostile(0))
    for words in (["a.eml"], ["a.eml", "a.eml"]):
        ran = comity("analyse", *words, cwd=tmp_path)  # `check` looks for control characters
        assert ran.code == 0
        assert b"http://" not in ran.out


@pytest.mark.parametrize("field", [b"Subject", b"From"])
def test_w06_a_line_end_in_an_encoded_word_makes_no_second_line(comity, tmp_path, field):
    evil = word("x\r\nBcc: victim@x.example\r\n\r\nbody")
    (tmp_path / "a.eml").write_bytes(
        field + b": " + evil + b" <a@x.example>\r\nDate: Tue, 03 Nov 2026 09:59:58 +0000\r\n\r\nx"
    )
    ran = comity("analyse", tmp_path / "a.eml", "--json")
    (line,) = ran.lines
    assert line["message"]["all_from"] == [line["message"]["from"]] or not line["message"]["from"]
    table = comity("analyse", tmp_path / "a.eml").out.decode()
    assert not re.search(r"(?m)^\s*Bcc:", table)


def test_r04_a_joe_job_is_not_traced_to_the_firm_it_names(mail):
    """The firm's names and invented lines below; the peer that our own server saw is another."""
    import comity
    from comity.values.address import DEMO

    joe = mail(1).replace(
        b"sender.example (sender.example [198.51.100.7])",
        b"victim.example (dsl-9.access.example [203.0.113.9])",
    )
    joe = joe.replace(
        b"From: Shop <offers@sender.example>",
        b"Received: from mail.victim.example (mail.victim.example [198.51.100.25])\r\n"
        b"\tby out.victim.example (Postfix) with ESMTPS id 1; Tue, 03 Nov 2026 09:59:59 +0000\r\n"
        b"From: Victim <info@victim.example>",
    )  # fmt: skip
    found = comity.trace(joe, policy=DEMO)
    assert found.origin is not None
    assert str(found.origin.ip) == "203.0.113.9"
    assert [hop.standing.value for hop in found.hops] == ["vouched", "claimed"]


def test_r10_a_report_that_somebody_made_up_has_no_origin(comity, tmp_path):
    (tmp_path / "typed.eml").write_bytes(
        b"From: bad@rival.example\r\nTo: me@x.example\r\nSubject: buy\r\n\r\nBuy!\r\n"
    )
    (line,) = comity("analyse", tmp_path / "typed.eml", "--json").lines
    assert line["trace"]["origin"] is None
    assert line["trace"]["confidence"] == "none"
    assert line["trace"]["reasons"]
