# SPDX-License-Identifier: Apache-2.0
"""For all tests: which examples are drawn; a vault in a folder, on a frozen clock."""

import os
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.evidence.note import Signer
from comity.evidence.receipt import Incoming
from comity.service.fsck import fsck
from comity.store.archive import Archive
from comity.store.segments import StoredSegments
from comity.store.vault import Vault

# The same examples in every run, so that a red test is about the change at hand and not about luck.
# `make explore` draws new ones.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("COMITY_TEST_EXAMPLES", "same"))


def pytest_configure():
    """Django is told once a process what it is: the console's settings serve the index as well."""
    from comity.web import project

    # Playwright keeps an event loop in this thread, beside which Django refuses to ask a database;
    # no test of ours is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    folder = tempfile.mkdtemp(prefix="comity-tests-")
    project.configure(
        {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/work.sqlite"},
        key="for tests only, and long enough to sign a session with it",
        hosts=["testserver", "localhost"],
        secure=False,
    )


NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


CHROMIUM = Path(os.environ.get("COMITY_TEST_CHROMIUM", "/usr/bin/chromium"))


@pytest.fixture(scope="session")
def launch_chromium():
    """Starts a browser with these arguments; Playwright itself can run only once a process."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: nothing tried in a browser"
    )
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there (Debian: apt install chromium): no test in a browser")
    with api.sync_playwright() as playwright:

        def launch(*args):
            # No sandbox: tests in a container run as root. They open nothing but our own pages.
            return playwright.chromium.launch(
                executable_path=str(CHROMIUM),
                args=["--no-sandbox", "--disable-dev-shm-usage", *args],
            )

        yield launch


class Place:
    """Where a vault lies."""

    def __init__(self, root):
        self.vault, self.locator = root / "vault", root / "index" / "locator.sqlite"
        self.vault.mkdir(parents=True, exist_ok=True)
        self.signer = Signer("comity/gb/1", Ed25519PrivateKey.from_private_bytes(bytes(32)))
        self.random = random.Random(1)

    def open(self, **options):
        options = {"now": lambda: NOW, "entropy": self.random.randbytes} | options
        return Vault(self.vault, self.locator, self.signer, **options)

    @property
    def archive(self):
        return Archive(self.vault, self.locator)

    @property
    def segments(self):
        return StoredSegments(self.vault, self.locator)

    def fsck(self):
        return fsck(SimpleNamespace(segments=self.segments, verifier=self.signer.verifier))


@pytest.fixture
def place(fast_path):
    return Place(fast_path / "place")


@pytest.fixture
def fast_path(tmp_path):
    """A folder in memory where there is one: these tests open hundreds of vaults."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def another_place():
    return Place


@pytest.fixture
def reports():
    """Reports of the given numbers, each with its own bytes."""

    def make(*numbers):
        return [
            Incoming(f"box!{n}.eml", f"Subject: offer {n}\r\n\r\nBuy {n}\r\n".encode(), "cli")
            for n in numbers
        ]

    return make
