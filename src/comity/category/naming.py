# SPDX-License-Identifier: Apache-2.0
"""Which brand a mail speaks as, and whether sender and links are that brand's own.

A mail that merely mentions a name is not accused of borrowing it: the name must stand as sender,
in the subject, or in the text beside a call to act. Gives evidence only.
"""

from dataclasses import dataclass, field

from comity.category.brands import Brand, Brands
from comity.category.evidence import Evidence
from comity.category.ideas import Named, Read
from comity.category.words import TOKEN, fold
from comity.message.message import Link, Message
from comity.values.domain import registered_domain

OWN_NAME = 5  # letters of a domain that can be a name. Ours
EARLY_WORDS = 80  # of the text: whoever borrows a name shows it at the top. Ours
TRUSTED = frozenset(("bank", "payment", "crypto", "carrier", "courier", "state", "social", "tech"))
CARRIERS = frozenset(("carrier", "courier"))
ACCOUNT = frozenset(("bank", "payment", "crypto", "state"))  # nobody resells their name
# A name in the text alone is spoken as only beside one of these ideas.
_CALLS = frozenset(("click", "urgency", "callback"))
_RANK = {"from": 8.0, "address": 6.0, "subject": 4.0, "text": 1.0}


@dataclass(slots=True)
class _Candidates:
    """The brands that are named, with how much and where."""

    scores: dict[int, float] = field(default_factory=dict)
    zones: dict[int, set[str]] = field(default_factory=dict)
    places: dict[int, Named] = field(default_factory=dict)

    def add(self, brand: int, zone: str) -> None:
        self.scores[brand] = self.scores.get(brand, 0.0) + _RANK[zone]
        self.zones.setdefault(brand, set()).add(zone)


def find(
    message: Message,
    read: Read,
    brands: Brands,
    links: tuple[Link, ...],
    vouched: str | None,
    evidence: Evidence,
) -> Brand | None:
    """Note what names say; return the brand that the mail speaks as, imitated or not."""
    named = _named(message, read, brands, evidence)
    _foreign_hosts(links, brands, evidence)
    if not named.scores:
        return None
    index = max(named.scores, key=lambda it: (named.scores[it], -it))
    brand = brands.brands[index]
    where = named.zones[index]
    in_from = bool(where & {"from", "address"})
    _note_brand(brand, where, evidence)
    if index in named.places:
        evidence.places["brand-imitated"] = named.places[index].place
    # Anybody can have a mailbox or a page at these: the name does not speak there itself.
    anybodys = "free-mail-sender" in evidence.counts
    domain = message.from_.domain if message.from_ else ""
    owns_sender = not anybodys and brand.owns(_registered(domain), domain)
    owned = sum(1 for link in links if brand.owns(link.domain, link.host))
    foreign = len(links) - owned
    if owns_sender:
        evidence.note("brand-owns-sender")
    if not foreign and (owned or owns_sender):
        evidence.note("brand-owns-links")
    calls = not evidence.counts.keys().isdisjoint(_CALLS)
    short = "text-short" in evidence.counts  # hardly more than the name
    addressed = calls or (message.html and ("subject" in where or short))
    speaks_as = in_from or (addressed and not _knows_reader(evidence))
    if not speaks_as or (not in_from and _bears_own_name(message)):
        return None
    if not owns_sender:
        if in_from or not owned or foreign > owned * 3:
            evidence.note("brand-imitated")
    elif links and not owned and vouched != _registered(domain):
        evidence.note("brand-imitated")
        evidence.note("sender-forged")
    return brand


def _named(message: Message, read: Read, brands: Brands, evidence: Evidence) -> _Candidates:
    found = _Candidates()
    for named in read.named:
        if named.weak and named.zone != "from":
            continue
        if named.zone == "text" and _is_far(named, read):
            continue
        found.add(named.brand, named.zone)
        found.places.setdefault(named.brand, named)
    sender = message.from_
    if sender is not None:
        free = "free-mail-sender" in evidence.counts
        address = sender.address.partition("@")[0] if free else sender.address
        for index in _in_address(address, brands):
            found.add(index, "address")
    return found


def _note_brand(brand: Brand, where: set[str], evidence: Evidence) -> None:
    evidence.details["brand"] = brand.name
    if where & {"from", "address"}:
        evidence.note("brand-in-from")
    if "subject" in where:
        evidence.note("brand-in-subject")
    if brand.kind in TRUSTED:
        evidence.note("trusted-brand")
    if brand.kind in ACCOUNT:
        evidence.note("account-brand")
    if brand.kind == "crypto":
        evidence.note("crypto-brand")
    elif brand.kind in CARRIERS:
        evidence.note("carrier-brand")
    elif brand.kind == "state":
        evidence.note("state-brand")


def _bears_own_name(message: Message) -> bool:
    """Whether the From name is the sender's own domain: it then speaks as itself."""
    if message.from_ is None:
        return False
    label = (_registered(message.from_.domain) or "").partition(".")[0].replace("-", "")
    words = [fold(word) for word in TOKEN.findall(message.from_.name[:100])]
    return len(label) >= OWN_NAME and (label in "".join(words) or label in words)


def _is_far(named: Named, read: Read) -> bool:
    if isinstance(named.place, tuple):
        return named.place[0] > read.subject_end + EARLY_WORDS
    return named.place.start > EARLY_WORDS * 3


def _knows_reader(evidence: Evidence) -> bool:
    """Talk among people mentions names without speaking as them."""
    return "reply-thread" in evidence.counts or "discussion-list" in evidence.counts


def _registered(domain: str) -> str | None:
    return registered_domain(domain) or domain or None


def _in_address(address: str, brands: Brands) -> set[int]:
    """Brands that stand as a word in the address: "security@paypal-help.example"."""
    found: set[int] = set()
    for word in TOKEN.findall(address.lower()[:200]):
        index = brands.by_squeezed.get(word.strip("0123456789"))
        if index is not None:
            found.add(index)
    return found


def _foreign_hosts(links: tuple[Link, ...], brands: Brands, evidence: Evidence) -> None:
    seen: set[str] = set()
    for link in links:
        host, domain = link.host, link.domain
        if host in seen:
            continue
        seen.add(host)
        if domain in brands.by_domain:
            continue
        for word in TOKEN.findall(host):
            index = brands.by_squeezed.get(word.strip("0123456789"))
            if index is None:
                continue
            brand = brands.brands[index]
            if brand.owns(domain, host) or len(word) < 5 or brand.weak:
                continue
            evidence.note("brand-in-foreign-host")
            evidence.details.setdefault("linkbrand", brand.name)
            return
