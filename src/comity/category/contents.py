# SPDX-License-Identifier: Apache-2.0
"""Facts about what a mail holds: links, attachments, length, sums, numbers, addresses of coins.

Each is a small named observation that rules may use. None is a verdict.
"""

import re

from comity.category.evidence import Evidence
from comity.category.hosts import Hosts
from comity.message.message import Link, Message
from comity.values.span import Span

MAX_SUMS = 4_000  # characters in which sums and numbers are looked for, ours
SHORT = 40  # words, ours
_SUM_SIGNS = "$€£¥₩₹円元원万億"
_PERCENT = re.compile(r"(?=\d)(?<!\d)\d{1,3}\s?%")
SUM_WORDS = frozenset(
    "USD usd EUR eur Eur GBP gbp euro euros Euro Euros EURO EUROS dollars Dollars DOLLARS dollar "
    "million Million MILLION millions Millions Millionen Mio mio millones Millones milhões milhoes "
    "milioni miljoen mln миллион миллионов млн руб рублей zł tl TL kr".split()
)
# Each begins by saying which characters it can begin with: the search then skips to them.
_PRICE = re.compile(
    r"(?=[$€£Rr\d])(?i:(?:[$€£]|R\$)\s?\d{1,5}(?:[.,]\d\d)?(?![\d.,])"
    r"|(?<![\d.,])\d{1,5}(?:[.,]\d\d)?\s?(?:[€£]|eur\b|euros?\b|usd\b|zł|kr\b|руб|円|元|원|tl\b))"
)
_BIG = re.compile(
    r"(?=[\d,$€£uUeEgG])(?i:"
    r"\d[\d.,]{0,14}\s?(?:million|millón|millones|milhões|milhoes|milioni|miljoen|mio\b|mln\b|м(?:илл|лн))"
    r"|(?:[$€£]|\b(?:usd|us|eur|gbp)\b)\s?\$?\s?\d{1,3}(?:[.,]\d{3}){2,4}"
    r"|\b\d{1,3}(?:[.,]\d{3}){2,4}(?:[.,]\d\d)?\s?(?:[$€£]|usd|eur|gbp|dollar|euro|pound)"
    r"|[\d,]{1,12}万(?:美元|ドル|달러)|\d{1,6}億円)"
)
_BIG_WORDS = ("mil", "mio", "mln", "мил", "млн", "万", "億")
_GROUPS = re.compile(r"[.,]\d{3}[.,]\d{3}")
_PROGRAM_LINK = re.compile(
    r"\.(?:exe|scr|msi|bat|cmd|js|jse|vbs|vbe|wsf|hta|jar|apk|iso|img|lnk|ps1|zip|rar|7z|xlsm|docm)(?:[?#]|\Z)",
    re.IGNORECASE,
)
# A host called by its line, "192.0.2.10.host.provider.example": no name that readers are given.
_SERVER_NAME = re.compile(
    r"(?:\d{1,3}[.-]){3}\d{1,3}[.-][a-z]|(?:vps|vmi|srv|ip)-?\d{3,}[\w-]{0,20}\."
)
_FILE_SHOWN = re.compile(
    r"\w\.(?:pdf|xml|docx?|xlsx?|zip|rar|jpe?g|txt|csv)\b|\(~?\d{1,4} ?[km]b\)", re.IGNORECASE
)
_FILE_URL = re.compile(r"\.(?:pdf|xml|docx?|xlsx?|jpe?g|txt|csv)(?:[?#]|\Z)", re.IGNORECASE)
_RUNS = frozenset("executable executable-inside script script-inside shortcut disk-image".split())
_DECEITFUL = frozenset(
    "address-literal address-disguised userinfo confusable mixed-script runs-code data-link "
    "percent-in-host".split()
)
_COIN = re.compile(
    r"(?:bc1[a-z0-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33})\Z"
)
_SPLIT = frozenset(("subject-split-by-invisible", "text-split-by-invisible"))
COIN_WORDS = frozenset(
    "bitcoin btc bitcoins Bitcoin BTC Bitcoins BITCOIN USDT USDC usdt ETH eth WETH Ethereum".split()
)
_COIN_SUM = re.compile(
    r"(?=\d)(?<![\d.,])\d{1,9}(?:[.,]\d{1,9})?\s?(?:btc|bitcoins?|eth|weth|usdt|usdc)\b",
    re.IGNORECASE,
)
_MACRO = frozenset("macro embedded-object onenote".split())
_USUAL_ARCHIVES = frozenset(
    "application/zip application/gzip application/x-tar application/x-bzip2".split()
)
_DISGUISED = frozenset("double-extension name-reordered".split())
_DOCUMENT = ("application/pdf", "application/msword", "application/vnd.", "application/rtf")
_PHONE = re.compile(
    r"(?=[+(\d])(?<![\d./-])\+?\(?\d{1,4}\)?(?:[\s.·–+*_-]{0,3}\(?\d{2,5}\)?){2,4}(?![\d/])"
)


def links(
    message: Message, hosts: Hosts, own: str, vouched: str | None, evidence: Evidence
) -> tuple[Link, ...]:
    """Note what the links show; return those a reader can follow. `own`: the sender's domain."""
    note = evidence.note
    followed: list[Link] = []
    known: dict[str, frozenset[str]] = {}  # host → its classes
    for link in message.links:
        host, source = link.host, link.source
        if source == "header" or source == "image" or not host:
            continue
        kinds = known.get(host)
        if kinds is None:
            kinds = known[host] = hosts.classes(host)
        if "picture-host" in kinds:
            continue
        followed.append(link)
        if source == "qr":
            note("qr-code")
        elif source == "form":
            note("form")
        if len(followed) <= 50:
            _one_link(link, kinds, evidence)
    if message.skeleton.forms:
        note("form")
    if not followed:
        note("no-link")
    else:
        note("has-web-link")
        note("has-way-in")
        if message.html:
            note("page-link")
        domains = {link.domain or link.host for link in followed}
        if domains == {own}:
            note("links-of-sender")
            if vouched == own:
                note("links-of-sender-vouched")
        elif own not in domains:
            note("links-foreign")
        if len(domains) >= 8:
            note("many-domains")
    if "form" in evidence.counts:
        note("has-way-in")
    return tuple(followed[:200])


def _one_link(link: Link, kinds: frozenset[str], evidence: Evidence) -> None:
    for reason in link.reasons:
        if reason.code == "shown-is-not-real" and reason.weight >= 0.5:
            evidence.note("link-not-as-shown", link.span)
        elif reason.code == "shortener":
            evidence.note("shortener", link.span)
        elif reason.code in _DECEITFUL:
            evidence.note("link-deceitful", link.span)
    if _SERVER_NAME.match(link.host):
        evidence.note("link-to-server-name", link.span)
    shown, carried = link.shown[-60:], "carries-anyones-mail" in kinds
    as_file = ("." in shown or "(" in shown) and _FILE_SHOWN.search(shown) is not None
    if as_file and not carried and not _FILE_URL.search(link.url[-60:]):
        evidence.note("link-shown-as-file", link.span)
    if "free-host" in kinds:
        evidence.note("free-host", link.span)
    if "donation-page" in kinds:
        evidence.note("donation-page", link.span)
    if _PROGRAM_LINK.search(link.url[-200:]):
        evidence.note("link-to-program", link.span)


def attachments(message: Message, evidence: Evidence) -> None:
    for one in message.attachments:
        hints = set(one.hints)
        if one.inline and "image" in hints:
            evidence.note("inline-picture")
            continue
        evidence.note("attachment")
        if hints & _RUNS and "html" not in hints:
            evidence.note("attachment-runs")
        if hints & _MACRO:
            evidence.note("attachment-macro")
        if hints & _DISGUISED:
            evidence.note("attachment-disguised")
        if "encrypted-archive" in hints:
            evidence.note("locked-archive")
        if hints & {"archive", "disk-image"}:
            evidence.note("archive-attachment")
            if one.type not in _USUAL_ARCHIVES:
                evidence.note("odd-archive")
        if "qr-code" in hints:
            evidence.note("qr-code")
            evidence.note("has-way-in")
        if "html" in hints:
            evidence.note("attached-page")
            evidence.note("has-way-in")
            if hints & {"script", "html-form", "html-unpacks"}:
                evidence.note("attached-page-acts")
        if one.type.startswith(_DOCUMENT) or hints & {"archive", "html"}:
            evidence.note("document-attachment")
        if one.type.startswith("image/"):
            evidence.note("picture-attachment")


def shape(message: Message, words: list[str], evidence: Evidence) -> None:
    shown = len(words)
    pictures = message.skeleton.images or "picture-attachment" in evidence.counts
    if message.scripts and message.scripts[0] in ("Han", "Kana", "Hangul", "Thai"):
        shown = max(shown, len(message.text) // 4)
    if shown < SHORT:
        evidence.note("text-short")
    if len(message.text) < 25:
        evidence.note("text-empty")
    if "head/" in "\n".join(evidence.counts):
        evidence.note("head-idea")
    if pictures and (shown < 15 or len(message.text) < 60):
        evidence.note("little-text")
    if pictures and shown < 25:
        evidence.note("picture-only")
    if message.hidden:
        evidence.note("hidden-text")
    for defect in message.defects:
        if defect.code in _SPLIT:
            evidence.note("split-words")


def _has_sign(content: str) -> bool:
    if content.isascii():
        return "$" in content
    return any(map(content.__contains__, _SUM_SIGNS))


def _may_be_big(content: str) -> bool:
    """Cheaper than `_BIG`, and true wherever that matches."""
    lowered = content.lower()
    return any(map(lowered.__contains__, _BIG_WORDS)) or _GROUPS.search(content) is not None


def sums(message: Message, words: list[str], told: frozenset[str], evidence: Evidence) -> None:
    """Sums, shares and numbers of accounts and telephones. `told`: the `words` facts ask for."""
    text = message.text[:MAX_SUMS]
    coins = not told.isdisjoint(SUM_WORDS)
    for zone, content in (("subject", message.subject[:600]), ("text", text)):
        if "%" in content:
            percent = _PERCENT.search(content)
            if percent:
                evidence.note("percent", Span(zone, *percent.span()))
        if coins or _has_sign(content):
            big = _BIG.search(content) if _may_be_big(content) else None
            if big:
                evidence.note("money-big", Span(zone, *big.span()))
            price = _PRICE.search(content)
            if price:
                evidence.note("price", Span(zone, *price.span()))
    if "callback" in evidence.counts:
        phone = _PHONE.search(text)
        if phone:
            evidence.note("phone-number", Span("text", *phone.span()))
    if "extortion" in evidence.counts and any(
        len(word) >= 26 and _COIN.match(word) for word in words
    ):
        evidence.note("coin-address")
    if not COIN_WORDS.isdisjoint(told):
        evidence.note("bitcoin-word")
        if _COIN_SUM.search(message.subject[:600]) or _COIN_SUM.search(text):
            evidence.note("coin-sum")
