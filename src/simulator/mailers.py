# SPDX-License-Identifier: Apache-2.0
"""Sending programs: which header fields each writes, in which order, and the shape of its ids."""

from dataclasses import dataclass

from simulator.compose import words
from simulator.dice import Dice
from simulator.received import stamp


@dataclass(frozen=True, slots=True)
class Mailer:
    name: str
    order: tuple[str, ...]  # of the fields it writes; "content" is where the MIME fields stand
    mark: tuple[str, ...] = ()  # "Name: value" lines of its own, where "mark" stands


MAILERS = (
    Mailer(
        "phpmailer",
        ("date", "to", "from", "reply", "subject", "id", "mark", "content"),
        ("X-Mailer: PHPMailer 6.9.1 (https://phpmailer.example/)",),
    ),
    Mailer(
        "outlook",
        ("reply", "from", "to", "subject", "date", "id", "content", "mark"),
        ("X-Mailer: Microsoft Outlook 16.0", "Content-Language: en-us"),
    ),
    Mailer(
        "thunderbird",
        ("id", "date", "content", "mark", "from", "to", "subject"),
        ("User-Agent: Mozilla Thunderbird",),
    ),
    Mailer(
        "apple",
        ("from", "content", "mark", "subject", "id", "date", "to"),
        ("X-Mailer: Apple Mail (2.3774.600.62)",),
    ),
    Mailer("python", ("content", "from", "to", "subject", "date", "id", "reply")),
    Mailer(
        "esp",
        ("dkim", "from", "to", "reply", "subject", "date", "id", "list", "content", "mark"),
        ("X-Report-Abuse: please forward to abuse@bulkworks.example",),
    ),
    Mailer(
        "botkit",
        ("id", "from", "to", "subject", "date", "content", "mark"),
        (
            "X-Priority: 3",
            "X-MSMail-Priority: Normal",
            "X-Mailer: Microsoft Outlook Express 6.00.2900.5512",
            "X-MimeOLE: Produced By Microsoft MimeOLE V6.00.2900.5512",
        ),
    ),
    Mailer(
        "foxmail",
        ("date", "from", "reply", "to", "subject", "mark", "content", "id"),
        ("X-Priority: 3", "X-Has-Attach: no", "X-Mailer: Foxmail 7.2.25.331[cn]"),
    ),
    Mailer(
        "webmail",
        ("content", "date", "from", "to", "subject", "mark", "id", "reply"),
        ("User-Agent: Roundcube Webmail/1.6.7",),
    ),
    Mailer("bright-web", ("dkim", "content", "from", "date", "id", "subject", "to")),
    Mailer("bare", ("from", "to", "subject", "date", "content")),
)
HONEST = tuple(one for one in MAILERS if one.name not in ("botkit", "bare"))


def message_id(mailer: Mailer, domain: str, at: float, dice: Dice) -> str:
    match mailer.name:
        case "phpmailer" | "webmail":
            return f"<{dice.hex(32)}@{domain}>"
        case "outlook" | "botkit":
            low = dice.hex(8)
            return f"<{dice.upto(0, 9999):012d}$01dc{dice.hex(4)}${low}$@{domain}>"
        case "thunderbird":
            h = dice.hex
            return f"<{h(8)}-{h(4)}-{h(4)}-{h(4)}-{h(12)}@{domain}>"
        case "apple":
            h = dice.hex
            return f"<{h(8)}-{h(4)}-{h(4)}-{h(4)}-{h(12)}@{domain}>".upper().replace(
                domain.upper(), domain
            )
        case "bright-web":
            return f"<CA{dice.hex(40)}@mail.{domain}>"
        case "foxmail":
            return f"<{int(at)}{dice.upto(10**6, 10**7)}@{domain}>"
        case _:
            return f"<{int(at)}.{dice.upto(1, 99999)}.{dice.upto(10**9, 10**11)}@{domain}>"


@dataclass(frozen=True, slots=True)
class Outer:
    """What a header needs to be written."""

    name: str
    address: str
    to_name: str
    to: str
    reply: str | None
    subject: str
    at: float
    zone: int
    charset: str
    list_lines: tuple[str, ...] = ()


def _named(name: str, address: str, charset: str) -> str:
    if not name:
        return address
    if not name.isascii():
        return f"{words(name, charset)} <{address}>"
    return f'"{name}" <{address}>' if set(name) & set('.,@()[]:;"') else f"{name} <{address}>"


def _signature(domain: str, at: float, dice: Dice) -> str:
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain};"
        f"\r\n\ts=s{dice.upto(1, 3)}; t={int(at)};"
        " h=from:to:subject:date:message-id:mime-version:content-type;"
        f"\r\n\tbh={dice.hex(42)}=;\r\n\tb={dice.hex(70)}"
        f"\r\n\t {dice.hex(72)}\r\n\t {dice.hex(60)}=="
    )


def fields(mailer: Mailer, outer: Outer, content: list[str], dice: Dice) -> list[str]:
    """The header lines the sending program writes, folded with CRLF."""
    domain = outer.address.rpartition("@")[2]
    lines: list[str] = []
    for kind in mailer.order:
        match kind:
            case "from":
                lines.append(f"From: {_named(outer.name, outer.address, outer.charset)}")
            case "to":
                lines.append(f"To: {_named(outer.to_name, outer.to, outer.charset)}")
            case "subject":
                lines.append(f"Subject: {words(outer.subject, outer.charset)}")
            case "date":
                lines.append(f"Date: {stamp(outer.at, outer.zone)}")
            case "id":
                lines.append(f"Message-ID: {message_id(mailer, domain, outer.at, dice)}")
            case "reply" if outer.reply:
                lines.append(f"Reply-To: {outer.reply}")
            case "dkim":
                lines.append(_signature(domain, outer.at, dice))
            case "content":
                lines += ["MIME-Version: 1.0", *content]
            case "mark":
                lines += mailer.mark
    if outer.list_lines:
        at = len(lines) if "list" not in mailer.order else max(len(lines) - 3, 0)
        lines[at:at] = outer.list_lines
    return lines
