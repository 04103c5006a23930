# SPDX-License-Identifier: Apache-2.0
"""Who handed the mail to a mailbox service: the submitting client.

Read only below a peer that is the service by its address or confirmed name. Its own lines come
first there; what a spammer wrote lies below those. Never moves the origin.
"""

from comity.trace.hop import ClaimedHop
from comity.trace.services import Provider, Services
from comity.trace.way import Way
from comity.values.address import PRODUCTION, Address
from comity.values.reason import Reason


def submitting_client(
    below: tuple[ClaimedHop, ...], provider: Provider, services: Services
) -> tuple[Address | None, Reason | None]:
    """(client, why), from the unbroken run of lines that the service itself wrote."""
    for hop in below:
        writer = services.writer(hop.by, hop.by_ip)
        inner = hop.by is None or (hop.by_ip is not None and not hop.by_ip.is_global)
        if writer is not provider and not inner:
            return None, None
        if hop.from_ip is None:
            continue
        ip = hop.from_ip
        if hop.way is Way.WEB or hop.authenticated:
            if not PRODUCTION.can_be_origin(ip) or provider.holds(ip):
                continue
            return ip, Reason(
                "client-named-by-provider",
                f"{provider.name} wrote that {ip} handed the mail in"
                f" ({hop.protocol or 'after login'}).",
                hop.span,
            )
    return None, None
