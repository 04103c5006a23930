# SPDX-License-Identifier: Apache-2.0
"""Address data from MMDB files (MaxMind DB format 2.0), for the port `trace.addresses`.

Knows the record shapes of IPinfo Lite, of DB-IP and GeoLite, and of ip-location-db. Several files
add up: the first that knows a fact gives it. Only reads; fetches nothing.
"""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb

from comity.trace.trace import AddressFacts
from comity.values.address import Address, unwrapped
from comity.values.country import Country, country
from comity.values.errors import BadData, InputOutput

CACHED = 65_536  # addresses kept; ours, about 20 MB


class Mmdb:
    """`AddressData` over one or more MMDB files."""

    def __init__(self, paths: list[Path]) -> None:
        self._readers = [(_open(path), _label(path)) for path in paths]
        self._names = [f"{label} {_date(reader)}" for reader, label in self._readers]
        self._facts = lru_cache(maxsize=CACHED)(self._look_up)

    def facts(self, ip: Address) -> AddressFacts:
        """What the files say; `data` names those that answered, or why nothing is known."""
        return self._facts(unwrapped(ip))

    def version(self) -> str:
        return ", ".join(self._names) or "none"

    def close(self) -> None:
        for reader, _ in self._readers:
            reader.close()

    def _look_up(self, ip: Address) -> AddressFacts:
        asn: int | None = None
        network: str | None = None
        found: Country | None = None
        network_type: str | None = None
        used: list[str] = []
        for (reader, _), name in zip(self._readers, self._names, strict=True):
            record = _record(reader, ip)
            if record is None:
                continue
            more = (_asn(record), _network(record), _country(record))
            its_type = _network_type(record)
            if (
                (asn is None and more[0])
                or (found is None and more[2])
                or (network_type is None and its_type)
            ):
                used.append(name)
            if asn is None:
                asn, network = more[0], more[1] or network
            found = found or more[2]
            network_type = network_type or its_type
        if not used:
            return AddressFacts(None, None, None, f"{self.version()} does not hold {ip}")
        return AddressFacts(asn, network, found, ", ".join(used), network_type)


def _open(path: Path) -> maxminddb.Reader:
    try:
        reader = maxminddb.open_database(str(path))
        reader.metadata()  # a damaged one is only found when it is asked for
        return reader
    except FileNotFoundError:
        raise InputOutput(
            f"{path}: no such file", "make geo fetches one; or give the path of an MMDB file."
        ) from None
    except OSError as error:
        raise InputOutput(f"{path}: {error.strerror or error}", "Check the rights.") from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise BadData(
            f"{path}: not a MaxMind DB file", "Give a file that ends in .mmdb, unpacked."
        ) from None


def _label(path: Path) -> str:
    return path.stem


def _date(reader: maxminddb.Reader) -> str:
    try:
        return f"{datetime.fromtimestamp(reader.metadata().build_epoch, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return "without date"


def _record(reader: maxminddb.Reader, ip: Address) -> dict[str, Any] | None:
    try:
        record = reader.get(ip)
    except (ValueError, maxminddb.InvalidDatabaseError):  # IPv6 in an IPv4 file; damaged branch
        return None
    return record if isinstance(record, dict) else None


def _asn(record: dict[str, Any]) -> int | None:
    value = record.get("asn", record.get("autonomous_system_number"))
    if isinstance(value, str):
        digits = value.upper().removeprefix("AS")
        value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 11 else None
    return value if isinstance(value, int) and 0 < value < 2**32 else None


def _network(record: dict[str, Any]) -> str | None:
    for key in ("as_name", "autonomous_system_organization", "as_organization", "org"):
        value = record.get(key)
        if isinstance(value, str) and value:
            return value[:200]
    return None


def _network_type(record: dict[str, Any]) -> str | None:
    """What the network is for, as IPinfo names it: hosting, isp, business, education."""
    value = record.get("as_type")
    return value.strip().lower()[:40] or None if isinstance(value, str) else None


def _country(record: dict[str, Any]) -> Country | None:
    value = record.get("country_code")
    if value is None:
        nested = record.get("country", record.get("registered_country"))
        value = nested.get("iso_code") if isinstance(nested, dict) else nested
    if not isinstance(value, str) or len(value.strip()) != 2:
        return None
    try:
        return country(value)
    except ValueError:  # XK, EU, ZZ: not assigned by ISO 3166-1
        return None
