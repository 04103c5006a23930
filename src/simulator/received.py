# SPDX-License-Identifier: Apache-2.0
"""How mail servers write their Received field (RFC 5321 section 4.4), one function a make.

Each prints what one host saw of its peer. Whether the peer's words are true is not its business:
the HELO name is printed as given, the address as seen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from comity.values.address import Address
from simulator.dice import Dice

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stamp(seconds: float, zone_minutes: int = 0) -> str:
    """A date as RFC 5322 section 3.3 writes it."""
    at = time.gmtime(seconds + zone_minutes * 60)
    sign = "-" if zone_minutes < 0 else "+"
    zone = f"{sign}{abs(zone_minutes) // 60:02d}{abs(zone_minutes) % 60:02d}"
    return (
        f"{_DAYS[at.tm_wday]}, {at.tm_mday} {_MONTHS[at.tm_mon - 1]} {at.tm_year}"
        f" {at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d} {zone}"
    )


@dataclass(frozen=True, slots=True)
class Handover:
    """One host takes a mail from another."""

    ip: Address  # of the peer, as seen
    reverse: str | None  # its reverse name, None if it has none
    helo: str  # what it calls itself
    by: str
    sender: str  # envelope
    recipient: str
    seconds: float  # UTC, since 1970
    zone: int = 0  # minutes, of the writing host
    by_address: str = ""


Style = Callable[[Handover, Dice], str]


def _zone(minutes: int) -> str:
    """The comment with the zone's name that some servers add."""
    names = {0: "UTC", 60: "CET", 540: "KST", -180: "-03", -300: "EST", -420: "PDT", -480: "PST"}
    return f" ({names[minutes]})" if minutes in names else ""


def _literal(ip: Address) -> str:
    return f"[{ip}]" if ip.version == 4 else f"[IPv6:{ip}]"


def postfix(hop: Handover, dice: Dice) -> str:
    tls = dice.chance(0.4)
    note = (
        "\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
        "\r\n\t key-exchange X25519 server-signature RSA-PSS (2048 bits))"
        "\r\n\t(No client certificate requested)"
        if tls
        else ""
    )
    return (
        f"Received: from {hop.helo} ({hop.reverse or 'unknown'} {_literal(hop.ip)}){note}"
        f"\r\n\tby {hop.by} (Postfix) with {'ESMTPS' if tls else 'ESMTP'} id {dice.hex(10).upper()}"
        f"\r\n\tfor <{hop.recipient}>; {stamp(hop.seconds, hop.zone)}{_zone(hop.zone)}"
    )


def exim(hop: Handover, dice: Dice) -> str:
    port = f":{dice.upto(1025, 65535)}" if dice.chance(0.3) else ""
    where = f"[{hop.ip}]{port}"
    if hop.reverse is None:
        peer = f"{where} (helo={hop.helo})"
    elif hop.reverse == hop.helo:
        peer = f"{hop.helo} ({where})"
    else:
        peer = f"{hop.reverse} ({where} helo={hop.helo})"
    return (
        f"Received: from {peer}\r\n\tby {hop.by} with esmtp{dice.pick(('s', ''))} (Exim 4.96)"
        f"\r\n\t(envelope-from <{hop.sender}>)"
        f"\r\n\tid 1{dice.token(5)}-{dice.token(6)}-{dice.token(2)}"
        f"\r\n\tfor {hop.recipient};\r\n\t{stamp(hop.seconds, hop.zone)}"
    )


def sendmail(hop: Handover, dice: Dice) -> str:
    forged = " (may be forged)" if hop.reverse and dice.chance(0.1) else ""
    peer = f"{hop.reverse} {_literal(hop.ip)}{forged}" if hop.reverse else _literal(hop.ip)
    return (
        f"Received: from {hop.helo} ({peer})"
        f"\r\n\tby {hop.by} (8.17.1/8.17.1) with ESMTPS id {dice.hex(6)}{dice.upto(10000, 99999)}"
        "\r\n\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NOT)"
        f"\r\n\tfor <{hop.recipient}>; {stamp(hop.seconds, hop.zone)}"
    )


def qmail(hop: Handover, dice: Dice) -> str:
    with_helo = f" (HELO {hop.helo})" if hop.helo != hop.reverse else ""
    return (
        f"Received: from {hop.reverse or 'unknown'}{with_helo} ({hop.ip})"
        f"\r\n  by {hop.by} with {dice.pick(('SMTP', 'ESMTPS'))}; {stamp(hop.seconds, 0)}"
    )


def exchange(hop: Handover, dice: Dice) -> str:
    own = f" ({hop.by_address})" if hop.by_address else ""
    build = f"15.20.{dice.upto(7000, 9200)}.{dice.upto(10, 40)}"
    via = dice.pick((" via Frontend Transport", ""))
    return (
        f"Received: from {hop.helo} ({hop.ip}) by\r\n {hop.by}{own} with Microsoft SMTP"
        "\r\n Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id"
        f"\r\n {build}{via}; {stamp(hop.seconds, 0)}"
    )


def bright(hop: Handover, dice: Dice) -> str:
    """A large provider that folds with eight blanks and states the TLS version last."""
    ident = f"{dice.token(1)}{dice.upto(1, 30)}-{dice.hex(20)}si{dice.upto(10**6, 10**7)}"
    return (
        f"Received: from {hop.helo} ({hop.reverse + '. ' if hop.reverse else ''}[{hop.ip}])"
        f"\r\n        by {hop.by} with ESMTPS id {ident}.{dice.upto(1, 999)}.2026"
        f"\r\n        for <{hop.recipient}>"
        "\r\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);"
        f"\r\n        {stamp(hop.seconds, -420)} (PDT)"
    )


def purple(hop: Handover, dice: Dice) -> str:
    """A large provider that puts the address it saw first and the HELO name in `(EHLO …)`."""
    return (
        f"Received: from {hop.ip} (EHLO {hop.helo})\r\n by {hop.by_address or hop.by} with SMTPs"
        "\r\n (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384);"
        f"\r\n {stamp(hop.seconds, 0)}"
    )


STYLES: dict[str, Style] = {
    "postfix": postfix,
    "exim": exim,
    "sendmail": sendmail,
    "qmail": qmail,
    "exchange": exchange,
    "bright": bright,
    "purple": purple,
}
