# SPDX-License-Identifier: Apache-2.0
"""Names that criminals borrow, and the domains that are truly theirs (`data/brands.txt`).

Knows which domain belongs to which name; decides nothing. A name in the list is no reproach.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from comity.category.words import TOKEN, fold
from comity.values.errors import BadData

KINDS = frozenset(
    "tech social security streaming shop courier payment bank crypto carrier state travel "
    "insurance energy".split()
)


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    kind: str
    country: str
    spellings: tuple[str, ...]  # distinct on their own, also in running text
    weak: tuple[str, ...]  # everyday words too: only in From names and hosts
    domains: frozenset[str]

    def owns(self, domain: str | None, host: str = "") -> bool:
        """Whether a registered domain (or a host below one) is the brand's own."""
        if domain and domain in self.domains:
            return True
        while host:
            if host in self.domains:
                return True
            _, _, host = host.partition(".")
        return False


@dataclass(slots=True)
class Brands:
    brands: tuple[Brand, ...]
    by_domain: dict[str, int] = field(default_factory=dict)
    by_squeezed: dict[str, int] = field(default_factory=dict)  # "wellsfargo" → its index

    def __post_init__(self) -> None:
        for index, brand in enumerate(self.brands):
            for domain in brand.domains:
                self.by_domain.setdefault(domain, index)
        if self.by_squeezed:
            return
        for index, brand in enumerate(self.brands):
            for spelling in (*brand.spellings, *brand.weak):
                key = squeezed(spelling)
                if len(key) >= 4 and key.isascii():
                    self.by_squeezed.setdefault(key, index)


def squeezed(text: str) -> str:
    """Letters and digits only, folded: "Wells Fargo" → "wellsfargo"."""
    return "".join(fold(word) for word in TOKEN.findall(text))


def read(text: str) -> Brands:
    """Read the brand file. Raises BadData that names the line."""
    return Brands(tuple(_lines(text)))


def _lines(text: str) -> Iterator[Brand]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [column.strip() for column in line.split("|")]
        if len(columns) != 5 or columns[1] not in KINDS or not columns[4]:
            raise BadData(
                f"brands.txt:{number}: expected name|kind|country|spellings|domains",
                f"Known kinds: {', '.join(sorted(KINDS))}.",
            )
        name, kind, country, others, domains = columns
        spellings = [word.strip() for word in others.split(",") if word.strip()]
        own = [] if "@" in spellings else [name]
        every = [*own, *(word for word in spellings if word != "@")]
        yield Brand(
            name=name.lstrip("~"),
            kind=kind,
            country=country,
            spellings=tuple(word for word in every if not word.startswith("~")),
            weak=tuple(word[1:] for word in every if word.startswith("~")),
            domains=frozenset(domains.split()),
        )
