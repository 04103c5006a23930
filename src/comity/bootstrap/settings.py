# SPDX-License-Identifier: Apache-2.0
"""A node's settings: one TOML file, each value overridable by `COMITY_…` in the environment."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from comity.store.vault import SEGMENT_BYTES
from comity.values.country import Country, country
from comity.values.errors import BadData, InputOutput, WrongUse

FILE = "comity.toml"
VERSION = 1
_LEAST_SEGMENT = 1 << 16  # bytes; ours: below this a vault is mostly file names


@dataclass(frozen=True, slots=True)
class Settings:
    country: Country
    origin: str  # the name under which the node signs its log
    database_url: str = ""  # empty: SQLite in the node's folder
    segment_bytes: int = SEGMENT_BYTES

    def print(self) -> str:
        return f"""\
# Settings of a Comity node. Each can be overridden in the environment:
# COMITY_DATABASE_URL, COMITY_VAULT_SEGMENT_BYTES.
version = {VERSION}
country = "{self.country}"
origin = "{self.origin}"  # the log is signed under this name: do not change it

[database]
url = "{self.database_url}"  # "postgresql://user@host/name"; empty: SQLite in this folder

[vault]
segment_bytes = {self.segment_bytes}  # a segment is sealed when it is larger
"""


def read(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the node in this folder. Raises WrongUse, BadData, InputOutput."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WrongUse(
            f"there is no node in {folder}",
            "Make one: comity init --country GB, or name its folder: --node DIR",
        ) from None
    except OSError as error:
        raise InputOutput(f"{path}: {error.strerror}") from error
    try:
        return _settings(tomllib.loads(text), environ)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadData(
            f"{path}: {error}", "Correct it; docs/explanation/vault.md shows one."
        ) from error


def _settings(values: dict[str, object], environ: Mapping[str, str]) -> Settings:
    if values["version"] != VERSION:
        raise ValueError(f"expected version {VERSION}, got {values['version']!r}")
    database, vault = values.get("database", {}), values.get("vault", {})
    assert isinstance(database, dict) and isinstance(vault, dict)
    url = environ.get("COMITY_DATABASE_URL", str(database.get("url", "")))
    size = int(environ.get("COMITY_VAULT_SEGMENT_BYTES", vault.get("segment_bytes", SEGMENT_BYTES)))
    if size < _LEAST_SEGMENT:
        raise ValueError(f"expected vault.segment_bytes of {_LEAST_SEGMENT} or more, got {size}")
    return Settings(country(str(values["country"])), str(values["origin"]), url, size)
