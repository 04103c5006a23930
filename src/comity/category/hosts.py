# SPDX-License-Identifier: Apache-2.0
"""What anybody can do at a domain: free mailboxes, free pages, gifts (`data/hosts.txt`).

Facts about services, never about a sender.
"""

from dataclasses import dataclass

from comity.values.errors import BadData

CLASSES = frozenset(
    ("free-mail", "free-host", "carries-anyones-mail", "donation-page", "picture-host")
)


NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hosts:
    free_mail: frozenset[str]
    free_host: frozenset[str]
    carries: frozenset[str]
    donation: frozenset[str]
    picture: frozenset[str]
    of_links: dict[str, frozenset[str]]  # name → its classes that matter for links

    def classes(self, host: str) -> frozenset[str]:
        """The classes of a link's host and of what it stands below, in one walk."""
        found = NOTHING
        of_links = self.of_links
        while host:
            if host in of_links:
                found |= of_links[host]
            _, _, host = host.partition(".")
        return found


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
    of_links: dict[str, frozenset[str]] = {}
    for kind in CLASSES - {"free-mail"}:
        for host in found[kind]:
            of_links[host] = of_links.get(host, NOTHING) | {kind}
    return Hosts(
        frozenset(found["free-mail"]),
        frozenset(found["free-host"]),
        frozenset(found["carries-anyones-mail"]),
        frozenset(found["donation-page"]),
        frozenset(found["picture-host"]),
        of_links,
    )


def within(host: str, names: frozenset[str]) -> bool:
    """Whether a host is one of the names or stands below one."""
    while host:
        if host in names:
            return True
        _, _, host = host.partition(".")
    return False
