# SPDX-License-Identifier: Apache-2.0
"""What somebody asks of the queue, as one line of text: words, "phrases" and fields.

Reader and printer of one value: `read(query.print()) == query`. Never raises on text; what cannot
be meant comes back as problems. Which mails match is `store.queue`'s.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from comity.category.assessment import Label

MAX_TEXT = 1_000  # characters; ours
MAX_TERMS = 32  # words and fields together; ours: each costs a look into the index
UNKNOWN = "unknown"  # of a country or network: no origin was found


class Field(StrEnum):
    FROM = "from"  # words of the sender's name or address
    DOMAIN = "domain"  # of the sender or a link
    ASN = "asn"
    COUNTRY = "country"  # of the origin
    CATEGORY = "category"
    CAMPAIGN = "campaign"  # id, may be shortened
    BEFORE = "before"  # arrived before this day (UTC)
    AFTER = "after"  # arrived on this day or later
    IS = "is"


class State(StrEnum):
    OPEN = "open"  # nobody has decided yet
    DECIDED = "decided"  # a person has confirmed or corrected the category
    GROUPED = "grouped"  # belongs to a campaign
    ALONE = "alone"


class ProblemCode(StrEnum):
    UNKNOWN_FIELD = "unknown-field"
    NO_VALUE = "no-value"
    WRONG_VALUE = "wrong-value"
    TEXT_TOO_LONG = "text-too-long"
    TOO_MANY_TERMS = "too-many-terms"


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` as it was written; `known` are values that would do, "" where they are too many."""

    code: ProblemCode
    field: str = ""
    value: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """Values of one field are alternatives; everything else must hold at once."""

    words: tuple[str, ...] = ()  # a mail may have longer words that begin so
    phrases: tuple[str, ...] = ()  # as they stand
    fields: tuple[tuple[Field, str], ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    def values(self, name: Field) -> tuple[str, ...]:
        return tuple(value for one, value in self.fields if one is name)

    def without(self, name: Field) -> "Query":
        return replace(self, fields=tuple(one for one in self.fields if one[0] is not name))

    def only(self, name: Field, value: str) -> "Query":
        """The same, with this value in place of others of that field."""
        kept = self.without(name)
        return replace(kept, fields=tuple(sorted({*kept.fields, (name, value)})))

    def print(self) -> str:
        """Words first, then phrases, then fields in order."""
        terms = [*self.words, *(f'"{phrase}"' for phrase in self.phrases)]
        terms += [f"{name}:{_quoted(value)}" for name, value in self.fields]
        return " ".join(terms)


# A field's name, its value in quotation marks or plain; or a phrase; or a word. The last mark may
# be missing: somebody is still typing.
_TERM = re.compile(
    r'(?:(?P<field>[^\W\d_][\w-]*):(?!//))?(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<plain>[^\s"]+))?', re.U
)
_SPACE = re.compile(r"\s+")


def read(text: str) -> Query:
    """Of what was typed."""
    if len(text) > MAX_TEXT:
        return Query(problems=(Problem(ProblemCode.TEXT_TOO_LONG, known=str(MAX_TEXT)),))
    words: dict[str, None] = {}
    phrases: dict[str, None] = {}
    fields: set[tuple[Field, str]] = set()
    problems: list[Problem] = []
    for name, quoted, plain in _terms(text):
        value = _SPACE.sub(" ", quoted if quoted is not None else plain).strip()
        if name is None:
            if value:
                (words if quoted is None else phrases)[value] = None
            continue
        if not value and name.lower() not in set(Field):
            words[f"{name}:"] = None  # "Re: hello"
            continue
        found = _field(name, value)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            fields.add(found)
    if len(words) + len(phrases) + len(fields) > MAX_TERMS:
        return Query(problems=(Problem(ProblemCode.TOO_MANY_TERMS, known=str(MAX_TERMS)),))
    return Query(tuple(words), tuple(phrases), tuple(sorted(fields)), tuple(problems))


def _terms(text: str) -> list[tuple[str | None, str | None, str]]:
    """(field or None, value in quotation marks or None, plain value)"""
    found = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or match.end() == at:
            at += 1  # a space
            continue
        at = match.end()
        found.append((match["field"], match["quoted"], match["plain"] or ""))
    return found


def _field(name: str, value: str) -> tuple[Field, str] | Problem:
    try:
        known = Field(name.lower())
    except ValueError:
        names = ", ".join(f"{one}:" for one in Field)
        return Problem(ProblemCode.UNKNOWN_FIELD, name, value, names)
    if not value:
        return Problem(ProblemCode.NO_VALUE, known)
    normal = _NORMAL[known](value)
    if normal is None:
        return Problem(ProblemCode.WRONG_VALUE, known, value, _WOULD_DO[known])
    return known, normal


def _text(value: str) -> str | None:
    return value


def _name(value: str) -> str | None:
    lowered = value.lower().replace("[.]", ".").strip(".")
    return lowered if lowered and " " not in lowered else None


def _asn(value: str) -> str | None:
    if value.lower() == UNKNOWN:
        return UNKNOWN
    digits = value.upper().removeprefix("AS")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        return None
    return str(int(digits)) if int(digits) < 1 << 32 else None


def _country(value: str) -> str | None:
    if value.lower() == UNKNOWN:
        return UNKNOWN
    return value.upper() if len(value) == 2 and value.isascii() and value.isalpha() else None


def _one_of(known: type[StrEnum]) -> Callable[[str], str | None]:
    return lambda value: value.lower() if value.lower() in set(known) else None


def _campaign(value: str) -> str | None:
    return value.lower() if re.fullmatch(r"[0-9a-zA-Z-]{1,64}", value, re.A) else None


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def midnight(day: str) -> datetime:
    """The begin of a day in UTC, of a value of `before:` or `after:`."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


_NORMAL: dict[Field, Callable[[str], str | None]] = {
    Field.FROM: _text,
    Field.DOMAIN: _name,
    Field.ASN: _asn,
    Field.COUNTRY: _country,
    Field.CATEGORY: _one_of(Label),
    Field.CAMPAIGN: _campaign,
    Field.BEFORE: _day,
    Field.AFTER: _day,
    Field.IS: _one_of(State),
}
_WOULD_DO = {
    Field.FROM: "",
    Field.DOMAIN: "bad.example",
    Field.ASN: f"64500, AS64500, {UNKNOWN}",
    Field.COUNTRY: f"KR, FR, {UNKNOWN}",
    Field.CATEGORY: ", ".join(Label),
    Field.CAMPAIGN: "c-0123456789ab",
    Field.BEFORE: "2026-11-24",
    Field.AFTER: "2026-11-24",
    Field.IS: ", ".join(State),
}


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
