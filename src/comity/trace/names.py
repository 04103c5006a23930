# SPDX-License-Identifier: Apache-2.0
"""What a host name tells by its shape: whose it is, and what kind of machine bears it.

Shapes are data (`networks.json`). Never resolves a name.
"""

import json
import re
from functools import lru_cache
from importlib.resources import files

from comity.values.address import Address
from comity.values.domain import registered_domain

# Names that no public DNS holds: RFC 6762 appendix G, RFC 6761, RFC 8375, ICANN's "internal",
# and what mail servers write for their own network.
_INTERNAL_ENDS = (
    ".local", ".lan", ".internal", ".intranet", ".intra", ".private", ".corp", ".home",
    ".localdomain", ".home.arpa", ".localhost", ".invalid", ".nm", ".intraorange", ".priv",
    ".loc", ".dom", ".domain",
)  # fmt: skip


@lru_cache(maxsize=16_384)
def internal_name(name: str) -> bool:
    """A name without a public domain: `mx27`, `store.local`, `10.0.0.1`, or none at all."""
    return _internal(name.lower().rstrip("."))


def _internal(host: str) -> bool:
    if not host or ("." not in host and ":" not in host):
        return True
    if host.endswith(_INTERNAL_ENDS):
        return True
    return host.startswith(("10.", "192.168.", "127.", "fe80:", "fd", "::1"))


@lru_cache(maxsize=16_384)
def organisation(name: str | None) -> str | None:
    """The registered domain of a public host name; None for all else."""
    if not name or len(name) > 253:
        return None
    host = name.lower().rstrip(".")
    return None if _internal(host) else registered_domain(host)


def same_host(a: str | None, b: str | None) -> bool:
    if not a or not b:
        return False
    return a == b or a.lower().rstrip(".") == b.lower().rstrip(".")


@lru_cache(maxsize=1)
def _shapes() -> dict[str, re.Pattern[str]]:
    content = json.loads(files("comity.trace").joinpath("networks.json").read_text("utf-8"))
    return {
        key: re.compile("|".join(content[key]), re.IGNORECASE)
        for key in ("access_names", "hosting_names", "access_networks", "hosting_networks")
    }


@lru_cache(maxsize=4_096)
def names_access(name: str) -> bool:
    """Whether a reverse name has the shape that access networks give their customers."""
    return bool(_shapes()["access_names"].search(name[:253]))


@lru_cache(maxsize=4_096)
def names_hosting(name: str) -> bool:
    return bool(_shapes()["hosting_names"].search(name[:253]))


@lru_cache(maxsize=4_096)
def access_network(network: str) -> bool:
    return bool(_shapes()["access_networks"].search(network[:200]))


@lru_cache(maxsize=4_096)
def hosting_network(network: str) -> bool:
    return bool(_shapes()["hosting_networks"].search(network[:200]))


def looks_like_customer(name: str, ip: Address) -> bool:
    """A name made from the address, or of a customer line: nobody's mail relay."""
    return holds_address(name, ip) or names_access(name) or names_hosting(name)


@lru_cache(maxsize=16_384)
def holds_address(name: str, ip: Address) -> bool:
    """Whether the name spells the address: `198-51-100-7.pool.example`, `c6336407.example`."""
    lowered = name.lower()
    if ip.version == 4:
        octets = str(ip).split(".")
        runs = re.findall(r"\d+", lowered)
        wanted = [octets, octets[::-1]]
        plain = [str(int(run)) for run in runs]
        for start in range(len(plain) - 2):
            if any(
                plain[start : start + size] == part
                for order in wanted
                for size, part in ((4, order), (3, order[:3]), (3, order[1:]))
            ):
                return True
        joined = "".join(octet.zfill(3) for octet in octets)
        return joined in lowered or f"{int(ip):08x}" in lowered
    groups = ip.exploded.split(":")
    return "-".join(groups) in lowered or "".join(groups)[:16] in lowered.replace("-", "")
