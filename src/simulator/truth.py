# SPDX-License-Identifier: Apache-2.0
"""What the world knows of a mail. Types only."""

from dataclasses import asdict, dataclass

from comity.values.address import Address
from simulator.compose import Written
from simulator.mailers import Outer


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answers for one mail.

    Two mails of one `actor` but of different campaigns are neither surely apart nor together:
    leave such pairs out when scoring a clusterer, as with `related` in the development corpus.
    """

    index: int
    origin_ip: Address  # the peer that connected to the recipient's side
    asn: int
    network: str
    country: str  # of the origin
    kind: str  # of its network: access, hosting, mailbox-provider, relay
    client_ip: str | None  # submitting client, where an honest host below named it
    label: str
    subtype: str
    brand: str | None  # that the mail imitates
    campaign: str | None
    actor: str | None
    zombie: bool  # sent by a taken-over machine on an access network
    way: str  # how it was sent
    language: str
    mutation: tuple[str, ...]
    wanted: bool  # the recipient asked for it, or knows the sender
    recipient: str
    recipient_country: str
    seconds: int  # when the edge took it, UTC since 1970
    vouched: int  # Received fields written by the recipient's side; the last names origin_ip
    forged: int  # invented Received fields below

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"origin_ip": str(self.origin_ip), "mutation": list(self.mutation)}


@dataclass(frozen=True, slots=True)
class SimulatedMail:
    """The exact bytes as the recipient's side stored them, and the truth about them."""

    raw: bytes
    truth: Truth
    written: Written  # what it says, for citizens who only tell of it
    outer: Outer  # its visible header


@dataclass(frozen=True, slots=True)
class SimulatedReport:
    """One file that a citizen sent in. Containers hold several mails, in this order."""

    path: str  # relative; a maildir comes as one report a file
    content: bytes
    form: str  # eml, arf, xarf, attached, inline, sms: of each mail in it
    container: str | None  # mboxo, mboxrd, mboxcl, mboxcl2, maildir, zip
    mails: tuple[SimulatedMail, ...]
    reporter: str
    reported: int  # seconds since 1970, UTC

    def as_json(self) -> dict[str, object]:
        """The truth about it, without the bytes."""
        return {
            "path": self.path,
            "form": self.form,
            "container": self.container,
            "reporter": self.reporter,
            "reported": self.reported,
            "mails": [one.truth.as_json() for one in self.mails],
        }
