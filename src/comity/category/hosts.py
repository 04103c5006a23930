# SPDX-License-Identifier: Apache-2.0
"""What anybody can do at a domain: free mailboxes, free pages, gifts (`data/hosts.txt`).

Facts about services, never about a sender.
"""

from dataclasses import dataclass

from comity.values.errors import BadData

CLASSES = frozenset(
    ("free-mail", "free-host", "carries-anyones-mail", "donation-page", "picture-host")
)


@dataclass(frozen=True, slots=True)
class Hosts:
    free_mail: frozenset[str]
    free_host: frozenset[str]
    carries: frozenset[str]
    donation: frozenset[str]
    picture: frozenset[str]


def read(text: str) -> Hosts:
    """Read the file. Raises BadData for a class it does not know."""
    found: dict[str, set[str]] = {name: set() for name in CLASSES}
    current: set[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            current = found.get(line.strip("[]"))
        elif current is not None:
            current.update(line.split())
        if current is None:
            raise BadData(f"hosts.txt:{number}: unknown class {line[:40]!r}", "See hosts.CLASSES.")
    return Hosts(
        frozenset(found["free-mail"]),
        frozenset(found["free-host"]),
        frozenset(found["carries-anyones-mail"]),
        frozenset(found["donation-page"]),
        frozenset(found["picture-host"]),
    )


def within(host: str, names: frozenset[str]) -> bool:
    """Whether a host is one of the names or stands below one."""
    while host:
        if host in names:
            return True
        _, _, host = host.partition(".")
    return False
