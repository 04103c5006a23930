# SPDX-License-Identifier: Apache-2.0
"""A vault in a folder, opened as often as a test likes, on a frozen clock."""

import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.evidence.note import Signer
from comity.evidence.receipt import Incoming
from comity.service.fsck import fsck
from comity.store.archive import Archive
from comity.store.segments import StoredSegments
from comity.store.vault import Vault

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


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
