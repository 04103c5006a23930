# SPDX-License-Identifier: Apache-2.0
"""Facts about the build of a mail: header, links, attachments, sums, numbers, addresses of coins.

Each is a small named observation that rules may use. None is a verdict. Reads no content twice.
"""

import re

from comity.category.evidence import Evidence
from comity.category.hosts import Hosts, within
from comity.message.message import Link, Mailbox, Message
from comity.trace.trace import Standing, Trace
from comity.values.domain import registered_domain
from comity.values.span import Span

MAX_TEXT = 16_000  # characters in which quoting is looked for, ours
MAX_SUMS = 8_000  # characters in which sums and numbers are looked for, ours
SHORT = 40  # words, ours
MIN_HOST_WORD = 5

_SUM_SIGN = re.compile("[$€£¥₩₹]|(?i:usd|eur|gbp|million|millon|milh|mio|руб|円|元|원|zł|r\\$)")
_BIG = re.compile(
    r"\d[\d.,]{0,14}\s?(?:million|millón|millones|milhões|milhoes|milioni|miljoen|mio\b|mln\b|м(?:илл|лн))"
    r"|(?:[$€£]|\b(?:usd|us|eur|gbp)\b)\s?\$?\s?\d{1,3}(?:[.,]\d{3}){2,4}"
    r"|\b\d{1,3}(?:[.,]\d{3}){2,4}(?:[.,]\d\d)?\s?(?:[$€£]|usd|eur|gbp|dollar|euro|pound)"
    r"|[\d,]{1,12}万(?:美元|ドル|달러)|\d{1,6}億円",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"(?:[$€£]|R\$)\s?\d{1,5}(?:[.,]\d\d)?(?![\d.,])"
    r"|(?<![\d.,])\d{1,5}(?:[.,]\d\d)?\s?(?:[€£]|eur\b|usd\b|zł|kr\b|руб|円|元|원|tl\b)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_PERCENT = re.compile(r"(?<!\d)\d{1,3}\s?%")
_PHONE = re.compile(r"(?<![\d./-])\+?\(?\d{1,4}\)?(?:[\s.·–+*_-]{0,3}\(?\d{2,5}\)?){2,4}(?![\d/])")
_NAME_DOMAIN = re.compile(r"((?:[\w.+-]{1,60}@)?(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12})")
_QUOTED = re.compile(r"(?m)^> ?\w|\b(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napisał\(?a?\)?|пишет|writes) ?:")
_COIN = re.compile(r"(?:bc1[a-z0-9]{25,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33})\Z")
_PROGRAM_LINK = re.compile(
    r"\.(?:exe|scr|msi|bat|cmd|js|jse|vbs|vbe|wsf|hta|jar|apk|iso|img|lnk|ps1|zip|rar|7z|xlsm|docm)(?:[?#]|\Z)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\A\W{0,3}(?:adv?|ad|広告|未承諾広告|광고|广告|廣告|werbung|publicidad|pub)\W{0,3}(?=[\s:\])）】])",
    re.IGNORECASE,
)
_RUNS = frozenset(
    "executable executable-inside script script-inside shortcut disk-image".split()
)
_MACRO = frozenset("macro embedded-object onenote".split())
_DISGUISED = frozenset("double-extension name-reordered".split())
_DECEITFUL = frozenset(
    "address-literal address-disguised userinfo confusable mixed-script runs-code data-link "
    "percent-in-host".split()
)
_DOCUMENT = ("application/pdf", "application/msword", "application/vnd.", "application/rtf")
# Fields in which systems that people work with say what wrote the mail.
_TRACKERS = frozenset(
    "x-bugzilla-reason x-bugzilla-type x-bugzilla-url x-github-reason x-gitlab-project "
    "x-jira-fingerprint x-redmine-project x-rt-ticket x-debian-pr-message x-cron-env "
    "x-nagios-notification x-launchpad-bug".split()
)
_MACHINE_SENDERS = frozenset("mailer-daemon postmaster mailerdaemon mail-daemon".split())


def note(
    message: Message, trace: Trace, hosts: Hosts, words: list[str], evidence: Evidence
) -> tuple[tuple[Link, ...], str | None]:
    """Note all facts; return the links a reader can follow, and the vouched sender domain."""
    fields = {field.key: field.value for field in reversed(message.fields)}
    _header(message, fields, hosts, evidence)
    vouched = _vouched(message, trace, evidence)
    links = _links(message, hosts, vouched, evidence)
    _attachments(message, evidence)
    _shape(message, words, evidence)
    _sums(message, words, evidence)
    return links, vouched


def compare(evidence: Evidence) -> None:
    """Facts about which kind of speech outweighs which; after the groups are summed."""
    counts = evidence.counts
    speech, sells = counts.get("speech", 0.0), counts.get("sells", 0.0)
    if speech >= 2 and speech >= sells:
        evidence.note("speech-outweighs")


def _header(message: Message, fields: dict[str, str], hosts: Hosts, evidence: Evidence) -> None:
    note = evidence.note
    sender = message.from_
    if message.list_unsubscribe:
        note("list-unsubscribe")
    if "list-post" in fields or "mailing-list" in fields or "x-mailman-version" in fields:
        note("discussion-list")
    elif "list-id" in fields and "list-unsubscribe" in fields and _talks(fields):
        note("discussion-list")
    elif fields.get("precedence", "").strip().lower() == "list" and _talks(fields):
        note("discussion-list")
    if "in-reply-to" in fields or "references" in fields:
        # Spam writes "Re:" and invents the fields; what it seldom does is quote.
        if _QUOTED.search(message.text[:MAX_TEXT]):
            note("reply-thread")
    if not _TRACKERS.isdisjoint(fields):
        note("tracker")
    if fields.get("auto-submitted", "no").strip().lower() not in ("no", ""):
        note("auto-submitted")
    root = message.parts[0] if message.parts else None
    if root is not None and root.content_type == "multipart/report":
        note("delivery-report")
    elif "x-failed-recipients" in fields:
        note("delivery-report")
    if _LABEL.match(message.subject):
        note("advertising-label", Span("subject", 0, min(len(message.subject), 8)))
    if sender is None or not sender.domain or "." not in sender.domain:
        note("no-sender-domain")
    _sender(sender, message.reply_to, hosts, evidence)
    local = sender.address.partition("@")[0].lower() if sender else ""
    if local in _MACHINE_SENDERS or fields.get("return-path", "").strip() == "<>":
        note("machine-sender")


def _talks(fields: dict[str, str]) -> bool:
    """Whether it answers somebody, as talk on a list does and bulk mail does not."""
    return "in-reply-to" in fields or "references" in fields or "list-post" in fields


def _other_domain(name: str, domain: str) -> bool:
    """Whether the From name is itself a domain, and not the sender's: "bank.example"."""
    found = _NAME_DOMAIN.fullmatch(name.strip(" ,;'\"<>()").lower())
    if found is None:
        return False
    named = registered_domain(found[1].rpartition("@")[2])
    return named is not None and named != domain


def _sender(
    sender: Mailbox | None, reply_to: tuple[Mailbox, ...], hosts: Hosts, evidence: Evidence
) -> None:
    domain = _registered(sender)
    free = domain in hosts.free_mail
    if sender is not None and domain and _other_domain(sender.name[:120], domain):
        evidence.note("name-is-other-domain", Span("from", 0, len(sender.name)))
    if free:
        evidence.note("free-mail-sender")
    if sender is not None and within(sender.domain, hosts.carries):
        evidence.note("free-service-sender")
    for other in reply_to[:3]:
        if not other.domain or (sender and other.address.lower() == sender.address.lower()):
            continue
        answered = registered_domain(other.domain) or other.domain
        if answered in hosts.free_mail:
            evidence.note("reply-to-free-mail")
        if answered != domain:
            evidence.note("reply-elsewhere")


def _registered(mailbox: Mailbox | None) -> str:
    if mailbox is None:
        return ""
    return registered_domain(mailbox.domain) or mailbox.domain


def _vouched(message: Message, trace: Trace, evidence: Evidence) -> str | None:
    """The From's registered domain, where a host we trust has recorded that it is true."""
    domain = _registered(message.from_)
    if not domain:
        return None
    for result in trace.authentication:
        if result.standing is not Standing.VOUCHED or not result.identity:
            continue
        same = (registered_domain(result.identity) or result.identity) == domain
        if same and result.result == "pass" and result.method in ("dkim", "dmarc", "spf"):
            evidence.note("sender-vouched")
            return domain
        if result.method == "dmarc" and result.result == "fail" and same:
            evidence.note("sender-fails")
    return None


def _links(
    message: Message, hosts: Hosts, vouched: str | None, evidence: Evidence
) -> tuple[Link, ...]:
    note = evidence.note
    sender = message.from_
    own = _registered(sender)
    followed: list[Link] = []
    for link in message.links:
        if link.source in ("header", "image") or not link.host:
            continue
        if within(link.host, hosts.picture):
            continue
        followed.append(link)
        if link.source == "qr":
            note("qr-code")
        if link.source == "form":
            note("form")
        if len(followed) <= 50:
            _one_link(link, hosts, evidence)
    if message.skeleton.forms:
        note("form")
    if not followed:
        note("no-link")
    else:
        note("has-web-link")
        note("has-way-in")
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


def _one_link(link: Link, hosts: Hosts, evidence: Evidence) -> None:
    for reason in link.reasons:
        if reason.code == "shown-is-not-real" and reason.weight >= 0.5:
            evidence.note("link-not-as-shown", link.span)
        elif reason.code == "shortener":
            evidence.note("shortener", link.span)
        elif reason.code in _DECEITFUL:
            evidence.note("link-deceitful", link.span)
    if link.host and within(link.host, hosts.free_host):
        evidence.note("free-host", link.span)
    if link.host and within(link.host, hosts.donation):
        evidence.note("donation-page", link.span)
    if _PROGRAM_LINK.search(link.url[-200:]):
        evidence.note("link-to-program", link.span)


def _attachments(message: Message, evidence: Evidence) -> None:
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


def _shape(message: Message, words: list[str], evidence: Evidence) -> None:
    shown = len(words)
    pictures = message.skeleton.images or "picture-attachment" in evidence.counts
    if message.scripts and message.scripts[0] in ("Han", "Kana", "Hangul", "Thai"):
        shown = max(shown, len(message.text) // 4)
    if shown < SHORT:
        evidence.note("text-short")
    if len(message.text) < 25:
        evidence.note("text-empty")
    if any(name.startswith("head/") for name in evidence.counts):
        evidence.note("head-idea")
    if pictures and (shown < 15 or len(message.text) < 60):
        evidence.note("little-text")
    if pictures and shown < 25:
        evidence.note("picture-only")
    if message.hidden:
        evidence.note("hidden-text")
    for defect in message.defects:
        if defect.code in ("subject-split-by-invisible", "text-split-by-invisible"):
            evidence.note("split-words")


def _sums(message: Message, words: list[str], evidence: Evidence) -> None:
    text = message.text[:MAX_SUMS]
    for zone, content in (("subject", message.subject[:600]), ("text", text)):
        if "%" in content:
            percent = _PERCENT.search(content)
            if percent:
                evidence.note("percent", Span(zone, *percent.span()))
        if _SUM_SIGN.search(content) and _DIGIT.search(content):
            big = _BIG.search(content)
            if big:
                evidence.note("money-big", Span(zone, *big.span()))
            price = _PRICE.search(content)
            if price:
                evidence.note("price", Span(zone, *price.span()))
    if "callback" in evidence.counts:
        phone = _PHONE.search(text)
        if phone:
            evidence.note("phone-number", Span("text", *phone.span()))
    for word in words:
        if len(word) >= 26 and _COIN.match(word):
            evidence.note("coin-address")
            break
    lowered = {"bitcoin", "btc", "bitcoins", "Bitcoin", "BTC", "Bitcoins", "BITCOIN", "USDT"}
    if not lowered.isdisjoint(words):
        evidence.note("bitcoin-word")
