# SPDX-License-Identifier: Apache-2.0
"""Domain names: normal form (RFC 5890), registered domain (Public Suffix List).

Never resolves a name. What cannot be normalised is kept as written, with a defect code.
"""

import re
from functools import lru_cache
from pathlib import Path

import idna
import publicsuffixlist

MAX_NAME = 253  # octets, RFC 1035 section 2.3.4
MAX_LABELS = 127  # as many as such a name can have; of more, the last are looked at

# The list's own format (publicsuffix.org/list): "co.uk", "*.ck" (each name below), "!www.ck" (but
# not this one), comments after "//". A rule ends at the first space.
_RULE = re.compile(r"^(!|\*\.|)(?!//)(\S+)", re.MULTILINE)
_PLAIN, _BELOW, _EXCEPT = 1, 2, 3
_KIND = {"": _PLAIN, "*.": _BELOW, "!": _EXCEPT}  # the greater decides where two name the same


@lru_cache(maxsize=1)
def _suffixes() -> dict[str, int]:
    """Suffix → kind of its rule, as Unicode and as A-labels.

    Read here, as the library's own reader takes four times as long: the list comes in the form
    in which IDNA would bring it, so that Punycode alone makes the A-labels.
    """
    found: dict[str, int] = {}
    text = Path(publicsuffixlist.PSLFILE).read_text("utf-8").lower()
    for mark, name in _RULE.findall(text):
        kind = max(_KIND[mark], found.get(name, 0))
        found[name] = kind
        if not name.isascii():
            found[".".join(map(_a_label, name.split(".")))] = kind
    return found


def _a_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


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
    rest = name.lower().removesuffix(".")
    if not rest or rest[0] == "." or rest[-1] == "." or ".." in rest:
        return None
    if rest.count(".") >= MAX_LABELS:
        rest = ".".join(rest.rsplit(".", MAX_LABELS)[1:])
    suffixes = _suffixes()
    one_more = two_more = None  # `rest` with one label before it, and with two
    while True:  # the longest rule that fits decides; where none does, the last label
        kind = suffixes.get(rest)
        if kind is not None:
            return one_more if kind == _PLAIN else two_more if kind == _BELOW else rest
        _, dot, shorter = rest.partition(".")
        if not dot:
            return one_more
        rest, one_more, two_more = shorter, rest, one_more
