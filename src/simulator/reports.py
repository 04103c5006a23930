# SPDX-License-Identifier: Apache-2.0
"""Citizens report mail, each in his own way: every form and container that Comity takes.

Sources: RFC 5965 and 6591 (ARF), XARF 4 (xarf.org), RFC 4155 (mbox), maildir(5), RFC 2046 for
message/rfc822. Printers only: nothing here reads what it wrote.
"""

import hashlib
import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator

from simulator.attachments import archive
from simulator.compose import boundary, joined, text_entity, words
from simulator.dice import Dice, dice
from simulator.forwards import CLIENTS, inline
from simulator.received import stamp
from simulator.truth import SimulatedMail, SimulatedReport

BLOCK = 24  # mails that are reported together; a container never reaches over a block's end
DESK = "report@spamdesk.example"
FORMS = ("eml", "arf", "xarf", "attached", "inline", "sms")
MBOXES = ("mboxo", "mboxrd", "mboxcl", "mboxcl2")
_SHARES = (
    ("eml", 0.34),
    ("attached", 0.2),
    ("arf", 0.16),
    ("inline", 0.15),
    ("xarf", 0.1),
    ("sms", 0.05),
)
_CONTAINERS = (*MBOXES, "maildir", "zip", "")


def _iso(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _newline(mail: SimulatedMail) -> str:
    return "\r\n" if b"\r\n" in mail.raw[:2000] else "\n"


def arf(mail: SimulatedMail, reported: int, dice: Dice) -> bytes:
    """A feedback report, its last part the exact mail."""
    truth, newline = mail.truth, _newline(mail)
    mark = f"_arf_{dice.hex(16)}"
    claims = [
        f"Feedback-Type: {'fraud' if truth.label == 'phishing' else 'abuse'}",
        "User-Agent: SpamDesk/1.0",
        "Version: 1",
        f"Original-Mail-From: <{mail.outer.address}>",
        f"Original-Rcpt-To: <{truth.recipient}>",
        f"Arrival-Date: {stamp(truth.seconds)}",
        f"Source-IP: {truth.origin_ip}",
        f"Reported-Domain: {mail.outer.address.rpartition('@')[2]}",
    ]
    lines = [
        f"From: <feedback@{truth.recipient.rpartition('@')[2]}>",
        f"To: <{DESK}>",
        f"Subject: {words('Spam: ' + mail.outer.subject).replace(chr(13), '')}".replace(
            "\n", newline
        ),
        f"Date: {stamp(reported)}",
        f"Message-ID: <{dice.hex(20)}@{truth.recipient.rpartition('@')[2]}>",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=feedback-report; boundary="{mark}"',
        "",
        f"--{mark}",
        'Content-Type: text/plain; charset="US-ASCII"',
        "",
        f"This is an e-mail abuse report for a message received from {truth.origin_ip}.",
        "",
        f"--{mark}",
        "Content-Type: message/feedback-report",
        "",
        *claims,
        "",
        f"--{mark}",
        "Content-Type: message/rfc822",
        "Content-Disposition: inline",
        "",
        "",
    ]
    return newline.join(lines).encode() + mail.raw + f"{newline}--{mark}--{newline}".encode()


def xarf(mail: SimulatedMail, reporter: str, reported: int, dice: Dice) -> bytes:
    """A XARF 4 document with the mail as evidence."""
    h = dice.hex
    place = reporter.rpartition("@")[2]
    who = {"org": place.partition(".")[0].title(), "contact": f"abuse@{place}", "domain": place}
    document = {
        "xarf_version": "4.2.0",
        "report_id": f"{h(8)}-{h(4)}-4{h(3)}-a{h(3)}-{h(12)}",
        "timestamp": _iso(reported),
        "reporter": who,
        "sender": who,
        "source_identifier": str(mail.truth.origin_ip),
        "source_port": dice.upto(1025, 65535),
        "category": "messaging",
        "type": "spam",
        "evidence_source": "user_report",
        "protocol": "smtp",
        "smtp_from": mail.outer.address,
        "subject": mail.outer.subject,
        "evidence": [
            {
                "content_type": "message/rfc822",
                "description": "Complete mail as received",
                "payload": b64encode(mail.raw).decode(),
                "hash": f"sha256:{hashlib.sha256(mail.raw).hexdigest()}",
            }
        ],
        "tags": [f"spam:{mail.truth.label}"],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _forward(
    reporter: str, subject: str, reported: int, content: list[str], dice: Dice
) -> list[str]:
    return [
        f"From: <{reporter}>",
        f"To: <{DESK}>",
        f"Subject: {words(subject)}",
        f"Date: {stamp(reported)}",
        f"Message-ID: <{dice.hex(24)}@{reporter.rpartition('@')[2]}>",
        "MIME-Version: 1.0",
        *content,
        "",
        "",
    ]


def attached(mail: SimulatedMail, reporter: str, reported: int, dice: Dice) -> bytes:
    """Forwarded as attachment: the exact mail inside."""
    newline, mark = _newline(mail), boundary(dice.upto(0, 5), dice)
    head = _forward(
        reporter,
        "Fwd: " + mail.outer.subject,
        reported,
        [f'Content-Type: multipart/mixed;\r\n boundary="{mark}"'],
        dice,
    )
    lines = [
        *head[:-1],
        f"--{mark}",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "See the attached mail.",
        f"--{mark}",
        'Content-Type: message/rfc822; name="mail.eml"',
        'Content-Disposition: attachment; filename="mail.eml"',
        "",
        "",
    ]
    front = "\r\n".join(lines).replace("\r\n", newline)
    return front.encode() + mail.raw + f"{newline}--{mark}--{newline}".encode()


def forwarded(
    mail: SimulatedMail, reporter: str, reported: int, language: str, dice: Dice
) -> bytes:
    """Forwarded in the text: the header is lost."""
    subject, text = inline(mail, language, dice.pick(tuple(CLIENTS)), dice)
    body = text_entity(text, "plain", "utf-8")
    if dice.chance(0.3):
        body = joined(
            "alternative", [body, text_entity(_as_html(text), "html", "utf-8")], boundary(5, dice)
        )
    head = _forward(reporter, subject, reported, body.fields, dice)
    return "\r\n".join(head).encode() + body.content


def _as_html(text: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return '<html><body><div dir="ltr">' + safe.replace("\n", "<br>\n") + "</div></body></html>\n"


def sms(mail: SimulatedMail, reporter: str, reported: int, dice: Dice) -> bytes:
    """The same pitch as a text message, in the record Comity publishes."""
    told = mail.written
    text = " ".join([told.subject, *told.paragraphs[:1], told.url if told.anchor else ""]).strip()
    record = {
        "record": "sms",
        "version": 1,
        "sender": mail.truth.brand or f"+44 7700 900{dice.upto(100, 999)}",
        "text": text[:400],
        "recipient_country": mail.truth.recipient_country,
        "received_at": _iso(mail.truth.seconds),
        "carrier": dice.pick(("Islemere Telecom", "Hanbit Broadband", "Lagoon Mobile")),
        "channel": dice.pick(("sms", "sms", "whatsapp", "rcs")),
        "reporter": reporter,
        "reported_at": _iso(reported),
    }
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


_FROM_LINE = re.compile(rb"^From ", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


def mbox(mails: list[SimulatedMail], dialect: str) -> bytes:
    """One mailbox file, lines ended by LF. mboxo quotes "From ", mboxrd also ">From ";
    mboxcl counts and quotes, mboxcl2 only counts."""
    out: list[bytes] = []
    for mail in mails:
        body = mail.raw.replace(b"\r\n", b"\n")
        if dialect in ("mboxcl", "mboxcl2"):
            head, _, rest = body.partition(b"\n\n")
            rest = _FROM_LINE.sub(b">From ", rest) if dialect == "mboxcl" else rest
            body = head + f"\nContent-Length: {len(rest)}\n\n".encode() + rest
        elif dialect == "mboxrd":
            body = _QUOTED_FROM.sub(rb">\1", body)
        else:
            body = _FROM_LINE.sub(b">From ", body)
        when = time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(mail.truth.seconds))
        out += [f"From {mail.outer.address} {when}\n".encode(), body, b"\n"]
    return b"".join(out)


def single(
    form: str, mail: SimulatedMail, reporter: str, reported: int, language: str, d: Dice
) -> bytes:
    """One mail in one form."""
    match form:
        case "arf":
            return arf(mail, reported, d)
        case "xarf":
            return xarf(mail, reporter, reported, d)
        case "attached":
            return attached(mail, reporter, reported, d)
        case "inline":
            return forwarded(mail, reporter, reported, language, d)
        case "sms":
            return sms(mail, reporter, reported, d)
        case _:
            return mail.raw


_ENDINGS = {"xarf": ".json", "sms": ".sms.json"}


def block(
    seed: int, number: int, mails: list[SimulatedMail], share: float
) -> Iterator[SimulatedReport]:
    """The reports about one block of mails. Wanted mail is rarely reported, by mistake."""
    d = dice(seed, "reports", number)
    chosen = [m for m in mails if d.chance(share * (0.05 if m.truth.wanted else 1.0))]
    container = d.pick(_CONTAINERS) if len(chosen) > 3 else ""
    if container:
        kept, chosen = chosen[: len(chosen) // 3 + 1], chosen[len(chosen) // 3 + 1 :]
        yield from _contained(container, number, kept, d)
    for mail in chosen:
        form = d.weighted(_SHARES)
        reporter, reported = mail.truth.recipient, mail.truth.seconds + d.upto(60, 200_000)
        content = single(form, mail, reporter, reported, mail.truth.language, d)
        path = f"{form}/{mail.truth.index:08d}{_ENDINGS.get(form, '.eml')}"
        yield SimulatedReport(path, content, form, None, (mail,), reporter, reported)


def _contained(
    kind: str, number: int, mails: list[SimulatedMail], d: Dice
) -> Iterator[SimulatedReport]:
    reporter, reported = mails[0].truth.recipient, mails[-1].truth.seconds + d.upto(60, 200_000)
    if kind == "maildir":
        for at, mail in enumerate(mails):
            name = f"maildir-{number:06d}/cur/{mail.truth.seconds}.M{at}P{number}.desk:2,S"
            yield SimulatedReport(name, mail.raw, "eml", kind, (mail,), reporter, reported)
    elif kind == "zip":
        members = [(f"{mail.truth.index:08d}.eml", mail.raw) for mail in mails]
        path = f"zip/{number:06d}.zip"
        yield SimulatedReport(path, archive(members), "eml", kind, tuple(mails), reporter, reported)
    else:
        path = f"mbox/{number:06d}.{kind}.mbox"
        yield SimulatedReport(
            path, mbox(mails, kind), "eml", kind, tuple(mails), reporter, reported
        )
