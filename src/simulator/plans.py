# SPDX-License-Identifier: Apache-2.0
"""Who sends what, how: draws spammers and their mailings.

Shares are ours, chosen so that every way, form and mutation is met in a few hundred mails.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from simulator import money
from simulator.attachments import MALICIOUS
from simulator.compose import Skin
from simulator.dice import Dice, dice
from simulator.grammar import say
from simulator.letters import Letter, brands_for, languages_with, letters, lists
from simulator.mailers import MAILERS
from simulator.mailing import Draft, Identity, Mailing, settled
from simulator.recipients import places
from simulator.senders import Fleet, Way, domain, fleet

LANGUAGE_SHARES = (
    ("en", 0.36),
    ("ko", 0.12),
    ("de", 0.09),
    ("fr", 0.09),
    ("es", 0.09),
    ("pt", 0.07),
    ("ja", 0.07),
    ("zh", 0.04),
    ("ar", 0.03),
    ("ru", 0.04),
)
_BAD_LABELS = (("commercial", 0.38), ("fraud", 0.25), ("phishing", 0.26), ("malware", 0.11))
_BAD_WAYS = {
    "commercial": ((Way.SNOWSHOE, 0.4), (Way.BOT, 0.35), (Way.WEB_SERVER, 0.1), (Way.BULK, 0.15)),
    "fraud": ((Way.MAILBOX, 0.45), (Way.BOT, 0.2), (Way.STOLEN_RELAY, 0.15), (Way.WEB_SERVER, 0.2)),
    "phishing": (
        (Way.WEB_SERVER, 0.3),
        (Way.BOT, 0.3),
        (Way.SNOWSHOE, 0.2),
        (Way.STOLEN_RELAY, 0.1),
        (Way.MAILBOX, 0.1),
    ),
    "malware": ((Way.BOT, 0.65), (Way.WEB_SERVER, 0.2), (Way.STOLEN_RELAY, 0.15)),
}
_MUTATIONS = (
    ("words", 0.85),
    ("sentences", 0.4),
    ("subject", 0.5),
    ("padding", 0.25),
    ("hash-buster", 0.25),
    ("links", 0.6),
    ("from", 0.45),
    ("header", 0.15),
    ("letters", 0.06),
)
_CHARSETS = {
    "ko": ("euc-kr", "ks_c_5601-1987"),
    "ja": ("iso-2022-jp", "shift_jis"),
    "zh": ("gb2312", "gb18030", "big5"),
    "ru": ("koi8-r", "windows-1251"),
    "ar": ("windows-1256",),
    "de": ("iso-8859-1", "windows-1252"),
    "fr": ("iso-8859-15",),
    "es": ("iso-8859-1",),
    "pt": ("iso-8859-1",),
    "en": ("us-ascii", "iso-8859-1"),
}
_FONTS = (
    "Arial,sans-serif",
    "Helvetica",
    "Verdana",
    "Georgia,serif",
    "Tahoma",
    "Segoe UI",
    "Calibri",
)
PATHS = (
    "login",
    "verify",
    "account/update",
    "track",
    "offer",
    "go",
    "p",
    "view",
    "index.php",
    "secure",
    "a/b",
    "redir",
)
_STEMS = (
    "Invoice",
    "Scan",
    "Document",
    "PO",
    "Payment_Advice",
    "Resume",
    "Label",
    "Statement",
    "Quotation",
    "Fax",
)
LOCALS = (
    "info",
    "service",
    "support",
    "no-reply",
    "noreply",
    "billing",
    "news",
    "contact",
    "admin",
    "security",
    "sales",
    "team",
    "hello",
)
_FREE = (
    "brightmail.example",
    "purplemail.example",
    "skylook.example",
    "saerom.example",
    "postkasten.example",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A spammer: what is his stays from campaign to campaign."""

    name: str
    fleets: dict[Way, Fleet]
    landing: tuple[str, ...]
    languages: tuple[str, ...]
    label: str


def spread(table: tuple[tuple[str, float], ...], seed: int, number: int) -> str:
    """One name of the table, so that even a few numbers meet each share (golden ratio steps)."""
    at = (number * 0.618034 + dice(seed, "spread").random()) % 1.0
    for name, share in table:
        at -= share
        if at < 0:
            return name
    return table[-1][0]


def actor(seed: int, number: int) -> Actor:
    d = dice(seed, "actor", number)
    label = spread(_BAD_LABELS, seed, number)
    lies = d.pick((0.0, 0.2, 0.6))
    ways = {d.weighted(_BAD_WAYS[label]) for _ in range(2)}
    known = languages_with(label)
    wanted = {spread(LANGUAGE_SHARES, seed + 7, number), d.weighted(LANGUAGE_SHARES)}
    return Actor(
        name=f"actor-{number}",
        fleets={way: fleet(way, d, lies) for way in sorted(ways)},
        landing=tuple(domain(d) for _ in range(d.upto(1, 3))),
        languages=tuple(sorted(one for one in wanted if one in known)) or ("en",),
        label=label,
    )


def person_name(language: str, d: Dice) -> str:
    """Somebody's name, in the order the language writes it."""
    names = lists(language)
    first, last = say(names["first"], d, {}), say(names["last"], d, {})
    return f"{last}{first}" if language in ("ko", "ja", "zh") else f"{first} {last}"


def fixed_words(letter: Letter, brand: str | None, sender: str, d: Dice) -> dict[str, str]:
    """What every mail of a mailing says alike."""
    tongue = letter.language
    return {
        "language": tongue,
        "brand": brand or sender,
        "sender": sender,
        "person": person_name(tongue, d),
        "amount": money.middling(tongue, d),
        "bigamount": money.big(tongue, d),
        "fee": money.small(tongue, d),
        "percent": str(d.pick((5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90))),
        "phone": f"+{d.upto(1, 98)} {d.upto(100, 999)} 555 {d.upto(1000, 9999):04d}",
        "site": domain(d),
        "btc": "bc1q" + d.token(38).replace("b", "8"),
    }


def slug(name: str, d: Dice) -> str:
    """The name as part of a host name."""
    plain = re.sub(r"[^a-z0-9]+", "", name.lower())
    return plain or d.word(6)


_RULE_BYTES = 60  # about what one rule takes


@cache
def _rules() -> tuple[str, ...]:
    """A prime number of style rules, so that any step through them meets all."""
    d = dice("style rules")
    return tuple(
        f".{d.word(d.upto(2, 7))}{{margin:{d.upto(0, 40)}px;padding:{d.upto(0, 30)}px;"
        f"color:#{d.hex(6)};font-size:{d.upto(9, 30)}px}}\n"
        for _ in range(1009)
    )


def skin(d: Dice, target_bytes: int, logo: str) -> Skin:
    """A look; its style sheet is as long as the mail should be large."""
    left = max(0, target_bytes - 2200)
    pool = _rules()
    first, step = d.upto(0, len(pool) - 1), d.upto(1, len(pool) - 1)
    css = "".join(pool[(first + step * at) % len(pool)] for at in range(left // _RULE_BYTES))
    hides = (
        "display:none",
        "font-size:0",
        "color:#ffffff",
        "max-height:0;overflow:hidden",
        "opacity:0",
    )
    return Skin(
        d.upto(0, 5),
        f"#{d.hex(6)}",
        d.pick(_FONTS),
        d.pick((480, 560, 600, 640, 700)),
        css,
        logo,
        d.pick(hides),
    )


def target_size(d: Dice, median: int) -> int:
    """Heavy tail around the median, 1 KB to ten times the median."""
    return int(min(max(median * d.lognormvariate(0.0, 0.8), 1000), median * 10))


def _bad_identity(
    letter: Letter, brand: str | None, chosen: Fleet, changing: bool, d: Dice
) -> tuple[Identity, bool]:
    """A name, and whether an innocent's domain is abused for it (a joe-job)."""
    person = person_name(letter.language, d)
    name = brand or d.pick(
        (person, say(lists(letter.language)["company"], d, {}), domain(d).split(".")[0].title())
    )
    if brand and d.chance(0.4):
        name = d.pick(
            (
                f"{brand} Support",
                f"{brand} Security",
                f"{brand}",
                f"{brand} Team",
                f"{brand} Notice",
            )
        )
    reply = (
        f"{d.word(8)}{d.upto(1, 99)}@{d.pick(_FREE)}"
        if letter.label == "fraud" and d.chance(0.6)
        else None
    )
    if chosen.way is Way.MAILBOX:
        return Identity(
            name, (chosen.operators[0].domain,), f"{d.word(6)}{d.upto(10, 999)}", reply
        ), False
    if chosen.domains and chosen.way is not Way.STOLEN_RELAY:
        own = chosen.domains if changing else chosen.domains[:1]
        return Identity(name, own, d.pick(LOCALS), reply, changing and d.chance(0.5)), False
    if d.chance(0.25):
        victim = d.pick(places()).domain
        return Identity(name, (victim,), d.pick(LOCALS), reply), True
    base = (
        f"{slug(brand, d)}-{d.pick(('secure', 'mail', 'service', 'online'))}.example"
        if brand
        else domain(d)
    )
    many = tuple(domain(d) for _ in range(d.upto(4, 20))) if changing else (base,)
    return Identity(name, many, d.pick(LOCALS), reply, changing), False


def spam(seed: int, key: str, *, who: Actor, campaign: bool, median: int) -> Mailing:
    """A spammer's mailing."""
    d = dice(seed, "spam", key)
    letter = _letter(who, d)
    tongue = letter.language
    ways = tuple(who.fleets.values())
    fleets = (d.pick(ways),) if d.chance(0.7) else ways
    brand = d.pick(brands_for(letter.brand_kind, tongue)) if letter.brand_kind else None
    mutation = {name for name, share in _MUTATIONS if d.chance(share)} if campaign else {"links"}
    identity, joe_job = _bad_identity(letter, brand, fleets[0], "from" in mutation, d)
    form = _bad_form(letter, d)
    mutation |= {"image": {"image-only"}, "qr": {"qr"}}.get(form, set())
    if len(fleets) > 1 or fleets[0].way in (Way.BOT, Way.SNOWSHOE):
        mutation.add("hosts")
    if joe_job:
        mutation.add("joe-job")
    share = 0.35 if "words" in mutation else 0.0
    fixed = fixed_words(letter, brand, identity.name, d)
    subject_share = 0.8 if "subject" in mutation else 0.0
    drafts = [_adorned(settled(letter, d, fixed, share, subject_share), letter.label, d)]
    if campaign and d.chance(0.08):
        drafts += _translations(letter, fixed, share, d)
    if len(drafts) > 1:
        mutation.add("languages")
    return Mailing(
        name=f"c-{key}" if campaign else None,
        actor=who.name,
        label=letter.label,
        subtype=letter.subtype,
        brand=brand,
        wanted=False,
        fleets=fleets,
        drafts=tuple(drafts),
        identity=identity,
        mailers=tuple(d.pick(MAILERS) for _ in range(3 if "header" in mutation else 1)),
        skin=skin(d, target_size(d, median), brand or ""),
        form=form,
        charset=charset(tongue, d),
        landing=(d.pick(who.landing),) if d.chance(0.5) else (domain(d),),
        path=d.pick(PATHS) + ("" if d.chance(0.5) else f"/{d.token(5)}"),
        attachment=_bad_attachment(letter, d),
        seed=d.getrandbits(32),
        fixed=fixed,
        mutation=frozenset(mutation),
        picture_bytes=min(target_size(d, median), 30_000),
    )


_EMOJI = ("🔥", "🎁", "✅", "⚠️", "💰", "📦", "❗", "🎉", "🔔", "💘", "⏰", "👉", "🎰", "🔒")


def _adorned(draft: Draft, label: str, d: Dice) -> Draft:
    """At times with a picture letter before the subject; liars seldom offer to unsubscribe."""
    if not d.chance({"commercial": 0.8, "phishing": 0.3}.get(label, 0.12)):
        draft = replace(draft, footer="")
    if not d.chance({"commercial": 0.25, "fraud": 0.12, "phishing": 0.08}.get(label, 0.0)):
        return draft
    return replace(draft, subjects=(f"{d.pick(_EMOJI)} ", draft.subjects))


def _letter(who: Actor, d: Dice) -> Letter:
    """What he writes this time: mostly in his own trade."""
    label = who.label if d.chance(0.8) else d.weighted(_BAD_LABELS)
    return d.pick(letters(label, d.pick(who.languages)) or letters(label, "en"))


def _translations(letter: Letter, fixed: dict[str, str], share: float, d: Dice) -> list[Draft]:
    for tongue in ("en", "ko", "es", "fr"):
        for other in letters(letter.label, tongue):
            if other.subtype == letter.subtype and tongue != letter.language:
                return [settled(other, d, fixed, share)]
    return []


def _bad_form(letter: Letter, d: Dice) -> str:
    if letter.anchors is None:
        return d.weighted((("plain", 0.6), ("alternative", 0.2), ("html", 0.2)))
    return d.weighted(
        (("html", 0.45), ("alternative", 0.3), ("plain", 0.1), ("image", 0.09), ("qr", 0.06))
    )


def _bad_attachment(letter: Letter, d: Dice) -> tuple[str, str] | None:
    """(kind, name); a letter that leads to malware by a link carries none."""
    label = letter.label
    stem = f"{d.pick(_STEMS)}_{d.upto(1000, 99999)}"
    if label == "malware" and letter.anchors is None:
        return d.pick(MALICIOUS), stem
    if label == "phishing" and d.chance(0.08):
        return d.pick(("html", "pdf")), stem
    if label == "fraud" and d.chance(0.1):
        return "pdf", stem
    return None


def charset(tongue: str, d: Dice) -> str:
    """Mostly UTF-8, else an old one of that language."""
    return d.pick(_CHARSETS[tongue]) if d.chance(0.2) else "utf-8"
