# SPDX-License-Identifier: Apache-2.0
"""Where mail arrives: organisations with relays of their own, and mailbox providers.

Each prints the header lines its hosts put on top of what they were given, so that the lowest of
its Received fields names the peer that connected. It also says whom to trust for that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network

from comity.values.address import Address
from simulator.dice import Dice
from simulator.networks import Host, Kind, by_name
from simulator.received import STYLES, Handover, stamp


@dataclass(frozen=True, slots=True)
class Peer:
    """Who connects to the recipient's edge, and what it says of itself."""

    host: Host
    helo: str
    reverse: str | None
    sender: str  # envelope sender
    spf: str  # what the edge will find: pass, fail, softfail, none
    dkim: str


@dataclass(frozen=True, slots=True)
class Place:
    """One recipient organisation or mailbox provider."""

    domain: str
    country: str
    languages: tuple[str, ...]
    zone: int  # minutes
    newline: str  # of the mail as stored
    by: tuple[str, ...]  # globs of the names its hosts write as "by"
    relays: tuple[str, ...]  # peers that are its own hosts, CIDR
    kind: Kind
    deliver: "Delivery"


Delivery = Callable[["Place", Peer, str, float, Dice], list[str]]


def _results(place: Place, host: str, peer: Peer, header_from: str) -> str:
    return (
        f"Authentication-Results: {host};\r\n\tspf={peer.spf} smtp.mailfrom={peer.sender};"
        f"\r\n\tdkim={peer.dkim} header.d={header_from};"
        f"\r\n\tdmarc={'pass' if peer.spf == 'pass' else 'none'} header.from={header_from}"
    )


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2] or "invalid.example"


def _organisation(edge_style: str, inner_style: str, addresses: tuple[Address, ...]) -> Delivery:
    """The edge, then one host of its own for each further address."""

    def deliver(place: Place, peer: Peer, rcpt: str, at: float, dice: Dice) -> list[str]:
        names = [f"mx{dice.upto(1, 2)}.{place.domain}"]
        names += [f"relay{step}.{place.domain}" for step in range(1, len(addresses))]
        ip, reverse, helo = peer.host.ip, peer.reverse, peer.helo
        lines: list[str] = []
        for step, name in enumerate(names):
            hop = Handover(ip, reverse, helo, name, peer.sender, rcpt, at + 2 * step, place.zone)
            lines.append(STYLES[edge_style if step == 0 else inner_style](hop, dice))
            if step == 0 and edge_style != "qmail":
                lines.append(_results(place, name, peer, _domain(peer.sender)))
            ip, reverse, helo = addresses[step], name, name
        lines.append(f"Return-Path: <{peer.sender}>")
        if inner_style in ("postfix", "qmail"):
            lines.append(f"Delivered-To: {rcpt}")
        lines.reverse()
        return lines

    return deliver


def _bright(place: Place, peer: Peer, rcpt: str, at: float, dice: Dice) -> list[str]:
    edge = f"mx.{place.domain}"
    hop = Handover(peer.host.ip, peer.reverse, peer.helo, edge, peer.sender, rcpt, at)
    inner = f"2001:db8:{0x180 | 0:x}:{dice.hex(2)}:{dice.hex(4)}:b0:{dice.hex(3)}:{dice.hex(4)}"
    ident = f"{dice.token(2)}{dice.upto(1, 30)}csp{dice.upto(10**5, 10**7)}{dice.token(3)}"
    return [
        f"Delivered-To: {rcpt}",
        f"Received: by {inner} with SMTP id {ident};\r\n        {stamp(at + 1, -420)} (PDT)",
        f"Return-Path: <{peer.sender}>",
        STYLES["bright"](hop, dice),
        f"Received-SPF: {peer.spf} ({place.domain}: domain of {peer.sender} designates"
        f" {peer.host.ip}) client-ip={peer.host.ip};",
        f"Authentication-Results: {edge};"
        f"\r\n       dkim={peer.dkim} header.i=@{_domain(peer.sender)};"
        f"\r\n       spf={peer.spf} (domain of {peer.sender}) smtp.mailfrom={peer.sender}",
    ]


def _skylook(place: Place, peer: Peer, rcpt: str, at: float, dice: Dice) -> list[str]:
    site = dice.pick(("AMS0", "DUB1", "CHI2"))
    edge = f"{site}EPF{dice.hex(8).upper()}.mail.protection.{place.domain}"
    middle = f"{site}PR{dice.upto(1, 19):02d}MB{dice.upto(100, 9999)}.prod.{place.domain}"
    box = f"{site}P{dice.upto(100, 299)}MB{dice.upto(100, 999)}.prod.{place.domain}"
    inside = [f"2001:db8:190:{dice.hex(3)}:{dice.upto(1, 9)}::{dice.hex(2)}" for _ in range(3)]
    own = f"10.167.{dice.upto(1, 250)}.{dice.upto(1, 250)}"

    def inner(source: str, address: str, by: str, by_address: str, when: float) -> str:
        return (
            f"Received: from {source}\r\n ({address}) by {by}\r\n ({by_address}) with Microsoft"
            " SMTP Server\r\n (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id"
            f" 15.20.{dice.upto(7000, 9200)}.{dice.upto(10, 40)}; {stamp(when)}"
        )

    last = _domain(peer.sender)
    hop = Handover(peer.host.ip, peer.reverse, peer.helo, edge, peer.sender, rcpt, at, 0, own)
    return [
        f"Received: from {middle} (::1) by\r\n {box} with HTTPS; {stamp(at + 3)}",
        inner(edge, inside[0], middle, inside[1], at + 2),
        f"Authentication-Results: spf={peer.spf} (sender IP is {peer.host.ip})"
        f"\r\n smtp.mailfrom={last}; dkim={peer.dkim} header.d={last};dmarc=none action=none"
        f"\r\n header.from={last};compauth=fail reason=001",
        STYLES["exchange"](hop, dice),
    ]


def _purple(place: Place, peer: Peer, rcpt: str, at: float, dice: Dice) -> list[str]:
    inner, edge = (
        f"10.{dice.upto(190, 222)}.{dice.upto(1, 250)}.{dice.upto(1, 250)}" for _ in "ab"
    )
    hop = Handover(
        peer.host.ip, peer.reverse, peer.helo, edge, peer.sender, rcpt, at, by_address=edge
    )
    shop = f"atlas{dice.upto(100, 299)}.mail.ne1.{place.domain}"
    return [
        f"Received: from {inner}\r\n by {shop} pod-id {dice.hex(8)} with HTTP; {stamp(at + 2)}",
        f"Return-Path: <{peer.sender}>",
        f"Received-SPF: {peer.spf} (domain of {_domain(peer.sender)})",
        f"Authentication-Results: {shop};\r\n dkim={peer.dkim} header.i=@{_domain(peer.sender)};"
        f"\r\n spf={peer.spf} smtp.mailfrom={_domain(peer.sender)};\r\n dmarc=unknown",
        STYLES["purple"](hop, dice),
    ]


# name, country, languages, zone, newline, edge style, inner style, relay network, hosts
_ORGANISATIONS = """
thornbury-council.example|GB|en|0|lf|postfix|postfix|Harbour Mail Relay|1
millbrook-college.example|GB|en|0|crlf|exim|exim|Harbour Mail Relay|2
ashdown-foods.example|GB|en|0|lf|exchange|exchange|Harbour Mail Relay|3
hansol-univ.example|KR|ko,en|540|lf|postfix|sendmail|Hangang Relay|2
dongbaek-elec.example|KR|ko,en|540|crlf|qmail|postfix|Hangang Relay|1
seorak-gov.example|KR|ko|540|lf|sendmail|sendmail|Hangang Relay|3
weidenau-werke.example|DE|de,en|60|lf|exim|postfix|Continental Relay|2
lavande-mairie.example|FR|fr|60|crlf|postfix|exim|Continental Relay|2
kamome-shoji.example|JP|ja,en|540|lf|qmail|qmail|Continental Relay|1
olivar-norte.example|ES|es|60|lf|sendmail|postfix|Continental Relay|2
ipe-comercio.example|BR|pt|-180|crlf|postfix|exchange|Continental Relay|1
"""

_PROVIDERS = """
brightmail.example|US|en,es,zh,ar,ru,pt,fr,de,ja|-420|crlf|Brightmail
skylook.example|US|en,pt,es,fr,de,ar,zh|0|crlf|Skylook
purplemail.example|US|en,ja,es,zh|-480|lf|Purplemail
saerom.example|KR|ko,en|540|lf|Saerom Mail
postkasten.example|DE|de,en,ru|60|lf|Postkasten
"""


def _made_organisation(line: str, row: int) -> Place:
    domain, country, tongues, zone, newline, edge, inner, relay, count = line.split("|")
    network = by_name(relay)
    span = {"DE": 0, "FR": 1, "JP": 2, "ES": 3, "BR": 4}.get(country, 0)
    addresses = tuple(network.host_at(row * 4 + step, span).ip for step in range(int(count)))
    return Place(
        domain=domain,
        country=country,
        languages=tuple(tongues.split(",")),
        zone=int(zone),
        newline="\n" if newline == "lf" else "\r\n",
        by=(f"mx?.{domain}", f"relay?.{domain}"),
        relays=tuple(str(ip_network(ip)) for ip in addresses),
        kind=Kind.RELAY,
        deliver=_organisation(edge, inner, addresses),
    )


def _made_provider(line: str) -> Place:
    domain, country, tongues, zone, newline, name = line.split("|")
    network = by_name(name)
    own: Delivery | None = {"Brightmail": _bright, "Skylook": _skylook, "Purplemail": _purple}.get(
        name
    )
    if own is None:
        style = "postfix" if name == "Saerom Mail" else "exim"
        own = _organisation(style, style, tuple(network.host_at(n).ip for n in (28, 29)))
    inside = tuple(str(r.net) for r in network.ranges if r.net.version == 6)
    if name in ("Saerom Mail", "Postkasten"):
        inside = tuple(str(ip_network(network.host_at(n).ip)) for n in (28, 29))
    by = {
        "Brightmail": (f"mx.{domain}", "2001:db8:180::/48"),
        "Skylook": (f"*.mail.protection.{domain}", f"*.prod.{domain}"),
        "Purplemail": (f"atlas*.mail.ne1.{domain}", "10.0.0.0/8"),
    }.get(name, (f"mx?.{domain}", f"relay?.{domain}"))
    return Place(
        domain,
        country,
        tuple(tongues.split(",")),
        int(zone),
        "\n" if newline == "lf" else "\r\n",
        by,
        inside,
        Kind.MAILBOX_PROVIDER,
        own,
    )


@cache
def places() -> tuple[Place, ...]:
    """All recipient places, organisations first."""
    rows = enumerate(_ORGANISATIONS.strip().splitlines())
    organisations = tuple(_made_organisation(line, row) for row, line in rows)
    return organisations + tuple(map(_made_provider, _PROVIDERS.strip().splitlines()))


@cache
def places_reading(language: str) -> tuple[Place, ...]:
    return tuple(place for place in places() if language in place.languages)


def trust() -> list[dict[str, list[str]]]:
    """Whom a node may believe, in the form of `comity analyse --trust`."""
    return [{"by": list(place.by), "relays": list(place.relays)} for place in places()]
