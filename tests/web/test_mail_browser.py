# SPDX-License-Identifier: Apache-2.0
"""Hostile mail in a real browser: nothing asks another address, runs, or covers the console.

Each hostile page is opened twice: as the console shows it, and with the cleaner switched off, so
that the second line of defence, the frame and its policy, is seen to hold alone (H03).
"""

import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.pool import analyser
from comity.safeguard.role import Role
from comity.service.ingest import ingest
from comity.service.reanalyse import reanalyse
from comity.values.digest import digest_of
from comity.web import harmless

HOSTILE = sorted((Path(__file__).parent / "hostile").glob("*.html"))
MAILS = {
    path.stem: b"From: a@bad.example\r\nSubject: " + path.stem.encode() + b"\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n" + path.read_bytes()
    for path in HOSTILE
}


class Canary:
    """What `canary.example` is for the browser: a door that counts who knocks."""

    def __init__(self):
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.knocks = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                knocking, _ = self._door.accept()
            except OSError:
                return
            self.knocks += 1
            knocking.close()

    def close(self):
        self._door.close()


@pytest.fixture(scope="module")
def canary():
    found = Canary()
    yield found
    found.close()


@pytest.fixture(scope="module")
def chromium(canary, launch_chromium):
    browser = launch_chromium(f"--host-resolver-rules=MAP canary.example 127.0.0.1:{canary.port}")
    yield browser
    browser.close()


@pytest.fixture
def served(console):
    """The console at an address of this machine, with a mail around each hostile page."""
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    list(ingest(((f"{name}.eml", raw, "test") for name, raw in MAILS.items()), console.node))
    reanalyse(console.node, analyser(lambda: of_node(console.node), 1), campaigns=False)
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    console.base = f"http://localhost:{server.effective_port}"
    yield console
    server.close()
    thread.join(5)


class Watched:
    """A page of a signed-in browser; what it asked for elsewhere and what scripts said."""

    def __init__(self, chromium, served):
        signed_in = served.as_(Role.ANALYST).cookies["comity_session"].value
        self.context = chromium.new_context(viewport={"width": 1000, "height": 700})
        cookie = {"name": "comity_session", "value": signed_in, "url": served.base}
        self.context.add_cookies([cookie])
        self.page = self.context.new_page()
        self.elsewhere, self.said = [], []
        ours = urlsplit(served.base).netloc
        self.context.on(
            "request",
            lambda asked: (
                None if urlsplit(asked.url).netloc == ours else self.elsewhere.append(asked.url)
            ),
        )
        self.context.on(
            "console", lambda told: self.said.append(told.text) if told.type == "log" else None
        )
        self.context.on("dialog", lambda told: (self.said.append("dialog"), told.dismiss()))
        self.base = served.base

    def frame_of(self, mail):
        """The frame of this mail, in a page of the console."""
        address = f"{self.base}/mail/{digest_of(mail)}/"
        self.page.goto(f"{address}?show=page")
        frame = self.page.frames[1]
        frame.wait_for_load_state("load")
        return frame

    def frames(self):
        """The same for every mail, by turns in one page: many times faster."""
        frame = self.frame_of(MAILS["01-script"])
        for name, mail in MAILS.items():
            address = f"{self.base}/mail/{digest_of(mail)}/frame/"
            with self.page.expect_event("framenavigated"):
                self.page.locator("iframe").evaluate("(it, to) => { it.src = to }", address)
            frame.wait_for_load_state("load")
            yield name, frame


@pytest.fixture
def watched(chromium, served):
    found = Watched(chromium, served)
    yield found
    found.context.close()


PARTS = """() => [...document.querySelectorAll("*")].flatMap(one => [
    ...(/^(a|area|base|button|embed|form|frame|iframe|img|input|link|math|meta|object|script|svg|video|audio)$/
        .test(one.localName) && one.getAttribute("charset") === null ? [one.localName] : []),
    ...[...one.attributes].filter(it => /^on|^(src|srcset|href|action|data|poster|background)$/
        .test(it.name)).map(it => one.localName + " " + it.name),
    ...(/fixed|absolute|sticky/.test(getComputedStyle(one).position) ? ["position"] : []),
])"""  # fmt: skip


def test_h01_h02_no_hostile_page_runs_loads_or_leaves(watched, canary):
    knocks = canary.knocks
    for name, frame in watched.frames():
        assert frame.evaluate(PARTS) == [], name
        assert watched.elsewhere == [], name
        assert watched.said == [], name
        assert len(watched.page.frames) == 2, name
    assert canary.knocks == knocks


# Chromium opens a connection for a frame inside the frame before it asks the policy, which then
# stops the request. Only the cleaner keeps that from happening.
KNOCKING = ("25-svg-foreign-object", "50-iframe")


def test_h03_the_frame_holds_alone_with_the_cleaner_switched_off(watched, canary, monkeypatch):
    monkeypatch.setattr(harmless, "clean", lambda page, picture="": page)
    knocks = canary.knocks
    for name, _ in watched.frames():
        watched.page.wait_for_timeout(100 if name in KNOCKING else 20)
        assert watched.said == [], name
        if name in KNOCKING:
            assert watched.elsewhere == [], name
            knocks = canary.knocks
        assert canary.knocks == knocks, name  # a request that the policy stops never leaves
        watched.elsewhere.clear()  # it names those as well
        assert urlsplit(watched.page.url).netloc == urlsplit(watched.base).netloc, name


def test_the_canary_would_be_heard(watched, canary):
    """Without frame and policy the same pages do run: so the silence above means something."""
    said = asked = 0
    for name in ("01-script", "07-image-onerror", "19-meta-refresh", "35-style-url"):
        page = MAILS[name].split(b"\r\n\r\n", 1)[1].decode()
        watched.page.goto("about:blank")
        watched.page.set_content(page, wait_until="commit")
        watched.page.wait_for_timeout(150)
        said += bool(watched.said)
        asked += bool(watched.elsewhere)
        watched.said.clear()
        watched.elsewhere.clear()
    assert said >= 2
    assert asked >= 3
    assert canary.knocks >= 1


def test_h04_a_page_that_covers_all_stays_in_its_frame(watched, monkeypatch):
    mail = MAILS["40-style-covers-page"]
    for cleaner in (harmless.clean, lambda page, picture="": page):
        monkeypatch.setattr(harmless, "clean", cleaner)
        watched.frame_of(mail)
        place = watched.page.locator("iframe").bounding_box()
        out = [(20, 20), (place["x"] - 3, place["y"] + 20), (place["x"] + 30, place["y"] - 5)]
        hit = "([x, y]) => document.elementFromPoint(x, y).localName"
        for spot in out:
            assert watched.page.evaluate(hit, spot) != "iframe"
        inside = (place["x"] + 30, place["y"] + 30)
        assert watched.page.evaluate(hit, inside) == "iframe"


def test_h05_a_click_on_a_link_of_a_mail_leads_nowhere(watched):
    frame = watched.frame_of(MAILS["14-link-to-top"])
    before = watched.page.url
    frame.get_by_text("Hello").click()
    watched.page.wait_for_timeout(100)
    assert watched.page.url == before
    assert watched.elsewhere == []
    assert len(watched.context.pages) == 1


def test_the_page_breaks_no_rule_of_its_own_policy(watched):
    broken = []
    watched.page.on(
        "console", lambda told: broken.append(told.text) if told.type == "error" else None
    )
    for show in ("text", "page", "source"):
        watched.page.goto(f"{watched.base}/mail/{digest_of(MAILS['01-script'])}/?show={show}")
    assert broken == []


def test_m14_turned_text_reads_as_it_stands(watched):
    frame = watched.frame_of(MAILS["61-bidi"])
    text = frame.locator("body").inner_text()
    assert "[U+202E]exe.fdp[U+202C]" in text
    assert "[U+2066]there" in text
