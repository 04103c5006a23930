# SPDX-License-Identifier: Apache-2.0
"""Links: where they lead, what the reader is shown, and why one may be false.

A reason here is an observation about one link, never a verdict on the mail: newsletters also send
their readers through a tracking host. Never opens a link.
"""

import re
from functools import lru_cache
from urllib.parse import unquote

from comity.message import show
from comity.message import url as urls
from comity.message.language import script_of
from comity.message.message import Link
from comity.message.redirectors import CLICK_COUNTERS, GATEWAYS, SHORTENERS
from comity.message.url import Url
from comity.values.country import ASSIGNED
from comity.values.domain import registered_domain, unicode_name
from comity.values.reason import Reason
from comity.values.span import Span

MAX_LINKS = 2_000  # of one mail, ours
MAX_SHOWN = 500  # characters of shown text kept, ours

REASONS = {
    "address-literal": "The link leads to a bare network address, not a name.",
    "address-disguised": "The link's address is written as a number that people cannot read.",
    "userinfo": "What stands before the @ in the link is not the host it leads to.",
    "url-with-breaks": "The link holds tabs or line ends, which browsers leave out.",
    "odd-slashes": "The link's slashes are not as they should be; browsers follow it all the same.",
    "percent-in-host": "The link's host is written in percent codes.",
    "odd-port": "The link names a port that web pages do not use.",
    "odd-scheme": "The link opens something other than a web page or a mail.",
    "runs-code": "The link runs code or opens a file on the reader's device.",
    "data-link": "The link holds a page in itself instead of leading to one.",
    "url-too-long": f"The link is longer than {urls.MAX_URL:,} characters.",
    "without-scheme": "The link has no http; mail programs add it.",
    "domain-too-long": "The link's host name is longer than the domain name system allows.",
    "domain-not-idna": "The link's host name is not a valid international name.",
    "hidden-link": "The text of this link cannot be seen.",
    "international-name": "The link's host has letters outside ASCII.",
    "mixed-script": "A part of the link's host mixes letters of different scripts.",
    "confusable": "The link's host reads like {0}.",
    "shown-is-not-real": "The text shows {0}, but the link leads to {1}.",
    "redirect": "The link names another address inside it: {0}.",
    "shortener": "The link goes through a shortener, which hides where it leads.",
    "unwrapped": "A mail gateway had rewritten the link; its own target is given.",
}
STRONG, WEAK, NONE = 1.0, 0.3, 0.0  # weights: how far a reason alone points to deceit. Ours
_WEIGHTS = {
    "address-literal": 0.5,
    "address-disguised": STRONG,
    "userinfo": STRONG,
    "url-with-breaks": WEAK,
    "odd-slashes": WEAK,
    "percent-in-host": 0.5,
    "odd-port": WEAK,
    "odd-scheme": WEAK,
    "runs-code": STRONG,
    "data-link": STRONG,
    "url-too-long": WEAK,
    "hidden-link": WEAK,
    "mixed-script": STRONG,
    "confusable": STRONG,
    "shortener": WEAK,
}

# gTLDs that mail shows without http; country codes come from ISO 3166-1.
_ENDS = frozenset(
    "com net org info biz edu gov mil int name pro mobi app dev online shop store site "
    "xyz top club live life cloud bank email news media agency tech space website link "
    "click icu vip uk eu su asia cat jobs tel travel museum aero coop".split()
)
_FILE_ENDS = frozenset("pl py sh md rs so ps ai ml pm st mk mm cc zip mov js tv".split())
_ADDRESS_SHOWN = re.compile(
    r"(?:mailto:)?[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})", re.IGNORECASE
)
_URL_SHOWN = re.compile(
    r"(?:(?P<scheme>https?)\s?:/{1,3}|(?P<www>www\.))?(?P<host>(?:[\w-]{1,63}\.){1,8}[\w-]{2,24})"
    r"(?::\d{1,5})?(?P<rest>[/?#].{0,400})?",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(
    r"(?:\bhttps?://|\bftp://|\bwww\.(?=[\w-]))[^\s<>\"\u201c\u201d\u3001-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b]{3,4000}+",
    re.IGNORECASE,
)
_AFTER_LINK = ".,;:!?'\"*_~\u2026\u3002\uff0c\uff1b\uff1a\u00bb>"
_INNER = re.compile(
    r"[=/?&](https?(?::|%3a|%253a)(?:/|%2f|%252f){2}[^&\s]{4,2000}+)", re.IGNORECASE
)
_INNER_NAME = re.compile(  # a target without http, where the parameter's name says what it is
    r"(?:[?&](?:u|url|uri|dest|destination|target|redirect|redirect_ur[il]|redir|goto|continue)="
    r"|/amp/(?:s/)?)"  # Google's viewer of other sites' pages
    r"((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?:/|%2f)[^&\s]{0,2000}+)",
    re.IGNORECASE,
)


def read(
    written: str,
    shown: str = "",
    source: str = "html",
    span: Span | None = None,
    *,
    base: str = "",
    hidden: bool = False,
) -> Link:
    """One link with its reasons. `shown` is the anchor's visible text."""
    at = urls.read(written[: urls.MAX_URL + 1], base)
    reasons = list(_marks(at)) if at.marks or "xn--" in at.host else []
    inner = _inner(at) if at.rest else None
    if inner is not None and at.domain in GATEWAYS:
        reasons.append(_reason("unwrapped", span))
        at, inner = inner, None
        reasons += _marks(at)
    onward = None
    if inner is not None and inner.domain and inner.domain != at.domain:
        onward = inner.host
        reasons.append(_reason("redirect", span, onward))
    if at.domain in SHORTENERS or at.host in SHORTENERS:
        reasons.append(_reason("shortener", span))
    if hidden:
        reasons.append(_reason("hidden-link", span))
    shown = shown[:MAX_SHOWN]
    if shown and at.host and ("." in shown):
        false = _shown_is_not_real(shown, at, span)
        if false:
            reasons.append(false)
    return Link(
        at.url,
        written[: urls.MAX_URL],
        at.host,
        at.domain,
        shown,
        source,
        span,
        tuple(reasons),
        onward,
    )


def bare(text: str) -> tuple[tuple[str, int, int], ...]:
    """(URL, start, end) of URLs written out in a text, as mail programs make them clickable."""
    if "://" not in text and "www." not in text and "WWW." not in text:
        return ()
    found = []
    for match in _BARE.finditer(text):
        written = _trimmed(match[0])
        if len(written) > 6:
            found.append((written, match.start(), match.start() + len(written)))
            if len(found) >= MAX_LINKS:
                break
    return tuple(found)


def _trimmed(written: str) -> str:
    """A full stop or bracket that follows a URL is not part of it."""
    while written:
        last = written[-1]
        if last in _AFTER_LINK:
            written = written.rstrip(_AFTER_LINK)
        elif (last == ")" and written.count("(") < written.count(")")) or (
            last == "]" and written.count("[") < written.count("]")
        ):
            written = written[:-1]
        else:
            break
        if len(written) > 200:  # long tails of brackets are cut once, not one by one
            written = written.rstrip(")]" + _AFTER_LINK) if last in ")]" else written
    return written


def _reason(code: str, span: Span | None, *facts: str) -> Reason:
    return Reason(code, REASONS[code].format(*facts), span, _WEIGHTS.get(code, NONE))


def _marks(at: Url) -> tuple[Reason, ...]:
    marks = [_reason(code, None) for code in at.marks]
    if "xn--" in at.host:
        marks += [_reason(code, None, *facts) for code, *facts in _international(at.host)]
    return tuple(marks)


@lru_cache(maxsize=1_024)
def _international(host: str) -> tuple[tuple[str, ...], ...]:
    """(code, facts …) for a host with letters outside ASCII (UTS 39)."""
    name = unicode_name(host)
    if name.isascii():
        return ()
    found: list[tuple[str, ...]] = [("international-name",)]
    for label in name.split("."):
        used = {script_of(char) for char in label} - {""}
        if len(used) > 1 and not used <= {"Han", "Kana", "Hangul", "Latin"}:
            found.append(("mixed-script",))
            break
    like = _look_alike(name)
    if like is not None and like != name:
        found.append(("confusable", like))
    return tuple(found)


def _look_alike(name: str) -> str | None:
    """The ASCII name that `name` can be taken for, None where no letter resembles."""
    out = []
    for char in name:
        if char.isascii():
            out.append(char)
            continue
        like = _ascii_like(char)
        if like is None:
            return None
        out.append(like)
    return "".join(out)


@lru_cache(maxsize=4_096)
def _ascii_like(char: str) -> str | None:
    import unicodedata

    like = show.unmixed(char)
    if like.isascii():
        return like.lower()
    base = unicodedata.normalize("NFKD", char)[0]
    if base.isascii() and base.isalnum():
        return base.lower()
    from confusable_homoglyphs import confusables  # 0.1 s to load; few mails need it

    for found in confusables.is_confusable(char, greedy=True, preferred_aliases=[]) or ():
        for other in found["homoglyphs"]:
            like = str(other["c"])
            if len(like) == 1 and like.isascii() and like.isalnum():
                return like.lower()
    return None


def _inner(at: Url) -> Url | None:
    """The first whole URL inside the path or query of another."""
    rest = at.rest[:2_048]
    lowered = rest.lower()  # plain searches first: most links hold no other
    found = _INNER.search(rest) if "http" in lowered else None
    if found is None:
        if "=" not in rest and "/amp/" not in lowered:
            return None
        named = _INNER_NAME.search(rest)
        return urls.read(unquote(f"http://{named[1]}", errors="replace")) if named else None
    text: str = found[1]
    for _ in range(3):  # encoded once, twice or three times
        if "://" in text[:9]:
            break
        text = unquote(text, errors="replace")
    inner = urls.read(text)
    return inner if inner.host else None


def _shown_is_not_real(shown: str, at: Url, span: Span | None) -> Reason | None:
    name = shown_host(shown)
    if name is None:
        return None
    domain = registered_domain(name)
    if domain is None or domain == at.domain:
        return None
    weak = (
        at.domain in CLICK_COUNTERS
        or at.domain in SHORTENERS
        or domain in at.rest.lower()
        or _same_label(domain, at.domain)
    )
    text = REASONS["shown-is-not-real"].format(name[:100], at.host[:100])
    return Reason("shown-is-not-real", text, span, WEAK if weak else STRONG)


def _same_label(one: str, other: str | None) -> bool:
    """example.com and example.co.uk may be one firm; anybody may register the second, though."""
    return other is not None and one.partition(".")[0] == other.partition(".")[0]


@lru_cache(maxsize=2_048)
def shown_host(shown: str) -> str | None:
    """The host that a reader would expect from a link's text, None if it names none."""
    text = shown.strip(" \n\t<>()[]{}.,;:!\"'\u00ab\u00bb\u2192\u203a\u25b6")
    if not 4 <= len(text) <= 480 or " " in text.partition("?")[0].strip():
        return None
    mail = _ADDRESS_SHOWN.fullmatch(text)
    if mail:
        return urls.read("http://" + mail[1]).host
    found = _URL_SHOWN.fullmatch(text)
    if not found:
        return None
    host = found["host"]
    if not found["scheme"] and not found["www"]:
        end = host.rpartition(".")[2].lower()
        known = end in _ENDS or end.upper() in ASSIGNED
        if not known or (end in _FILE_ENDS and not found["rest"]):
            return None
    at = urls.read("http://" + host)
    return at.host if at.domain else None
