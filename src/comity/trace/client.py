# SPDX-License-Identifier: Apache-2.0
"""Who handed the mail to a mailbox service: the submitting client.

Read only below a peer that is the service by its address or confirmed name. Its own lines come
first there; what a spammer wrote lies below those. Never moves the origin.
"""

from comity.mime.part import Field
from comity.trace.claim import ClaimedHop
from comity.trace.dkim_check import SignatureCheck
from comity.trace.peer import LITERAL, peer_ip
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


def signed_client(
    headers: tuple[Field, ...],
    checks: tuple[SignatureCheck, ...],
    provider: Provider,
    services: Services,
) -> tuple[Address | None, Reason | None]:
    """(client, why), from a field like X-Originating-IP. Spammers write it too, so it counts only
    where a signature of the service itself covers it, and only the one occurrence it covers."""
    for field in headers:
        if len([one for one in headers if one.key == field.key]) != 1:
            continue
        covered = any(
            check.result == "pass"
            and services.provider(check.domain) is provider
            and field.key in check.fields
            for check in checks
        )
        text = field.value.strip()[:60]
        literal = LITERAL.search(text)
        ip = peer_ip(literal[1] if literal else text)
        if covered and ip is not None and PRODUCTION.can_be_origin(ip):
            return ip, Reason(
                "client-signed-by-provider",
                f"{provider.name} signed a {field.name} field that names {ip}.",
            )
    return None, None
