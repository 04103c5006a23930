# SPDX-License-Identifier: Apache-2.0
"""What is known of the recipient's side while the walk goes down its lines.

Learns from believed lines only. Decides nothing by itself; see `trace.boundary`.
"""

from enum import IntEnum

from comity.trace.claim import ClaimedHop
from comity.trace.names import internal_name, organisation
from comity.trace.services import Provider
from comity.trace.trust import Trust
from comity.values.address import Address, AddressPolicy


class Weight(IntEnum):
    """How sure one step is."""

    DOUBTFUL = 1
    LIKELY = 2
    SURE = 3


class Side:
    """The recipient's own hosts, as far as the believed lines tell."""

    __slots__ = (
        "addresses",
        "configured",
        "organisations",
        "own",
        "policy",
        "provider",
        "recipients",
        "trust",
    )

    def __init__(self, trust: Trust, policy: AddressPolicy) -> None:
        self.trust = trust
        self.configured = trust.configured
        self.policy = policy
        self.provider: Provider | None = None  # whose inner hosts we are among
        self.own = False  # reached through, or written by, what the operator named
        self.addresses: set[int] = set()  # that the writing hosts say are theirs
        self.organisations: set[str] = set()  # of the hosts that wrote believed lines
        self.recipients: set[str] = set()  # of the mailboxes those took the mail for

    def learn(self, hop: ClaimedHop) -> None:
        """Take in one believed line."""
        by = hop.by
        if hop.by_ip is not None:
            self.addresses.add(_number(hop.by_ip))
        if self.configured and self.trust.wrote_own(by, hop.by_ip):
            self.own = True
        domain = mail_domain(hop.for_) if hop.for_ is not None else None
        writer = self.trust.services.writer(by, hop.by_ip)
        if writer is not None:
            self.provider = writer
        elif by is not None and not internal_name(by):
            self.provider = None
        elif self.provider is None and not self.organisations:
            # An inner name, but whose mailbox it is may be told.
            self.provider = self.trust.services.provider(domain)
        found = organisation(by)
        if found is not None:
            self.organisations.add(found)
        found = organisation(domain) if domain is not None else None
        if found is not None:
            self.recipients.add(found)

    def is_writer(self, ip: Address) -> bool:
        """Whether one of the writing hosts says that this address is its own."""
        return _number(ip) in self.addresses

    def is_ours(self, name: str | None) -> bool:
        """Whether a host name lies in a domain of this side. A name alone proves nothing."""
        found = organisation(name)
        return found is not None and (found in self.organisations or found in self.recipients)

    def goes_on(self, following: ClaimedHop | None) -> Weight:
        """How well the next line fits as written by another host of the same side."""
        if following is None or following.by is None:
            return Weight.SURE
        if self.same_service(following):
            return Weight.SURE
        if self.configured and self.trust.wrote_own(following.by, following.by_ip):
            return Weight.SURE
        if internal_name(following.by):
            return Weight.SURE
        found = organisation(following.by)
        if found is not None and found in self.organisations:
            return Weight.SURE
        if found is not None and found in self.recipients:
            return Weight.LIKELY
        # Until now only inner names were seen, so nothing contradicts.
        return Weight.LIKELY if not self.organisations else Weight.DOUBTFUL

    def same_service(self, following: ClaimedHop) -> bool:
        if self.provider is None:
            return False
        writer = self.trust.services.writer(following.by, following.by_ip)
        return writer is self.provider or (writer is None and internal_name(following.by or ""))


def mail_domain(mailbox: str | None) -> str | None:
    return mailbox.rpartition("@")[2] if mailbox and "@" in mailbox else None


def _number(ip: Address) -> int:
    """One number per address: hashing `ipaddress` objects is slow. IPv4 counts below zero."""
    return int(ip) if ip.version == 6 else ~int(ip)
