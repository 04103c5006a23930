# SPDX-License-Identifier: Apache-2.0
"""A node: one folder with settings, keys, vault and index. Makes it, opens it, joins its parts.

`vault/` is the truth and `keys/` prove it; all below `index/` is derived and may be deleted.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from comity.bootstrap import settings as settings_file
from comity.bootstrap.settings import Reading, Settings
from comity.evidence.note import Signer, Verifier
from comity.store.archive import Archive
from comity.store.files import Disk, Files, trouble
from comity.store.segments import StoredSegments
from comity.store.vault import Vault
from comity.values.country import country as read_country
from comity.values.errors import BadData, InputOutput, WrongUse

if TYPE_CHECKING:  # loads Django
    from comity.store.decisions import Decisions
    from comity.store.index import Index
    from comity.store.journal import JournalStore
    from comity.store.questions import Questions


def _utc() -> datetime:
    return datetime.now(UTC)


def default_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`COMITY_HOME`, else the platform's data folder."""
    if home := environ.get("COMITY_HOME"):
        return Path(home)
    from platformdirs import user_data_path

    return user_data_path("comity", appauthor=False)


class Node:
    """An existing node. Fills the port `service.ports.Node`."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        signer: Signer,
        *,
        now: Callable[[], datetime] = _utc,
        entropy: Callable[[int], bytes] = os.urandom,
        files: Files | None = None,
    ) -> None:
        self.folder, self.settings = folder, settings
        self._signer, self._entropy, self._files = signer, entropy, files or Disk()
        self.now = now

    @classmethod
    def create(
        cls,
        folder: Path | str,
        country: str,
        *,
        now: Callable[[], datetime] = _utc,
        entropy: Callable[[int], bytes] = os.urandom,
        environ: Mapping[str, str] = os.environ,
        reading: Reading | None = None,
    ) -> "Node":
        """A new node. Raises WrongUse if there is one already or the country is none."""
        folder = Path(folder).absolute()
        if (folder / settings_file.FILE).exists():
            raise WrongUse(f"there is a node in {folder} already", "Choose another folder: --node")
        try:
            code = read_country(country)
        except ValueError as error:
            raise WrongUse(str(error), "Example: comity init --country GB") from error
        try:
            for name in ("keys", "vault", "index"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / "keys").chmod(0o700)
            key = Ed25519PrivateKey.from_private_bytes(entropy(32))
            public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            origin = f"comity/{code.lower()}/{public.hex()[:8]}"
            signer = Signer(origin, key)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            _put(folder / "keys" / "node.key", pem, Disk())
            _put(folder / "keys" / "node.pub", f"{signer.verifier.print()}\n".encode(), Disk())
            settings = Settings(code, origin, reading=reading or Reading())
            # Last: where the settings are, there is a whole node.
            _put(folder / settings_file.FILE, settings.print().encode(), Disk())
        except OSError as error:
            fact = f"making a node in {folder}: {error.strerror or error}"
            raise InputOutput(fact, "Choose a folder that can be written: --node DIR") from error
        return cls.open(folder, now=now, entropy=entropy, environ=environ)

    @classmethod
    def open(
        cls,
        folder: Path | str | None = None,
        *,
        now: Callable[[], datetime] = _utc,
        entropy: Callable[[int], bytes] = os.urandom,
        environ: Mapping[str, str] = os.environ,
        files: Files | None = None,
    ) -> "Node":
        """The node in this folder; without one, in `default_folder`. Raises WrongUse, BadData."""
        folder = (Path(folder) if folder is not None else default_folder(environ)).absolute()
        settings = settings_file.read(folder, environ)
        path = folder / "keys" / "node.key"
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise InputOutput(
                f"{path}: {error.strerror}", "Bring it back from a backup."
            ) from error
        except (ValueError, TypeError) as error:
            raise BadData(f"{path} is no private key", "Bring it back from a backup.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise BadData(f"{path} is no Ed25519 key", "Bring it back from a backup.")
        signer = Signer(settings.origin, key)
        return cls(folder, settings, signer, now=now, entropy=entropy, files=files)

    @property
    def verifier(self) -> Verifier:
        """The public key of the node's log."""
        return self._signer.verifier

    @property
    def _locator(self) -> Path:
        return self.folder / "index" / "locator.sqlite"

    @cached_property
    def archive(self) -> Archive:
        """The vault, for reading."""
        return Archive(self.folder / "vault", self._locator)

    @cached_property
    def segments(self) -> StoredSegments:
        """The vault's files, for `fsck`."""
        return StoredSegments(self.folder / "vault", self._locator)

    def writer(self) -> Vault:
        """The vault, for writing, until it is closed. Raises TryLater if somebody else writes."""
        return self._vault("vault", self._locator, self._signer)

    def _vault(self, name: str, locator: Path, signer: Signer) -> Vault:
        return Vault(
            self.folder / name,
            locator,
            signer,
            now=self.now,
            entropy=self._entropy,
            files=self._files,
            segment_bytes=self.settings.segment_bytes,
        )

    @cached_property
    def journal(self) -> "JournalStore":
        """What people did at this node, in a log of its own beside that of the reports."""
        from comity.store.journal import JournalStore

        folder = self.folder / "journal"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise trouble(error, f"making {folder}") from error
        locator = self.folder / "index" / "journal.sqlite"
        signer = self._signer.named(f"{self.settings.origin}/journal")
        return JournalStore(
            folder, locator, signer.verifier, lambda: self._vault("journal", locator, signer)
        )

    @cached_property
    def alias(self) -> str:
        """The index's database, connected. Raises ServiceAway."""
        from comity.store.database import connect  # late: Django takes 0.2 s to load

        if self.settings.database_url:
            return connect(self.settings.database_url)
        path = self.folder / "index" / "comity.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise trouble(error, f"making {path.parent}") from error
        return connect(path)

    @property
    def index(self) -> "Index":
        """The index, for the use cases: `store.index.Index`."""
        alias = self.alias  # first: the tables can be imported only when Django is set up
        from comity.store.index import Index

        return Index(alias)

    @property
    def decisions(self) -> "Decisions":
        """What people decided, as the index knows it: `store.decisions.Decisions`."""
        alias = self.alias  # first: the tables can be imported only when Django is set up
        from comity.store.decisions import Decisions

        return Decisions(alias)

    @property
    def questions(self) -> "Questions":
        """The index, for people: `store.questions.Questions`."""
        alias = self.alias  # first: the tables can be imported only when Django is set up
        from comity.store.questions import Questions

        return Questions(alias)


def _put(path: Path, content: bytes, files: Files) -> None:
    """Write a small file so that it is there whole or not at all."""
    draft = path.with_name(path.name + ".new")
    file = files.create(draft)
    try:
        files.write(file, 0, content)
        files.sync(file)
    finally:
        files.close(file)
    files.replace(draft, path)
    files.sync_folder(path.parent)
