# SPDX-License-Identifier: Apache-2.0
"""What one Received field says (RFC 5321 section 4.4): a claim, whoever wrote it.

A value. Made by `trace.hop` and `trace.usual`; whom to believe is for `trace.boundary`.
"""

from datetime import datetime
from typing import NamedTuple

from comity.trace.way import Way, tls_of
from comity.values.address import Address
from comity.values.span import Span


class ClaimedHop(NamedTuple):  # made five times a mail, and quicker than a dataclass
    """What one Received field says. Nobody we trust has confirmed it."""

    by: str | None = None  # host that says it took the mail, as written
    by_ip: Address | None = None  # its own address, where it states one
    from_name: str | None = None  # HELO as written: the peer chose it
    from_host: str | None = None  # reverse name of the peer as the writing host saw it
    from_host_checked: bool = False  # whether this server's form shows only confirmed names
    reverse_denied: bool = False  # the form says that no reverse name was confirmed
    from_ip: Address | None = None  # peer it says it saw
    ip_may_be_helo: bool = False  # the only address stands where this form may put the HELO
    protocol: str | None = None
    way: Way = Way.UNKNOWN
    authenticated: bool = False  # the peer logged in
    time: datetime | None = None  # UTC
    id: str | None = None
    for_: str | None = None
    span: Span | None = None
    defects: tuple[str, ...] = ()  # codes of docs/reference/defects
    head: str = ""  # the text before the date

    @property
    def tls(self) -> str | None:
        """ "TLS1.2", or "TLS" where no version is told. Seldom asked, so not read before."""
        return tls_of(self.head, self.protocol)

    @property
    def readable(self) -> bool:
        return self.by is not None or self.from_ip is not None or self.way is Way.LOCAL


UNREADABLE = ("received-unparsed",)
SEVERAL_BY = "received-several-by"
