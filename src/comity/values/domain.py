# SPDX-License-Identifier: Apache-2.0
"""Domain names: normal form (RFC 5890), registered domain (Public Suffix List).

Never resolves a name. What cannot be normalised is kept as written, with a defect code.
"""

from functools import lru_cache

import idna
import publicsuffixlist
from publicsuffixlist import PublicSuffixList

MAX_NAME = 253  # octets, RFC 1035 section 2.3.4

_psl: PublicSuffixList | None = None


def _list() -> PublicSuffixList:
    global _psl
    if _psl is None:  # 0.2 s to read, and comity --help does not need it
        _psl = PublicSuffixList()
    return _psl


def psl_version() -> str:
    """Which Public Suffix List decided, for the result's `versions`."""
    return f"publicsuffixlist {publicsuffixlist.__version__}"


@lru_cache(maxsize=65_536)
def ascii_name(name: str) -> tuple[str, str | None]:
    """(A-label form in lower case, defect code or None).

    Real hosts break IDNA (`a_b.example`): such a name stays as written in lower case and comes
    with "domain-not-idna".
    """
    lowered = name.strip().rstrip(".").lower()
    if len(lowered) > MAX_NAME * 4:
        return lowered[:MAX_NAME], "domain-too-long"
    if lowered.isascii() and "xn--" not in lowered:
        return lowered, "domain-too-long" if len(lowered) > MAX_NAME else None
    try:
        return idna.encode(lowered, uts46=True, transitional=False).decode("ascii"), None
    except (idna.IDNAError, UnicodeError):
        return lowered, "domain-not-idna"


@lru_cache(maxsize=65_536)
def unicode_name(name: str) -> str:
    """U-label form for people; the name itself where it has none."""
    if "xn--" not in name:
        return name
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


@lru_cache(maxsize=65_536)
def registered_domain(name: str) -> str | None:
    """The name one level below its public suffix, private section included.

    None for a suffix itself, an empty name, or an address literal.
    """
    if not name or name.startswith("[") or name.replace(".", "").isdigit() or ":" in name:
        return None
    found = _list().privatesuffix(name)
    return str(found) if found else None
