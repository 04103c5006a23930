# SPDX-License-Identifier: Apache-2.0
"""A node's settings: one TOML file, each value overridable by `COMITY_…` in the environment."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from comity.evidence.note import Verifier
from comity.store.vault import SEGMENT_BYTES
from comity.values.country import Country, country
from comity.values.errors import BadData, InputOutput, WrongUse

FILE = "comity.toml"
VERSION = 1
_LEAST_SEGMENT = 1 << 16  # bytes; ours: below this a vault is mostly file names


@dataclass(frozen=True, slots=True)
class Reading:
    """What the analysis of a node's reports depends on; see `comity analyse --help`."""

    trust: str = ""  # JSON file, docs/reference/trust.md
    trusted_relays: tuple[str, ...] = ()
    geo: tuple[str, ...] = ()  # MMDB files
    address_policy: str = "production"


@dataclass(frozen=True, slots=True)
class Settings:
    country: Country
    origin: str  # the name under which the node signs its log
    database_url: str = ""  # empty: SQLite in the node's folder
    segment_bytes: int = SEGMENT_BYTES
    reading: Reading = Reading()

    def print(self) -> str:
        return f"""\
# Settings of a Comity node. All but country and origin can be overridden in the environment:
# COMITY_DATABASE_URL, COMITY_VAULT_SEGMENT_BYTES, COMITY_TRUST, COMITY_TRUSTED_RELAYS, COMITY_GEO,
# COMITY_ADDRESS_POLICY (several relays: "," between them; several files: "{os.pathsep}").
version = {VERSION}
country = "{self.country}"
origin = "{self.origin}"  # the log is signed under this name: do not change it

[database]
url = "{self.database_url}"  # "postgresql://user@host/name"; empty: SQLite in this folder

[vault]
segment_bytes = {self.segment_bytes}  # a segment is sealed when it is larger

[reading]  # change it, then: comity reanalyse
trust = {_quoted(self.reading.trust)}  # JSON file: hosts whose Received lines are believed
trusted_relays = {_list(self.reading.trusted_relays)}  # CIDRs or hosts that are your own
geo = {_list(self.reading.geo)}  # MMDB files: network and country of an address
address_policy = {_quoted(self.reading.address_policy)}  # "demo": documentation ranges count
"""


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"


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
    except UnicodeDecodeError as error:
        raise BadData(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error
    try:
        return _settings(tomllib.loads(text), environ)
    except KeyError as error:
        raise BadData(f"{path}: expected a value for {error}", "Add it.") from error
    except (ValueError, TypeError) as error:
        raise BadData(
            f"{path}: {error}", "Correct it; docs/explanation/vault.md shows one."
        ) from error


def _settings(values: dict[str, object], environ: Mapping[str, str]) -> Settings:
    if values["version"] != VERSION:
        raise ValueError(f"expected version {VERSION}, got {values['version']!r}")
    database, vault = values.get("database", {}), values.get("vault", {})
    if not (isinstance(database, dict) and isinstance(vault, dict)):
        raise ValueError("expected [database] and [vault] to be tables")
    url = environ.get("COMITY_DATABASE_URL", str(database.get("url", "")))
    size = int(environ.get("COMITY_VAULT_SEGMENT_BYTES", vault.get("segment_bytes", SEGMENT_BYTES)))
    if size < _LEAST_SEGMENT:
        raise ValueError(f"expected vault.segment_bytes of {_LEAST_SEGMENT} or more, got {size}")
    code, origin = country(str(values["country"])), str(values["origin"])
    Verifier(origin, bytes(32))  # raises ValueError for a name nobody can sign under
    return Settings(code, origin, url, size, _reading(values, environ))


def _reading(values: dict[str, object], environ: Mapping[str, str]) -> Reading:
    found = values.get("reading", {})
    if not isinstance(found, dict):
        raise ValueError("expected [reading] to be a table")
    relays, geo = environ.get("COMITY_TRUSTED_RELAYS"), environ.get("COMITY_GEO")
    return Reading(
        trust=environ.get("COMITY_TRUST", str(found.get("trust", ""))),
        trusted_relays=_texts(found, "trusted_relays") if relays is None else _split(relays, ","),
        geo=_texts(found, "geo") if geo is None else _split(geo, os.pathsep),
        address_policy=environ.get(
            "COMITY_ADDRESS_POLICY", str(found.get("address_policy", "production"))
        ),
    )


def _texts(values: dict[str, object], key: str) -> tuple[str, ...]:
    found = values.get(key, [])
    if not isinstance(found, list):  # a bare string would be read letter by letter
        raise ValueError(f"expected reading.{key} to be a list, got {found!r}")
    return tuple(str(one) for one in found)


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(mark) if one.strip())
