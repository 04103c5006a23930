# SPDX-License-Identifier: Apache-2.0
"""Where mail is sent from: zombies, snowshoe ranges, broken web servers, bulk mailers, mailboxes.

A sender gives the peer that connects to the recipient's edge, and the header lines that the mail
already carries then: genuine ones of honest hosts, and invented ones of liars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulator.dice import Dice
from simulator.networks import Host, Kind, Operator, bystander, of_kind
from simulator.received import STYLES, Handover, stamp
from simulator.recipients import Peer, Place, places


class Way(StrEnum):
    """How a mail gets to the recipient's edge."""

    BOT = "bot"
    SNOWSHOE = "snowshoe"
    WEB_SERVER = "web-server"
    BULK = "bulk"
    MAILBOX = "mailbox"
    STOLEN_RELAY = "stolen-relay"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Start:
    """The mail's way before the recipient's edge."""

    peer: Peer
    below: list[str]  # header lines under the edge's own, top first
    forged: int  # how many of them are invented
    client: str | None  # submitting client that an honest host below names


@dataclass(frozen=True, slots=True)
class Fleet:
    """The sending hosts one actor has, for one way of sending."""

    way: Way
    operators: tuple[Operator, ...]
    base: int  # number of its first host
    size: int
    domains: tuple[str, ...]
    lies: float  # share of mails with invented Received fields

    def host(self, dice: Dice) -> Host:
        operator = dice.pick(self.operators)
        if self.way is Way.BOT:
            return operator.host(dice, 0.08)
        if self.way is Way.MAILBOX:
            return operator.host_at(dice.upto(0, 19))
        return operator.host_at(self.base + dice.upto(0, self.size - 1), self.base)


_HOST_WORDS = ("mail", "mta", "smtp", "out", "news", "server", "relay", "host", "mx")
_MAILERS_BY_STYLE = ("postfix", "exim", "sendmail", "qmail", "exchange")


def _sounding(dice: Dice) -> str:
    """A made-up name that can be said."""
    parts = (
        "ba co da fe gi ho lu ma ne po ra si to va zu mer lan tor vel nix dor qua sta bri".split()
    )
    return "".join(dice.pick(parts) for _ in range(dice.upto(2, 4)))


def domain(dice: Dice, words: Sequence[str] = ()) -> str:
    """An invented domain name, under `.example` (RFC 2606)."""
    name = dice.pick(words) if words and dice.chance(0.4) else _sounding(dice)
    tail = dice.pick(("", "", "-online", "-mail", "24", "-group", "hub", str(dice.upto(2, 99))))
    return f"{name}{tail}.example"


def fleet(way: Way, dice: Dice, lies: float = 0.0) -> Fleet:
    """What an actor who sends this way has at hand."""
    if way is Way.BOT:
        access = of_kind(Kind.ACCESS)
        chosen = tuple(dice.pick(access) for _ in range(dice.upto(1, 6)))
        return Fleet(way, chosen, 0, 1, (), lies)
    if way is Way.MAILBOX:
        return Fleet(way, (dice.pick(of_kind(Kind.MAILBOX_PROVIDER)),), 0, 1, (), lies)
    if way is Way.STOLEN_RELAY:
        operator = dice.pick(of_kind(Kind.RELAY))  # its hosts 26 and 27 serve no organisation
        return Fleet(way, (operator,), 26, 2, (operator.domain,), lies)
    size = dice.upto(16, 60) if way is Way.SNOWSHOE else dice.upto(1, 4)
    count = max(2, size // 4) if way is Way.SNOWSHOE else 1
    names = tuple(domain(dice) for _ in range(count))
    return Fleet(way, (dice.pick(of_kind(Kind.HOSTING)),), dice.upto(0, 3900), size, names, lies)


def _bot_helo(host: Host, place: Place, claimed: str, dice: Dice) -> str:
    return dice.weighted(
        (
            (host.reverse, 0.25),
            (f"[{host.ip}]" if host.ip.version == 4 else f"[IPv6:{host.ip}]", 0.15),
            (f"[{bystander(dice)}]", 0.12),  # somebody else's address: T03
            (f"mx1.{place.domain}", 0.08),  # the recipient's own name
            (f"{dice.pick(_HOST_WORDS)}.{claimed}", 0.2),
            (f"{dice.word(8)}.{_sounding(dice)}.example", 0.1),
            ("User" if dice.chance(0.5) else f"WIN-{dice.token(8).upper()}", 0.1),
        )
    )


def invented(count: int, place: Place, claimed: str, rcpt: str, at: float, dice: Dice) -> list[str]:
    """Received fields that no host wrote, topmost first. Some name the host the reader trusts."""
    lines = []
    by = f"{dice.pick(_HOST_WORDS)}{dice.upto(1, 9)}.{claimed}"
    for step in range(count):
        if dice.chance(0.25):  # T02: our own host as "by"
            trusted = dice.pick(places()) if dice.chance(0.2) else place
            by = f"mx{dice.upto(1, 2)}.{trusted.domain}"
        helo = f"{dice.pick(_HOST_WORDS)}.{claimed if dice.chance(0.5) else domain(dice)}"
        hop = Handover(
            bystander(dice),
            helo if dice.chance(0.7) else None,
            helo,
            by,
            f"info@{claimed}",
            rcpt,
            at - 30 * (step + 1) - dice.upto(0, 4000),
            dice.pick((0, 60, -300, 540)),
        )
        lines.append(STYLES[dice.pick(_MAILERS_BY_STYLE)](hop, dice))
        by = helo
    return lines


def start(
    fleet: Fleet, place: Place, sender: str, claimed: str, rcpt: str, at: float, dice: Dice
) -> Start:
    """Send one mail. `claimed` is the domain the sender writes in From, `at` UTC seconds."""
    host = fleet.host(dice)
    count = dice.upto(1, 4) if dice.chance(fleet.lies) else 0
    lies = invented(count, place, claimed, rcpt, at, dice)
    if fleet.way is Way.BOT:
        helo = _bot_helo(host, place, claimed, dice)
        reverse = host.reverse if dice.chance(0.8) else None
        peer = Peer(host, helo, reverse, sender, dice.pick(("fail", "softfail", "none")), "none")
        return Start(peer, lies, count, None)
    if fleet.way is Way.MAILBOX:
        return _from_mailbox(host, sender, rcpt, at, dice, lies)
    if fleet.way is Way.STOLEN_RELAY:
        name = f"out{int(host.ip) % 7}.{fleet.domains[0]}"
        below, client = _submitted(name, "postfix", sender, rcpt, at, dice)
        peer = Peer(host, name, name, sender, "pass", "pass")
        return Start(peer, [below, *lies], count, client)
    return _from_server(fleet, host, sender, rcpt, at, dice, lies)


def _client(dice: Dice) -> Host:
    return dice.pick(of_kind(Kind.ACCESS)).host(dice, 0.0)


def _submitted(
    name: str, style: str, sender: str, rcpt: str, at: float, dice: Dice
) -> tuple[str, str]:
    """The genuine field of a submission server, and the client it names."""
    client = _client(dice)
    helo = dice.pick(
        (f"[192.168.{dice.upto(0, 9)}.{dice.upto(2, 250)}]", f"DESKTOP-{dice.token(7).upper()}")
    )
    hop = Handover(client.ip, client.reverse, helo, name, sender, rcpt, at - dice.upto(1, 9))
    return STYLES[style](hop, dice), str(client.ip)


def _from_mailbox(
    host: Host, sender: str, rcpt: str, at: float, dice: Dice, lies: list[str]
) -> Start:
    operator = host.operator
    name = f"out-{int(host.ip) % 32}.{operator.domain}"
    peer = Peer(host, name, name, sender, "pass", "pass")
    if operator.name == "Brightmail":
        ident = f"{dice.hex(16)}-{dice.hex(8)}.{dice.upto(1, 3)}"
        line = (
            f"Received: by {name} with SMTP id {ident}\r\n        for <{rcpt}>;"
            f" {stamp(at - 2, -420)} (PDT)"
        )
        return Start(peer, [line, *lies], len(lies), None)
    if operator.name == "Purplemail":
        client = str(_client(dice).ip)
        line = (
            f"Received: from sonic.gate.mail.ne1.{operator.domain} by\r\n {name} with HTTP;"
            f" {stamp(at - 2)}"
        )
        return Start(peer, [line, f"X-Originating-IP: [{client}]", *lies], len(lies), client)
    style = {"Skylook": "exchange", "Saerom Mail": "postfix"}.get(operator.name, "exim")
    line, client = _submitted(f"submit.{operator.domain}", style, sender, rcpt, at, dice)
    return Start(peer, [line, f"X-Originating-IP: [{client}]", *lies], len(lies), client)


def _from_server(
    fleet: Fleet, host: Host, sender: str, rcpt: str, at: float, dice: Dice, lies: list[str]
) -> Start:
    own = fleet.domains[int(host.ip) % len(fleet.domains)]
    name = f"{_HOST_WORDS[int(host.ip) % len(_HOST_WORDS)]}{int(host.ip) % 50}.{own}"
    reverse = name if fleet.way in (Way.BULK, Way.OFFICE) or dice.chance(0.7) else host.reverse
    peer = Peer(host, name, reverse, sender, "pass", dice.pick(("pass", "pass", "none")))
    below: list[str] = []
    if fleet.way is Way.WEB_SERVER:
        user = own.split(".")[0][:8]
        below = [
            f"Received: from {user} by {name} with local (Exim 4.96)"
            f"\r\n\t(envelope-from <{sender}>)"
            f"\r\n\tid 1{dice.token(5)}-{dice.token(6)}-0{dice.token(1)}"
            f"\r\n\tfor {rcpt};\r\n\t{stamp(at - 1)}"
        ]
        if dice.chance(0.6):
            script = dice.pick(("mailer.php", "wp-mail.php", "contact.php", "class.smtp.php"))
            below.append(f"X-PHP-Originating-Script: {dice.upto(1000, 1099)}:{script}")
    elif fleet.way is Way.OFFICE:
        line, _ = _submitted(name, "postfix", sender, rcpt, at, dice)
        below = [line]
    elif fleet.way is Way.BULK and dice.chance(0.5):
        below = [
            f"Received: by {name} id {dice.token(12)} for <{rcpt}>; {stamp(at - 3)}"
            f" (envelope-from <{sender}>)"
        ]
    return Start(peer, [*below, *lies], len(lies), None)
