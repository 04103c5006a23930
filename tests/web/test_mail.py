# SPDX-License-Identifier: Apache-2.0
"""The page of one mail: what it shows and to whom, what is journalled, and that nothing escapes it.

Hostile pages are in `hostile/`; the browser in which they are opened is in `test_mail_browser.py`.
"""

import io
import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
import pyzipper
from django.test import Client

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.node import Node
from comity.bootstrap.pool import analyser
from comity.bootstrap.settings import Reading
from comity.evidence.event import EventKind
from comity.safeguard.role import Role
from comity.service.ingest import ingest
from comity.service.reanalyse import reanalyse
from comity.values.digest import digest_of
from comity.web import harmless, mail_facts
from comity.web.attachment_archive import member

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.html"))
LARGE = {
    "nested-div": "<div>" * 200_000 + "Hello",  # 1 MB
    "nested-formatting": "<b><i><font>" * 90_000 + "Hello",
    "huge-table": "<table>" + "<tr><td>x</td></tr>" * 60_000 + "</table>Hello",
    "many-attributes": "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">Hello",
    "many-links": "".join(f'<a href="https://n{n}.example/">x</a>' for n in range(20_000)),
    "long-word": "<p>" + "A" * 1_000_000,
    "many-comments": "<!-- x -->" * 100_000 + "Hello",
}


# What a cleaned page may be made of. Written anew here, not taken from the cleaner.
TAGS = set(
    "abbr address article aside b big blockquote br caption center cite code col colgroup dd del "
    "details div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li "
    "main mark nav ol p pre q s samp section small span strike strong sub summary sup table tbody "
    "td tfoot th thead tr tt u ul var wbr".split()
)
ATTRIBUTES = set(
    "align bgcolor border cellpadding cellspacing class color colspan dir face height lang rowspan "
    "size span start style type valign width".split()
)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"{tag} {name}")
            if name == "style" and re.search(
                r"[\\@]|(?<!rgb)(?<!calc)\(|position|content|animation|behav", value
            ):
                self.faults.append(f"style: {value}")

    def handle_comment(self, data):
        self.faults.append("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.faults, "".join(reader.text)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_h01_h02_nothing_that_loads_runs_or_leaves_is_kept(path):
    clean = harmless.clean(path.read_text("utf-8"))
    faults, text = read(clean)
    assert faults == []
    assert harmless._STRICT.clean(clean) == clean, "what came out is read as it was written"
    assert "Hello" in text or path.stem in SWALLOWED
    assert "\u202e" not in text


SWALLOWED = {  # the word stands in a drawing, a formula or a plaintext element, or nowhere
    "15-link-with-userinfo",
    "22-svg-script",
    "23-svg-image-and-use",
    "24-svg-animate",
    "27-mathml-link",
    "28-mathml-mutation",
    "33-template-and-xmp",
    "51-frameset",
}


@pytest.mark.parametrize("page", LARGE.values(), ids=LARGE)
def test_h07_large_pages_are_drawn_harmless_or_not_at_all(page):
    clean = harmless.clean(page)
    assert clean is None or read(clean)[0] == []


def test_h05_a_link_is_words_with_its_true_target():
    page = '<a href="https://evil.example/a?b=1&amp;c=2">https://bank.example/</a>'
    faults, text = read(harmless.clean(page))
    assert not faults
    assert text == "https://bank.example/ [→ hxxps://evil[.]example/a?b=1&c=2]"


def test_h05_a_relative_link_leads_where_the_page_says():
    page = '<base href="https://evil.example/d/"><a href="x">y</a>'
    assert read(harmless.clean(page))[1] == "y [→ hxxps://evil[.]example/d/x]"


def test_a_plain_text_is_escaped_marked_and_cut():
    assert harmless.text_page("<b>\u202ex\0") == "<pre>&lt;b&gt;[U+202E]x</pre>"
    for turn in "\u202a\u202e\u2066\u2069":
        assert turn not in harmless.text_page(turn) + harmless.clean(f"<p>{turn}x</p>")
    assert len(harmless.text_page("x" * 10_000_000)) < harmless.MAX_PLAIN + 20


TARGETS = {
    "https://bad.example/x.y": "hxxps://bad[.]example/x.y",
    "http://u@bad.example/": "hxxp://u[@]bad[.]example/",
    "mailto:a@b.example": "mailto:a[@]b[.]example",
    "bad.example/x": "bad[.]example/x",
    "bad.example:80/x": "bad[.]example:80/x",
    "https://a\u202eb.example/": "hxxps://a[U+202E]b[.]example/",
    "javascript:alert(1)": "javascript:alert(1)",
    "": "",
}


@pytest.mark.parametrize(("url", "shown"), TARGETS.items(), ids=TARGETS)
def test_a_target_is_shown_so_that_it_cannot_be_followed(url, shown):
    assert harmless.defanged(url) == shown


def test_harmless_style_stays_and_a_picture_is_a_word():
    page = '<p style="color: rgb(1, 2, 3); position: fixed">a <img alt="a logo" src=x></p>'
    assert harmless.clean(page) == (
        '<p style="color:rgb(1, 2, 3)">a <span class="comity-picture">[picture: a logo]</span></p>'
    )


# Pages of a node that holds a few mails.

CANARY = "<script>canary()</script>"
FILE = b"MZ\x90\x00 this is no program, but it begins like one\r\n"


def letter(html, subject="Hello", sender="Ann", file="x", more=b""):
    """A mail with a page and an attached file, as a mail server hands it over."""
    import base64
    import binascii

    def word(text):
        return b"=?utf-8?B?" + binascii.b2a_base64(text.encode(), newline=False) + b"?="

    return (
        b"Received: from bad.example (bad.example [203.0.113.9])\r\n"
        b"\tby mx.recipient.example (Postfix) with ESMTPS id 4A\r\n"
        b"\tfor <victim.name@recipient.example>; Tue, 03 Nov 2026 10:00:05 +0000\r\n"
        b"Received: from x.bad.example (x.bad.example [203.0.113.10])\r\n"
        b"\tby bad.example (Postfix) with ESMTPS id 4B; Tue, 03 Nov 2026 09:58:00 +0000\r\n"
        b"From: " + word(sender) + b" <a@bad.example>\r\n"
        b"To: Victim <victim.name@recipient.example>\r\n"
        b"Subject: " + word(subject) + b"\r\n"
        b"Date: Tue, 03 Nov 2026 10:00:00 +0000\r\n" + more + b"MIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\n'
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(html.encode())
        + b"\r\n--b1\r\nContent-Type: application/octet-stream\r\n"
        b"Content-Disposition: attachment; filename*=utf-8''"
        + "".join(f"%{byte:02X}" for byte in file.encode()).encode()
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(FILE)
        + b"\r\n--b1--\r\n"
    )


PHISH = letter(
    "<p>Dear customer, your account is suspended. Verify your password within 24 hours at "
    '<a href="https://evil.example/login">https://bank.example/</a> or it will be closed.</p>'
    '<p style="display:none">unseen words</p>',
    subject="Verify your account",
)
HOSTILE_WORDS = letter(
    f"<p>{CANARY.replace('<', '&lt;')} \u202egnp.exe &amp;amp; more</p>",
    subject=f"S {CANARY}",
    sender=f"N {CANARY}",
    file=f"F {CANARY}\u202efdp.exe",
    more=b"X-Odd: <script>canary()</script>\r\n",
)
PLAIN = b"From: a@bad.example\r\nSubject: no way told\r\n\r\nhello <script>canary()</script>\r\n"
TOLD = letter("<p>Another letter</p>", subject="Told by a desk")


def arf(mail):
    """A feedback report (RFC 5965) about this mail."""
    return (
        b"From: feedback@isp.example\r\nTo: desk@recipient.example\r\nSubject: abuse\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/report; "
        b'report-type=feedback-report; boundary="r1"\r\n\r\n'
        b"--r1\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
        b"--r1\r\nContent-Type: message/feedback-report\r\n\r\n"
        b"Feedback-Type: abuse\r\nUser-Agent: T/1\r\nVersion: 1\r\n"
        b"Original-Rcpt-To: <secret.citizen@isp.example>\r\nSource-IP: 203.0.113.9\r\n\r\n"
        b"--r1\r\nContent-Type: message/rfc822\r\n\r\n" + mail + b"\r\n--r1--\r\n"
    )


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """A node with these mails, and one mail around each hostile page."""
    folder = tmp_path_factory.mktemp("mails")
    node = Node.create(folder / "node", "GB", reading=Reading(address_policy="demo"))
    items = {"phish": PHISH, "words": HOSTILE_WORDS, "plain": PLAIN, "arf": arf(TOLD)}
    items["again"] = arf(PHISH)
    list(ingest(((f"{name}.eml", raw, "test") for name, raw in items.items()), node))
    reanalyse(node, analyser(lambda: of_node(node), 1), campaigns=False)
    of_report = {json.loads(line)["path"].split(".")[0]: json.loads(line) for line in
                 node.questions.lines()}  # fmt: skip
    return SimpleNamespace(node=node, **{key: one["sha256"] for key, one in of_report.items()})


@pytest.fixture
def desk(console, mails):
    """The console, serving that node."""
    from comity.web import project

    project.start(mails.node, hosts=[], secure=False, second_factor=False)
    console.node = mails.node
    console.mails = mails
    return console


def page(desk, digest, role=Role.ANALYST, **asked):
    answer = desk.as_(role).get(f"/mail/{digest}/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def since(desk, before):
    return desk.events()[before:]


def test_the_page_says_what_it_is_where_from_and_why(desk):
    told = page(desk, desk.mails.phish)
    assert "Verify your account" in told
    assert "phishing" in told
    assert "<code>203.0.113.9</code>" in told or "undetermined" in told
    assert "hxxps://evil[.]example/login" in told
    assert "The text shows bank.example, but the link leads to evil.example." in unescape(told)
    assert "unseen words" in told.split("Text that the mail hides")[1]
    assert desk.mails.phish in told
    assert "Leaf of the log" in told
    assert digest_of(FILE) in told
    assert 'style="' not in told
    assert "https://evil.example" not in told


def test_reasons_are_marked_in_the_text_and_named_beside_it(desk):
    told = page(desk, desk.mails.phish)
    text = told.split('class="mv-text">')[1].split("</div>")[0]
    marks = re.findall(r'<mark title="([^"]+)" id="mark-(\d+)">(.*?)</mark>', text)
    assert marks
    beside = told.split('class="mv-marks">')[1].split("</ol>")[0]
    for title, number, _ in marks:
        assert f'href="#mark-{number}"' in beside
        assert title
    shown = unescape(re.sub(r"<sup.*?</sup>|<[^>]+>", "", text)).strip()
    from comity.service.view import open_mail

    assert shown == open_mail(desk.node, desk.mails.phish).message.text.strip()
    bank = next(words for title, _, words in marks if "bank.example" in title)
    assert "https://bank.example/" in bank


def test_a_persons_verdict_is_shown_above_the_machines_and_can_be_undone(desk):
    browser = desk.as_(Role.ANALYST)
    address = f"/mail/{desk.mails.words}/"
    assert 'data-key="a"' in browser.get(address).content.decode()
    machine = re.search(r"<strong>([\w-]+)</strong>", card(browser, address))[1]
    said = {"mail": desk.mails.words, "label": "fraud", "note": "<i>seen</i>", "next": address}
    assert browser.post("/mail/verdict/", said).url == address
    told = card(browser, address)
    assert "<strong>fraud</strong>" in told
    assert f"The machine found: {machine}" in told
    assert "&lt;i&gt;seen&lt;/i&gt;" in told
    leaf = re.search(r'form="undo" name="leaf" value="(\d+)"', told)[1]
    assert 'form="undo"' not in card(desk.as_(Role.SUPERVISOR), address)
    browser.post("/undo/", {"leaf": leaf, "next": address})
    assert f"<strong>{machine}</strong>" in card(browser, address).split("What people said")[0]


def card(browser, address):
    told = browser.get(address).content.decode()
    return told.split("What it is</h2>")[1].split("</section>")[0]


def test_what_is_not_known_is_said_to_be_undetermined(desk):
    told = page(desk, desk.mails.plain)
    assert "no line that a mail server wrote" in told
    assert told.count("undetermined") >= 2
    assert "There is no Received line." in told


def test_every_look_is_in_the_journal_before_it_is_shown(desk):
    browser = desk.as_(Role.ANALYST)
    for asked, kinds in (
        ("?show=text", [EventKind.MAIL_SEEN]),
        ("?show=page", [EventKind.MAIL_SEEN]),
        ("frame/", [EventKind.MAIL_SEEN]),
        ("?show=source", [EventKind.MAIL_SEEN, EventKind.MAIL_SOURCE_SEEN]),
    ):
        before = len(desk.events())
        assert browser.get(f"/mail/{desk.mails.phish}/{asked}").status_code == 200
        seen = since(desk, before)
        assert [event.kind for event in seen] == kinds
        assert {event.subject for event in seen} == {desk.mails.phish}
        assert {event.actor for event in seen} == {str(browser.account.pk)}


def test_when_the_journal_cannot_be_written_nothing_is_shown(desk, monkeypatch):
    from comity.values.errors import TryLater

    def full(event):
        raise TryLater("the disk is full", "Make room.")

    browser = desk.as_(Role.SUPERVISOR)
    monkeypatch.setattr(desk.node.journal, "append", full)
    for asked in ("", "?show=source", "frame/"):
        answer = browser.get(f"/mail/{desk.mails.phish}/{asked}")
        assert answer.status_code == 503
        assert b"Verify" not in answer.content
    purpose = {"purpose": "to answer the citizen"}
    answer = browser.post(f"/mail/{desk.mails.arf}/reporter/", purpose)
    assert answer.status_code == 503
    assert b"feedback@isp.example" not in answer.content
    answer = browser.post(f"/mail/{desk.mails.phish}/attachment/{digest_of(FILE)}/")
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers


def test_a_mail_that_is_not_here_is_not_found_and_not_journalled(desk):
    browser = desk.as_(Role.SUPERVISOR)
    before = len(desk.events())
    for digest in ("0" * 64, "0" * 63, "../etc", desk.mails.phish.upper()):
        for rest in ("", "frame/", "reporter/"):
            assert browser.get(f"/mail/{digest}/{rest}").status_code == 404
    assert since(desk, before) == []


def test_the_digest_of_a_report_names_no_mail(desk):
    assert digest_of(arf(TOLD)) != desk.mails.arf
    assert desk.as_(Role.ANALYST).get(f"/mail/{digest_of(arf(TOLD))}/").status_code == 404


def test_w01_a_script_in_any_field_is_text(desk):
    for show in ("text", "page", "source"):
        told = page(desk, desk.mails.words, show=show)
        assert "<script>canary" not in told
        assert "&lt;script&gt;canary" in told
        assert "\u202e" not in told
    assert "[U+202E]" in page(desk, desk.mails.words)
    told = page(desk, desk.mails.plain, show="source")
    assert "<script>canary" not in told


def test_w01_a_script_in_a_networks_name_is_text(desk, monkeypatch):
    lines = desk.node.questions.analyses(desk.mails.phish)
    origin = lines[0]["line"]["trace"]["origin"] = {
        "ip": "203.0.113.9", "asn": 64500, "network": f"Net {CANARY}", "country": "GB",
        "kind": "hosting", "name": f"host {CANARY}", "client": None, "client_country": None,
    }  # fmt: skip
    lines[0]["line"]["trace"]["hops"][0]["by"] = f"by {CANARY}"
    lines[0]["line"]["category"]["reasons"][0]["text"] = f"because {CANARY}"
    asked = type(desk.node.questions)
    monkeypatch.setattr(asked, "analyses", lambda self, digest: lines)
    told = page(desk, desk.mails.phish)
    assert "<script>canary" not in told
    assert told.count("&lt;script&gt;canary") >= 5
    assert unescape(told).count(origin["network"]) >= 1


def test_the_source_is_capped_and_says_so(desk, monkeypatch):
    from comity.web import mail as views

    monkeypatch.setattr(views, "MAX_SOURCE", 200)
    told = page(desk, desk.mails.phish, show="source")
    assert f"200 of {len(PHISH)} bytes" in told
    source = told.split('class="mv-source">')[1].split("</pre>")[0]
    assert (
        len(unescape(re.sub(r"<sup.*?</sup>|<[^>]+>", "", source)).strip()) < 210
    )  # a tab is four


def test_who_reported_and_to_whom_it_went_is_covered(desk):
    for show in ("text", "page"):
        told = page(desk, desk.mails.arf, role=Role.SUPERVISOR, show=show)
        for word in ("secret.citizen", "feedback@isp.example", "victim.name", "Victim"):
            assert word not in told
        assert "…@recipient.example" in told


def test_p01_who_reported_is_revealed_for_a_purpose_only(desk):
    browser = desk.as_(Role.CASE_OFFICER)
    address = f"/mail/{desk.mails.arf}/reporter/"
    before = len(desk.events())
    assert b"feedback@isp.example" not in browser.get(address).content
    for too_little in (" ", "x", "curious"):
        refused = browser.post(address, {"purpose": too_little}).content
        assert b"feedback@isp.example" not in refused, too_little
    assert since(desk, before) == []
    purpose = "The citizen asked what became of the report."
    told = browser.post(address, {"purpose": purpose}).content
    assert b"feedback@isp.example" in told
    assert b"secret.citizen@isp.example" in told
    (event,) = since(desk, before)
    assert event.kind is EventKind.REPORTER_REVEALED
    assert (event.subject, event.detail["purpose"]) == (desk.mails.arf, purpose)


def test_a_mail_reported_twice_has_two_reports(desk):
    assert desk.mails.again == desk.mails.phish
    assert "This mail was reported 2 times." in page(desk, desk.mails.phish)
    browser = desk.as_(Role.SUPERVISOR)
    told = browser.post(f"/mail/{desk.mails.phish}/reporter/", {"purpose": "to thank them both"})
    assert b"Report 2</h2>" in told.content
    assert b"feedback@isp.example" in told.content


def test_p01_an_analyst_sees_no_way_to_reveal(desk):
    told = page(desk, desk.mails.arf)
    assert "/reporter/" not in told
    answer = desk.as_(Role.ANALYST).post(
        f"/mail/{desk.mails.arf}/reporter/", {"purpose": "I am just curious about it"}
    )
    assert answer.status_code == 404
    assert b"feedback@isp.example" not in answer.content


def test_an_attachment_leaves_in_a_locked_archive(desk):
    browser = desk.as_(Role.ANALYST)
    address = f"/mail/{desk.mails.words}/attachment/{digest_of(FILE)}/"
    assert browser.get(address).status_code == 404
    before = len(desk.events())
    answer = browser.post(address)
    (event,) = since(desk, before)
    assert event.kind is EventKind.ATTACHMENT_EXPORTED
    assert event.detail == {"attachment": digest_of(FILE), "size": len(FILE)}
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert FILE not in answer.content
    with pyzipper.AESZipFile(io.BytesIO(answer.content)) as box:
        (name,) = box.namelist()
        assert name.endswith(".sample") and not set(name) & set("/\\<>:\u202e")
        with pytest.raises(RuntimeError):
            box.read(name)
        box.setpassword(b"infected")
        assert box.read(name) == FILE


def test_an_attachment_of_another_mail_is_not_found(desk):
    address = f"/mail/{desk.mails.plain}/attachment/{digest_of(FILE)}/"
    browser = desk.as_(Role.ANALYST)
    before = len(desk.events())
    assert browser.post(address).status_code == 404
    assert since(desk, before) == []


def test_w02_nothing_is_revealed_or_exported_by_a_form_from_elsewhere(desk):
    signed_in = desk.as_(Role.SUPERVISOR)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in.cookies
    before = len(desk.events())
    for rest in ("reporter/", f"attachment/{digest_of(FILE)}/"):
        answer = browser.post(f"/mail/{desk.mails.phish}/{rest}", {"purpose": "a long purpose"})
        assert answer.status_code == 403
    assert since(desk, before) == []


NAMES = {
    "invoice.pdf": "invoice.pdf.sample",
    "../../etc/passwd": "_.._etc_passwd.sample",
    "C:\\x.exe": "C_x.exe.sample",
    "": "unnamed.sample",
    "...": "unnamed.sample",
    "계약서.hwp": "계약서.hwp.sample",
    "a" * 300: "a" * 80 + ".sample",
}


@pytest.mark.parametrize(("name", "inside"), NAMES.items(), ids=[*range(len(NAMES))])
def test_the_name_inside_the_archive_is_harmless(name, inside):
    assert member(name) == inside


def test_the_frame_has_a_policy_of_its_own(desk):
    answer = desk.as_(Role.ANALYST).get(f"/mail/{desk.mails.phish}/frame/")
    policy = answer.headers["Content-Security-Policy"]
    rules = dict((*one.split(" ", 1), "")[:2] for one in policy.split("; "))
    assert rules["default-src"] == rules["form-action"] == "'none'"
    assert rules["frame-ancestors"] == "'self'"
    assert rules["sandbox"] == ""
    assert set(rules) == {
        "default-src", "style-src", "sandbox", "form-action", "base-uri", "frame-ancestors"
    }  # fmt: skip
    told = page(desk, desk.mails.phish, show="page")
    assert f'<iframe class="mv-frame" sandbox="" src="/mail/{desk.mails.phish}/frame/"' in told


def test_a_plain_mail_is_text_in_the_frame_too(desk):
    told = desk.as_(Role.ANALYST).get(f"/mail/{desk.mails.plain}/frame/").content.decode()
    assert "hello &lt;script&gt;canary()&lt;/script&gt;" in told


def test_another_version_of_the_reader_marks_nothing_in_the_text(desk, monkeypatch):
    lines = desk.node.questions.analyses(desk.mails.phish)
    lines[0]["line"]["message"]["text_characters"] += 1
    monkeypatch.setattr(type(desk.node.questions), "analyses", lambda self, digest: lines)
    told = page(desk, desk.mails.phish)
    assert "made by another version" in told
    assert "<mark" not in told.split('class="mv-text">')[1].split("</div>")[0]


def test_covered_leaves_the_domain():
    text = 'a@b.example, "C D" <c.d@e.example>; x'
    assert mail_facts.covered(text) == '…@b.example, "C D" <…@e.example>; x'
