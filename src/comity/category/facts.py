# SPDX-License-Identifier: Apache-2.0
"""Facts about a mail's header: who says he writes, whom answers go to, what kind of mail it is.

Each is a small named observation that rules may use. None is a verdict. What the mail holds is
`contents`.
"""

import re

from comity.category import contents
from comity.category.evidence import Evidence
from comity.category.hosts import Hosts, within
from comity.message.message import Link, Mailbox, Message
from comity.trace.trace import Standing, Trace
from comity.values.domain import registered_domain
from comity.values.span import Span

MAX_TEXT = 8_000  # characters in which quoting is looked for, ours

_WROTE = frozenset(
    "wrote writes schrieb écrit escribió escreveu scritto schreef napisał napisała пишет".split()
)
_TOLD = _WROTE | contents.SUM_WORDS | contents.COIN_WORDS  # words that facts ask for
_NAME_DOMAIN = re.compile(r"((?:[\w.+-]{1,60}@)?(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,12})")
_TICKET = re.compile(
    r"\[(?:bug|issue|case|task|jira)\b ?[#:]?\w{0,20}\]|\[[A-Z]{2,10}-\d{1,7}\]", re.IGNORECASE
)
_ANSWER = re.compile(r"(?:\[[^\]]{1,60}\] ?)?(?:re|aw|sv|rv|antw|odp|rif) ?:", re.IGNORECASE)
_QUOTE_MARK = re.compile(r"(?:\A|\n)[&|:]?> ?\S")
_INTRODUCED = re.compile(
    r"\b(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napisała?|пишет|writes) ?:"
)
_LABEL = re.compile(
    r"\A\W{0,3}(?:adv?|ad|広告|未承諾広告|광고|广告|廣告|werbung|publicidad|pub)\W{0,3}(?=[\s:\])）】])",
    re.IGNORECASE,
)
# Fields in which systems that people work with say what wrote the mail.
_TRACKERS = frozenset(
    "x-bugzilla-reason x-bugzilla-type x-bugzilla-url x-github-reason x-gitlab-project "
    "x-jira-fingerprint x-redmine-project x-rt-ticket x-debian-pr-message x-cron-env "
    "x-nagios-notification x-launchpad-bug".split()
)
_LIST_FIELDS = frozenset(("list-post", "mailing-list", "x-mailman-version"))
_WANTED = (
    _TRACKERS
    | _LIST_FIELDS
    | frozenset(
        "list-id list-unsubscribe precedence in-reply-to references auto-submitted return-path "
        "x-failed-recipients".split()
    )
)
_MACHINE_SENDERS = frozenset("mailer-daemon postmaster mailerdaemon mail-daemon".split())


def note(
    message: Message, trace: Trace, hosts: Hosts, words: list[str], evidence: Evidence
) -> tuple[tuple[Link, ...], str | None]:
    """Note all facts; return the links a reader can follow, and the vouched sender domain."""
    # By key; of several the first.
    fields = {one[1]: one[2] for one in reversed(message.fields) if one[1] in _WANTED}
    told = _TOLD.intersection(words)
    _header(message, fields, hosts, told, evidence)
    vouched = _vouched(message, trace, evidence)
    links = contents.links(message, hosts, _registered(message.from_), vouched, evidence)
    contents.attachments(message, evidence)
    contents.shape(message, words, evidence)
    contents.sums(message, words, told, evidence)
    return links, vouched


def compare(evidence: Evidence) -> None:
    """Facts about which kind of speech outweighs which; after the groups are summed."""
    counts = evidence.counts
    speech, sells = counts.get("speech", 0.0), counts.get("sells", 0.0)
    if speech >= 2 and speech >= sells:
        evidence.note("speech-outweighs")
    elif speech >= 2 and sells <= 3 * speech:
        evidence.note("speech-beside-wares")


def _quotes(text: str, told: frozenset[str]) -> bool:
    """Whether it holds quoted lines, or a line that introduces them."""
    if ">" in text and _QUOTE_MARK.search(text):
        return True
    return not told.isdisjoint(_WROTE) and _INTRODUCED.search(text) is not None


def _header(
    message: Message,
    fields: dict[str, str],
    hosts: Hosts,
    told: frozenset[str],
    evidence: Evidence,
) -> None:
    note = evidence.note
    sender = message.from_
    if message.list_unsubscribe:
        note("list-unsubscribe")
    if _is_discussion(fields):
        note("discussion-list")
    if "in-reply-to" in fields or "references" in fields:
        # Spam writes "Re:" and invents the fields; what it seldom does is quote.
        answers = "discussion-list" in evidence.counts and _ANSWER.match(message.subject)
        if answers or _quotes(message.text[:MAX_TEXT], told):
            note("reply-thread")
    subject = message.subject
    if not _TRACKERS.isdisjoint(fields) or ("[" in subject and _TICKET.search(subject[:200])):
        note("tracker")
    if fields.get("auto-submitted", "no").strip().lower() not in ("no", ""):
        note("auto-submitted")
    root = message.parts[0] if message.parts else None
    is_report = root is not None and root.content_type == "multipart/report"
    if is_report or "x-failed-recipients" in fields:
        note("delivery-report")
    if _LABEL.match(message.subject):
        note("advertising-label", Span("subject", 0, min(len(message.subject), 8)))
    if sender is None or not sender.domain or "." not in sender.domain:
        note("no-sender-domain")
    _sender(sender, message.reply_to, hosts, evidence)
    # Mail systems often write the bare name, without an address.
    local = (sender.address or sender.name).partition("@")[0].lower() if sender else ""
    if local in _MACHINE_SENDERS or fields.get("return-path", "").strip() == "<>":
        note("machine-sender")


def _is_discussion(fields: dict[str, str]) -> bool:
    if not _LIST_FIELDS.isdisjoint(fields):
        return True
    listed = "list-id" in fields and "list-unsubscribe" in fields
    return _talks(fields) and (listed or fields.get("precedence", "").strip().lower() == "list")


def _talks(fields: dict[str, str]) -> bool:
    """Whether it answers somebody, as talk on a list does and bulk mail does not."""
    return "in-reply-to" in fields or "references" in fields or "list-post" in fields


def _other_domain(name: str, domain: str) -> bool:
    """Whether the From name is itself a domain, and not the sender's: "bank.example"."""
    if "." not in name:
        return False
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
