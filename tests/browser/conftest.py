# SPDX-License-Identifier: Apache-2.0
"""The console in a real browser: `comity serve` on a small simulated node, headless Chromium.

A test fails on any error in the browser's console, any breach of the content security policy, and
any request to another host. Screenshots go to the folder that COMITY_TEST_SCREENSHOTS names.
"""

import base64
import hmac
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MAILS = 60  # of the simulated world: some campaigns, every form of report
PATIENCE = 15_000  # milliseconds for a page on a busy machine; usually a fiftieth of it


@dataclass
class Served:
    """A console that answers."""

    url: str
    set_up: str  # the one-time link
    folder: Path  # of the node
    people: dict = field(default_factory=dict)  # role: id, name, session


@pytest.fixture(scope="session")
def served(launch_chromium):  # first: without a browser nothing is started
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        comity = [sys.executable, "-m", "comity"]
        demo = ["demo", "--dir", folder, "--mails", str(MAILS), "--jobs", "1", "--json"]
        subprocess.run([*comity, *demo], check=True, stdout=subprocess.DEVNULL)
        node = Path(folder) / "node"
        serve = [*comity, "serve", "--node", str(node), "--port", "0", "--json"]
        process = subprocess.Popen(serve, stdout=subprocess.PIPE)
        try:
            told = json.loads(process.stdout.readline())
            make = [sys.executable, str(HERE / "make_people.py"), str(node)]
            people = json.loads(subprocess.run(make, check=True, capture_output=True).stdout)
            yield Served(told["url"].rstrip("/"), told["set_up"], node, people)
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def chromium(launch_chromium):
    browser = launch_chromium()
    yield browser
    browser.close()


class Visitor:
    """One person's browser: a page, and what went wrong in it."""

    def __init__(self, browser, served, role=None, **options):
        self.served, self.troubles, self._fine = served, [], ()
        self._context = browser.new_context(
            base_url=served.url, **{"viewport": {"width": 1280, "height": 800}} | options
        )
        self._context.set_default_timeout(PATIENCE)
        if role:
            self.person = served.people[role]
            session = {"name": "comity_session", "value": self.person["session"]}
            self._context.add_cookies([session | {"url": served.url}])
        self.page = self._context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def allow(self, *words):
        """A console message with one of these words is no trouble: the page was to answer 404."""
        self._fine += words

    def _said(self, message):
        if message.type == "error" and not any(word in message.text for word in self._fine):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.served.url + "/", "data:", "blob:", "about:")):
            self.troubles.append(f"{self.page.url} asks another host: {request.url}")

    def shot(self, name):
        if folder := os.environ.get("COMITY_TEST_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def close(self):
        self._context.close()


@pytest.fixture
def visit(chromium, served):
    """Opens a browser for a role that is signed in, or for nobody."""
    visitors = []

    def made(role=None, **options):
        visitors.append(Visitor(chromium, served, role, **options))
        return visitors[-1]

    yield made
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    for visitor in visitors:
        visitor.close()
    assert not troubles


@pytest.fixture(scope="session")
def totp():
    """The six digits that an authenticator app shows now for a secret (RFC 6238)."""

    def code(secret):
        counter = struct.pack(">Q", int(time.time()) // 30)
        mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
        start = mac[-1] & 15
        number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"

    return code
