# SPDX-License-Identifier: Apache-2.0
"""Small mails, written here on documentation addresses, and their fingerprints."""

from dataclasses import dataclass, field

import pytest

from comity.campaign.campaign import Fingerprint
from comity.campaign.fingerprint import fingerprint
from comity.message.read import read
from comity.trace.addresses import NoAddressData
from comity.trace.find import find
from comity.trace.trust import Trust
from comity.values.address import DEMO

LETTER = (
    "Your parcel is waiting at our depot because the address on the label could not be read. "
    "Please confirm your street and pay the small handling charge today so that we can bring it "
    "to your door before the weekend. Parcels that nobody claims go back to the shop."
)
OTHER = (
    "The gardening club meets on the first Tuesday of every month behind the old chapel. "
    "Bring gloves, seeds to swap and something to drink. New members are always welcome and the "
    "first three evenings cost nothing at all, so come and have a look at what we grow."
)


@dataclass(frozen=True)
class Mail:
    """What a test wants to vary; the rest is the same in every mail."""

    number: int = 0  # makes the bytes unlike without making the mail unlike
    subject: str = "Parcel {n} waiting"
    text: str = LETTER
    author: str = "depot@parcels.example"
    envelope: str = "bounce@parcels.example"
    ip: str = "192.0.2.10"
    link: str = ""
    reply: str = ""
    to: str = "someone{n}@reader.example"
    mailer: str = "Mill 3"
    message_id: str = "{n:08d}.4711@parcels.example"
    file: bytes = b""
    file_type: str = "application/pdf"
    html: str = ""
    extra: tuple[str, ...] = field(default=())

    def raw(self) -> bytes:
        n = self.number
        lines = [
            f"Return-Path: <{self.envelope}>",
            f"Received: from out ({self.author.partition('@')[2]} [{self.ip}]) by mx.reader.example"
            f" with ESMTP id A{n}; Mon, 24 Nov 2025 10:{n // 60 % 60:02d}:{n % 60:02d} +0000",
            *self.extra,
            f"From: <{self.author}>",
            f"To: {self.to.format(n=n)}",
            f"Subject: {self.subject.format(n=n)}",
            f"Message-ID: <{self.message_id.format(n=n)}>",
            "Date: Mon, 24 Nov 2025 10:00:00 +0000",
            f"X-Mailer: {self.mailer}",
            *([f"Reply-To: {self.reply}"] if self.reply else []),
            "MIME-Version: 1.0",
        ]
        body = self.text + (f"\r\n\r\n{self.link}" if self.link else "")
        kind = "plain"
        if self.html:
            body, kind = self.html.format(text=self.text, link=self.link), "html"
        if self.file:
            import base64

            lines.append('Content-Type: multipart/mixed; boundary="=_cut"')
            body = (
                f"--=_cut\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n"
                f"--=_cut\r\nContent-Type: {self.file_type}\r\nContent-Disposition: attachment;"
                f' filename="a.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                f"{base64.encodebytes(self.file).decode()}\r\n--=_cut--\r\n"
            )
        else:
            lines.append(f"Content-Type: text/{kind}; charset=utf-8")
        return ("\r\n".join(lines) + "\r\n\r\n" + body + "\r\n").encode()

    def print(self) -> Fingerprint:
        message = read(self.raw())
        trust = Trust.read_json('[{"by": ["mx.reader.example"], "relays": []}]')
        return fingerprint(message, find(message.fields, trust, NoAddressData(), DEMO))


@pytest.fixture(scope="session")
def mail():
    """Mail(…), to be printed as a fingerprint with `.print()`."""
    return Mail


@pytest.fixture(scope="session")
def prints():
    """Fingerprints of the mails given."""
    return lambda mails: [one.print() for one in mails]


@pytest.fixture(scope="session")
def letters():
    return LETTER, OTHER
