# SPDX-License-Identifier: Apache-2.0
"""Results of SPF, DKIM, DMARC and ARC checks that somebody wrote into the header.

RFC 8601 (Authentication-Results), RFC 7208 section 9.1 (Received-SPF), RFC 8617 (ARC). Anybody can
write such a field, so only those count that our own side wrote where the chain reaches: with an id
of ours, and above the line that took the mail in. All others are listed as claims.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial

from comity.mime.part import Field
from comity.trace.boundary import Boundary
from comity.trace.names import organisation, same_host
from comity.trace.ranges import matches
from comity.trace.services import Provider
from comity.trace.trace import Authentication, Standing
from comity.trace.trust import Trust

MAX_FIELDS = 20  # fields read, from the top; ours
MAX_VALUE = 8_192  # characters of one field; ours
MAX_RESULTS = 40  # of one field; ours
MAX_KEPT = 255  # characters of a result that is kept; ours

RESULTS = "authentication-results"
ARC_RESULTS = "arc-authentication-results"
SPF = "received-spf"
KEYS = frozenset((RESULTS, ARC_RESULTS, SPF))

_RESULT = re.compile(r"\s*([A-Za-z][\w-]{0,30})(?:/\d{1,3})?\s*=\s*([A-Za-z]{1,20})")
_PROPERTY = re.compile(
    r"\b(smtp|header|body|policy)\.([\w-]{1,30})\s*=\s*(\"[^\"]{0,300}\"|[^\s;]{1,300})"
)
_SCOPES = frozenset(("smtp", "header", "body", "policy"))
_SPF_RESULT = re.compile(r"\s*([A-Za-z]{1,20})")
_SPF_PAIR = re.compile(
    r"\b(envelope-from|helo|receiver|identity)\s*=\s*(\"[^\"]{0,300}\"|[^\s;]{1,300})"
)
_INSTANCE = re.compile(r"i\s*+=\s*+\d{1,3}\s*+;")
_COMMENT = re.compile(r"\([^()]*+\)")
_BRACKETS = re.compile(r"([()])")

_NO_METHOD = frozenset(("from", "reason", "action", "i"))  # Yahoo once began with "from="

# Which property names the domain that a result speaks for, best first (RFC 8601 section 2.7).
_IDENTITY = {
    "spf": ("mailfrom", "helo"),
    "dkim": ("d", "i"),
    "domainkeys": ("d", "from"),
    "dmarc": ("from",),
    "compauth": (),
    "iprev": ("iprev", "remote-ip"),
    "auth": ("auth",),
}


def _claimed(by: str) -> Standing:
    return Standing.CLAIMED


def read_results(
    value: str, arc: bool = False, judge: Callable[[str], Standing] = _claimed
) -> tuple[Authentication, ...]:
    """Results of one Authentication-Results field; `judge` knows the standing of its id.

    Raises nothing.
    """
    if len(value) > MAX_VALUE:
        return ()
    text = without_comments(value)
    if arc:
        text = _without_instance(text)
    service, _, rest = text.partition(";")
    names = service.split(None, 1)
    by = names[0][:253] if names else ""
    if "=" in by:  # Microsoft leaves its id out: "spf=pass (…) smtp.mailfrom=…; dkim=…"
        by, rest = "", text
    standing = judge(by)
    detail = "arc" if arc else ""
    found: list[Authentication] = []
    for part in rest.split(";", MAX_RESULTS)[:MAX_RESULTS]:
        kept = len(part) <= MAX_KEPT
        result = (_kept_result if kept else _result)(part, by, standing, detail)
        if result is not None:
            found.append(result)
    return tuple(found)


def _without_instance(text: str) -> str:
    """Without the first "i=1;" of an ARC field, and the space before it."""
    match = _INSTANCE.search(text)
    return text[: match.start()].rstrip() + text[match.end() :] if match else text


def _result(part: str, by: str, standing: Standing, detail: str) -> Authentication | None:
    match = _RESULT.match(part)
    method = match[1].lower() if match else ""
    if not match or method in _NO_METHOD:
        return None
    identity = _identity(method, part)
    return Authentication(method, match[2].lower(), identity, by, standing, detail)


_kept_result = lru_cache(maxsize=4_096)(_result)  # a feed repeats "dkim=none" and its kin


def _identity(method: str, part: str) -> str | None:
    wanted = _IDENTITY.get(method, ())
    if not wanted:
        return None
    if '"' in part or " =" in part or "= " in part:
        values = {name: value.strip('"') for _, name, value in _PROPERTY.findall(part)}
    else:  # the common form, without a pattern
        values = {}
        for word in part.split():
            name, _, value = word.partition("=")
            scope, dot, key = name.partition(".")
            if dot and scope in _SCOPES:
                values[key] = value
    for name in wanted:
        if name in values:
            return values[name].rpartition("@")[2].rstrip(".").lower() or None
    return None


def read_spf(value: str, judge: Callable[[str], Standing] = _claimed) -> Authentication | None:
    """The result of one Received-SPF field. Raises nothing."""
    if len(value) > MAX_VALUE:
        return None
    text = without_comments(value)
    match = _SPF_RESULT.match(text)
    if not match:
        return None
    pairs = {name: found.strip('"<>') for name, found in _SPF_PAIR.findall(text)}
    who = pairs.get("envelope-from") or pairs.get("helo") or ""
    by = pairs.get("receiver") or _receiver(value)
    return Authentication(
        method="spf",
        result=match[1].lower(),
        identity=who.rpartition("@")[2].lower() or None,
        by=by[:253],
        standing=judge(by),
        detail="received-spf",
    )


def _receiver(value: str) -> str:
    """`pass (mx.example: domain of …)`: the comment begins with the checking host."""
    at = value.find("(")
    host, colon, _ = value[at + 1 : at + 260].partition(":") if at >= 0 else ("", "", "")
    return host.strip() if colon and " " not in host.strip() else ""


def without_comments(value: str) -> str:
    """`value` with all comments, nested ones too, replaced by a space. Linear in its length."""
    if "(" not in value:
        return value
    flat = _COMMENT.sub(" ", value)
    if "(" not in flat and ")" not in flat:  # none was nested
        return flat
    kept: list[str] = []
    depth = 0
    for piece in _BRACKETS.split(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(piece)
    return " ".join(kept)


def recorded(
    results: list[Field], received: tuple[Field, ...], boundary: Boundary, trust: Trust
) -> tuple[Authentication, ...]:
    """All results in the fields of `KEYS`, newest first, each with its standing."""
    if not results:
        return ()
    edge = received[boundary.last].start if boundary.last is not None else -1
    below = _one_field_below(results, received, boundary, trust)
    ours = partial(_standing, boundary=boundary, trust=trust, known={})
    found: list[Authentication] = []
    for field in results[:MAX_FIELDS]:
        judge = ours if field.start < edge or field in below else _claimed
        if field.key == SPF:
            one = read_spf(field.value, judge)
            found += (one,) if one is not None else ()
        else:
            found += read_results(field.value, field.key == ARC_RESULTS, judge)
    return tuple(found)


def _standing(by: str, boundary: Boundary, trust: Trust, known: dict[str, Standing]) -> Standing:
    standing = known.get(by)
    if standing is None:
        ours = _is_our_id(by, boundary, trust)
        standing = known[by] = Standing.VOUCHED if ours else Standing.CLAIMED
    return standing


def _is_our_id(by: str, boundary: Boundary, trust: Trust) -> bool:
    """Whether an authserv-id can be of the hosts that wrote the believed lines."""
    services = trust.services
    hops = [vouched.hop for vouched in boundary.vouched]
    if not by:
        writers = [services.writer(hop.by, hop.by_ip) for hop in hops]
        return any(writer is not None and writer.results_without_id for writer in writers)
    if hops and trust.configured and trust.wrote_own(by, None):
        return True
    service = services.provider(by)
    whose = organisation(by)
    for hop in hops:
        if same_host(by, hop.by):
            return True
        writer = services.writer(hop.by, hop.by_ip)
        if writer is not None:
            if writer is service:
                return True
        elif whose is not None and whose == organisation(hop.by):
            return True
    return False


def _one_field_below(
    results: list[Field], received: tuple[Field, ...], boundary: Boundary, trust: Trust
) -> tuple[Field, ...]:
    """Some services write their results below their Received line: the first of each kind there.

    They always write one, so a forged one can only come after it.
    """
    if boundary.last is None:
        return ()
    hop = boundary.vouched[-1].hop
    writer: Provider | None = trust.services.writer(hop.by, hop.by_ip)
    if writer is None or not matches(hop.by, None, writer.results_below or ("",)):
        return ()
    start = received[boundary.last].start
    end = received[boundary.last + 1].start if boundary.last + 1 < len(received) else None
    first: dict[str, Field] = {}
    for field in results:
        if field.start > start and (end is None or field.start < end):
            first.setdefault(field.key, field)
    return tuple(first.values())
