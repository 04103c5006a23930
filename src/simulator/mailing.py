# SPDX-License-Identifier: Apache-2.0
"""One mailing: all that its mails share, and how each of them differs.

A campaign, a newsletter's issue, a shop's receipts and a single personal mail are all mailings.
Everything here comes from the mailing's own dice; the mail's dice make the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from simulator.attachments import Attachment, make
from simulator.compose import (
    UNSUBSCRIBE,
    Body,
    Skin,
    Written,
    boundary,
    file_entity,
    html,
    joined,
    pictured,
    plain,
    text_entity,
)
from simulator.dice import Dice
from simulator.disguise import disguised
from simulator.fill import Fill, filled, tidy
from simulator.grammar import Node, say, settle
from simulator.letters import Letter, Paragraph, lists
from simulator.mailers import Mailer, Outer, fields
from simulator.picture import advert, qr, stained
from simulator.recipients import Place, places_reading
from simulator.senders import Fleet, Start, Way, start
from simulator.truth import SimulatedMail, Truth


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as this mailing words it, some choices still open."""

    language: str
    subjects: Node
    paragraphs: tuple[tuple[Node, bool], ...]  # and whether it may be missing
    anchors: Node | None
    greeting: Node
    closing: Node
    footer: Node
    unsubscribe: Node


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the mail says it is from."""

    name: str
    domains: tuple[str, ...]  # one, or those it changes between
    local: str
    reply: str | None
    random_local: bool = False


@dataclass(frozen=True, slots=True)
class Mailing:
    name: str | None  # campaign id, None where the mails form no campaign
    actor: str | None
    label: str
    subtype: str
    brand: str | None
    wanted: bool
    fleets: tuple[Fleet, ...]
    drafts: tuple[Draft, ...]
    identity: Identity
    mailers: tuple[Mailer, ...]
    skin: Skin
    form: str  # plain, html, alternative, image, qr
    charset: str
    landing: tuple[str, ...]  # hosts its links lead to
    path: str
    attachment: tuple[str, str] | None  # kind and name stem
    seed: int  # of what is drawn once for all: pictures, attachments
    fixed: Mapping[str, str]
    mutation: frozenset[str]
    picture_bytes: int = 8000
    list_id: str | None = None
    list_host: str | None = None  # of a discussion list: it sends, persons write

    def mail(self, index: int, at: float, dice: Dice) -> SimulatedMail:
        """One mail of the mailing. The same dice give the same bytes."""
        draft = self.drafts[0] if len(self.drafts) == 1 else dice.pick(self.drafts)
        fleet = self.fleets[0] if len(self.fleets) == 1 else dice.pick(self.fleets)
        place = _place(draft.language, fleet, dice)
        user, user_name = _user(place, dice)
        rcpt = f"{user}@{place.domain}"
        fill = filled(self.fixed, user_name, rcpt)
        domain = dice.pick(self.identity.domains)
        local = dice.word(dice.upto(5, 10)) if self.identity.random_local else self.identity.local
        address = f"{local}@{domain}"
        url, unsubscribe_url = self._links(rcpt, dice)
        written = self._write(draft, url, unsubscribe_url, dice, fill)
        body = self._body(written, url, dice)
        outer = Outer(
            name=self.identity.name,
            address=address,
            to_name=user_name if dice.chance(0.3) else "",
            to=rcpt,
            reply=self.identity.reply,
            subject=written.subject,
            at=at - dice.upto(2, 90),
            zone=place.zone if dice.chance(0.5) else dice.pick((0, 60, 180, 480, -300)),
            charset=self.charset,
            list_lines=self._list_lines(unsubscribe_url),
        )
        sender = address
        if self.list_id:
            sender = f"{self.list_id}-bounces+{dice.hex(10)}@{self.list_host or domain}"
        begun = start(fleet, place, sender, domain, rcpt, at, dice)
        above = place.deliver(place, begun.peer, rcpt, at, dice)
        lines = [*above, *begun.below, *fields(dice.pick(self.mailers), outer, body.fields, dice)]
        raw = "\r\n".join(lines).encode() + b"\r\n\r\n" + body.content
        if place.newline == "\n":
            raw = raw.replace(b"\r\n", b"\n")
        vouched = sum(line.startswith("Received:") for line in above)
        truth = self._truth(index, at, draft.language, place, rcpt, fleet, begun, vouched)
        return SimulatedMail(raw, truth, written, outer)

    def _truth(
        self,
        index: int,
        at: float,
        language: str,
        place: Place,
        rcpt: str,
        fleet: Fleet,
        begun: Start,
        vouched: int,
    ) -> Truth:
        host = begun.peer.host
        return Truth(
            index=index,
            origin_ip=host.ip,
            asn=host.operator.asn,
            network=host.operator.name,
            country=host.country,
            kind=host.operator.kind.value,
            client_ip=begun.client,
            label=self.label,
            subtype=self.subtype,
            brand=self.brand,
            campaign=self.name,
            actor=self.actor,
            zombie=fleet.way is Way.BOT,
            way=fleet.way.value,
            language=language,
            mutation=tuple(sorted(self.mutation)),
            wanted=self.wanted,
            recipient=rcpt,
            recipient_country=place.country,
            seconds=int(at),
            vouched=vouched,
            forged=begun.forged,
        )

    def _links(self, rcpt: str, dice: Dice) -> tuple[str, str]:
        host = dice.pick(self.landing)
        if "links" not in self.mutation:
            return f"https://{host}/{self.path}", f"https://{host}/out"
        token = dice.token(12)
        if dice.chance(0.5) or self.wanted:
            return f"https://{host}/{self.path}?id={token}", f"https://{host}/out?id={token}"
        return f"https://{token[:5]}.{host}/{self.path}/{token}", f"https://{host}/u/{token}"

    def _write(
        self, draft: Draft, url: str, unsubscribe_url: str, dice: Dice, fill: Fill
    ) -> Written:
        paragraphs = [
            tidy(say(node, dice, fill))
            for node, may_miss in draft.paragraphs
            if not may_miss or dice.chance(0.6)
        ]
        if "sentences" in self.mutation and len(paragraphs) > 3 and dice.chance(0.5):
            at = dice.upto(1, len(paragraphs) - 3)
            paragraphs[at], paragraphs[at + 1] = paragraphs[at + 1], paragraphs[at]
        subject = tidy(say(draft.subjects, dice, fill))
        if "letters" in self.mutation:
            subject = disguised(subject, dice)
            paragraphs = [disguised(one, dice, 0.04) for one in paragraphs]
        if "hash-buster" in self.mutation:
            subject += f" {dice.pick(('#', '[', 'Ref ', 'ID-', '/ '))}{dice.token(dice.upto(4, 8))}"
        footer = say(draft.footer, dice, fill)
        padding = _padding(dice) if "padding" in self.mutation else ""
        return Written(
            subject=subject,
            greeting=say(draft.greeting, dice, fill),
            paragraphs=tuple(paragraphs),
            anchor=say(draft.anchors, dice, fill) if draft.anchors else "",
            url=url,
            closing=say(draft.closing, dice, fill),
            signature=self.fixed["person"]
            if not self.brand and not self.list_id
            else self.fixed["sender"],
            footer=footer,
            unsubscribe=say(draft.unsubscribe, dice, fill) if UNSUBSCRIBE in footer else "",
            unsubscribe_url=unsubscribe_url if UNSUBSCRIBE in footer else "",
            padding=padding,
        )

    def _body(self, written: Written, url: str, dice: Dice) -> Body:
        shape = self.seed
        if self.form == "plain":
            body = text_entity(plain(written), "plain", self.charset)
        elif self.form == "html":
            body = text_entity(html(written, self.skin), "html", "utf-8")
        elif self.form == "alternative":
            body = joined(
                "alternative",
                [
                    text_entity(plain(written), "plain", self.charset),
                    text_entity(html(written, self.skin), "html", "utf-8"),
                ],
                boundary(shape, dice),
            )
        else:
            body = self._pictured(written, url, dice)
        if self.attachment:
            file = _file(*self.attachment, self.seed)
            if "hash-buster" in self.mutation:
                tail = b"" if file.name.endswith(".zip") else dice.randbytes(16)
                own = Attachment(file.name, file.type, file.content + tail)
                file = make(self.attachment[0], self.attachment[1], dice) if not tail else own
            body = joined("mixed", [body, file_entity(file)], boundary(shape + 1, dice))
        return body

    def _pictured(self, written: Written, url: str, dice: Dice) -> Body:
        cid = f"{dice.hex(12)}@{self.identity.domains[0]}"
        if self.form == "qr":
            picture = qr(url)
            parts = text_entity(
                html(_without_link(written), self.skin).replace(
                    "</html>", f'<img src="cid:{cid}"></html>'
                ),
                "html",
                "utf-8",
            )
        else:
            picture = stained(_advert(self.seed, self.picture_bytes), dice)
            parts = text_entity(pictured(written, self.skin, cid), "html", "utf-8")
        image = Attachment(f"{dice.word(6)}.png", "image/png", picture)
        return joined("related", [parts, file_entity(image, cid)], boundary(self.seed, dice))

    def _list_lines(self, unsubscribe_url: str) -> tuple[str, ...]:
        if not self.list_id:
            return ()
        domain = self.list_host or self.identity.domains[0]
        if self.list_host:
            return (
                f"List-Id: <{self.list_id}.{domain}>",
                f"List-Post: <mailto:{self.list_id}@{domain}>",
                f"List-Unsubscribe: <https://{domain}/options/{self.list_id}>,"
                f"\r\n <mailto:{self.list_id}-leave@{domain}>",
                "Precedence: list",
            )
        return (
            f"List-ID: <{self.list_id}.{domain}>",
            f"List-Unsubscribe: <{unsubscribe_url}>,\r\n <mailto:leave@{domain}?subject=leave>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Precedence: bulk",
        )


def _without_link(text: Written) -> Written:
    return replace(text, anchor="")


def _place(language: str, fleet: Fleet, dice: Dice) -> Place:
    """Where it goes. Not to the mailbox provider it comes from: such mail meets no edge."""
    own = fleet.operators[0].domain if fleet.way is Way.MAILBOX else ""
    choice = places_reading(language)
    place = dice.pick(choice)
    while place.domain == own:
        place = dice.pick(choice)
    return place


def _user(place: Place, dice: Dice) -> tuple[str, str]:
    """(local part, name) of somebody who gets mail there."""
    names = lists(place.languages[0])
    first, last = say(names["first"], dice, {}), say(names["last"], dice, {})
    if first.isascii() and last.isascii():
        local = (
            f"{first}.{last}".lower().replace(" ", "")
            if dice.chance(0.6)
            else f"{first}{dice.upto(1, 999)}".lower()
        )
    else:
        local = f"{dice.word(dice.upto(4, 7))}{dice.upto(1, 999)}"
    order = f"{last}{first}" if place.languages[0] in ("ko", "ja", "zh") else f"{first} {last}"
    return local, order


_PAD_WORDS = (
    "river stone apple winter garden travel copper engine silver market candle forest bridge"
    " velvet thunder pocket harbour lantern orbit saddle timber violin window yellow meadow"
).split()


def _padding(dice: Dice) -> str:
    return " ".join(
        [
            dice.pick(_PAD_WORDS) + (dice.token(3) if dice.chance(0.2) else "")
            for _ in range(dice.upto(8, 60))
        ]
    )


@lru_cache(maxsize=64)
def _advert(seed: int, size_bytes: int) -> bytes:
    return advert(Dice(seed), size_bytes)


@lru_cache(maxsize=256)
def _file(kind: str, stem: str, seed: int) -> Attachment:
    return make(kind, stem, Dice(seed))


def settled(
    letter: Letter,
    dice: Dice,
    fixed: Mapping[str, str],
    open_share: float,
    subject_share: float = 0.0,
) -> Draft:
    """The letter in this mailing's words. The shares say how many choices stay open."""

    def once(node: Node, share: float = open_share) -> Node:
        return settle(node, dice, fixed, share)

    def said(paragraph: Paragraph) -> Node:
        """One option, at times with a second one behind it: real mail repeats itself."""
        options = paragraph.options.options
        if len(options) < 2 or not dice.chance(0.4):
            return once(paragraph.options)
        at = int(dice.random() * len(options))
        gap = "" if letter.language in ("ja", "zh") else " "
        return (once(options[at]), gap, once(options[(at + 1) % len(options)]))

    paragraphs = tuple((said(p), p.may_miss and open_share > 0) for p in letter.paragraphs)
    kept = tuple(
        p
        for p, q in zip(paragraphs, letter.paragraphs, strict=True)
        if not q.may_miss or p[1] or dice.chance(0.6)
    )
    return Draft(
        language=letter.language,
        subjects=once(letter.subjects, subject_share),
        paragraphs=kept,
        anchors=once(letter.anchors, 0.0) if letter.anchors else None,
        greeting=once(letter.greetings, open_share / 2),
        closing=once(letter.closings, 0.0),
        footer=once(letter.footers, 0.0),
        unsubscribe=once(letter.unsubscribe, 0.0),
    )
