# SPDX-License-Identifier: Apache-2.0
"""Mail forwarded in the text of another mail: the header is lost, a few lines of it are told.

Finds the block that Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, GMX, Samsung, Naver, Daum and
others write, in 20 languages. What the block says is the forwarder's claim. The mail is written
anew from it (grade C): no trace can come of it. "On … wrote:" is a reply, not a forward.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from comity.mime import decode
from comity.mime.part import Mime, Part
from comity.report import eml, forward
from comity.report.arf import own_parts
from comity.report.form import Form, Grade, Report, report_of
from comity.report.forward_words import HEADER_WORDS, MARKERS
from comity.report.html_lines import lines as html_lines
from comity.report.rebuilt import File, rebuild
from comity.values.defect import Defect
from comity.values.reason import Reason

MAX_PREFACE = 600  # characters a person writes above what is forwarded; ours
_MAX_TOP = 64 * 1024  # characters in which the block is looked for
_MAX_LINES = 150  # looked at for the block
_MAX_BLOCK = 40  # lines of one block: long To lists are wrapped
_MAX_FILES = 100

_FIELDS = ("From", "Date", "Subject", "To", "Cc", "")
_MAIN = frozenset(_FIELDS[:4])
_MAX_WORD = 40  # characters before the colon of a header line, quote marks included
_MAX_VALUE = 4000
_COLONS = (":", "\uff1a")
_MARKS = " \t\u00a0>*|_\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"
_AROUND = _MARKS.replace(">", "").replace("_", "")
_RULE = 20  # underscores of the line that Outlook draws above the block
_EDGES = _MARKS + "-\u2013\u2014=~:\uff1a"
_QUOTE = re.compile(r"^[ \t]*> ?", re.MULTILINE)


def _index() -> dict[str, dict[str, str]]:
    """word: {language: field}"""
    found: dict[str, dict[str, str]] = {}
    for language, words in HEADER_WORDS.items():
        for name, group in zip(_FIELDS, words, strict=True):
            for word in group.split("|"):
                found.setdefault(word, {})[language] = name
    return found


_WORDS = _index()


@dataclass(frozen=True, slots=True)
class Block:
    """The header lines of a forward, as the client wrote them."""

    language: str
    fields: dict[str, str]  # From, Date, Subject, To, Cc: as claimed
    start: int  # first line of the block
    end: int  # line after the block
    marker: str  # "Forwarded message" in any language, "" if there is none
    preface: int  # characters above


def find(texts: list[str]) -> Block | None:
    """The first header block near the top, if it tells three of From, Date, Subject and To."""
    preface = 0
    marker = ""
    for at, line in enumerate(texts[:_MAX_LINES]):
        word = line.strip(_EDGES).lower()
        if word in MARKERS or (not word and line.count("_") >= _RULE):
            marker = word or "rule"
            continue
        if _label(line):
            block = _block(texts, at, marker, preface)
            if block is not None:
                return block
        preface += len(word)
        if preface > MAX_PREFACE:
            return None
    return None


def _label(line: str) -> tuple[dict[str, str], str] | None:
    """({language: field}, value) of a line `Word: value`."""
    ends = [at for colon in _COLONS if (at := line.find(colon, 0, _MAX_WORD)) >= 0]
    if not ends:
        return None
    at = min(ends)
    names = _WORDS.get(" ".join(line[:at].strip(_MARKS).split()).lower())
    return (names, line[at + 1 : _MAX_VALUE].strip(_AROUND)) if names else None


def _block(texts: list[str], start: int, marker: str, preface: int) -> Block | None:
    told: list[tuple[dict[str, str], str]] = []
    end = at = start
    limit = min(len(texts), start + _MAX_BLOCK)
    while at < limit:
        one = _label(texts[at])
        if one is not None:
            told.append(one)
            end = at + 1
        elif not (told[-1][1].endswith(",") or _goes_on(texts, at, limit)):
            break
        elif texts[at].strip(" >*"):  # the value is wrapped
            names, value = told[-1]
            told[-1] = names, f"{value} {texts[at].strip().lstrip('> ')}"
            end = max(end, at + 1) if value.endswith(",") else end
        at += 1
    best = max(HEADER_WORDS, key=lambda language: _told_in(told, language))
    if _told_in(told, best)[0] < 3:
        return None
    fields: dict[str, str] = {}
    for names, value in told:
        name = names.get(best) or names.get("en")
        if name:
            fields.setdefault(name, value.strip(" *;"))
    return Block(best, fields, start, end, marker, preface)


def _told_in(told: list[tuple[dict[str, str], str]], language: str) -> tuple[int, int]:
    """How many of the four main fields this language tells: with English ones, and alone.

    Gmail translates the first word and leaves Date, Subject and To in English.
    """
    alone = {names[language] for names, _ in told if language in names} & _MAIN
    english = {names["en"] for names, _ in told if "en" in names} & _MAIN
    return len(alone | english), len(alone)


def _goes_on(texts: list[str], at: int, limit: int) -> bool:
    """Does a header line follow within three lines, so that this one belongs to the block?"""
    return any(_label(texts[one]) for one in range(at + 1, min(at + 4, limit)))


def _leaf(raw: bytes, parts: list[Part], kind: str) -> str:
    for part in parts:
        if part.content_type == kind and part.disposition != "attachment":
            body, _ = decode.body(raw, part)
            return decode.text(body, part.params.get("charset"))[0]
    return ""


def reports(
    raw: bytes,
    path: str,
    mime: Mime,
    seen: eml.Look,
    forced: bool = False,
    to_desk: bool = False,
) -> tuple[Report, ...]:
    """The mail that is told of. Empty if the evidence for a forward is not enough.

    `forced` is the operator's word that it is one: then only the block is needed. `to_desk`: it is
    addressed to where people report, so that a prefix or a client's mark is enough with the block.
    """
    parts = own_parts(mime)
    plain, html = _leaf(raw, parts, "text/plain"), _leaf(raw, parts, "text/html")
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    texts = plain[:_MAX_TOP].split("\n")
    block = find(texts)
    marked = html_lines(html, _MAX_LINES) if html else []
    html_block = find([line for line, _ in marked]) if html else None
    told = block or html_block
    if told is None:
        return ()
    reason = _why(told, seen, to_desk)
    if reason is None and not forced:
        return ()
    text = ""
    if block:
        below = sum(len(line) + 1 for line in texts[: block.end])
        text = _rest(plain[below:], texts[block.start])
    rest = html[marked[html_block.end - 1][1] :] if html_block else ""
    return (
        _report(raw, told, text, rest, _files(raw, parts), reason or _by_word(told), seen, path),
    )


def _by_word(block: Block) -> Reason:
    return Reason("form-inline", f"The operator says so; the block is in {block.language}.")


def _why(block: Block, seen: eml.Look, to_desk: bool) -> Reason | None:
    """The evidence that a person forwarded this, or None.

    A fake block is easy to write into a spam. What a spammer cannot know as well is who received
    it: the person who forwards stands in the block's To, unless it was a blind copy.
    """
    subject = seen.words(b"subject")
    says = forward.says_forward(subject)
    if to_desk and (says or block.marker):
        text = f"It is addressed to a reporting desk; a header block in {block.language} begins it."
        return Reason("form-inline", text)
    if not says:
        return None
    inner = block.fields.get("Subject")
    if inner is not None and not forward.same_subject(subject, inner):
        return None
    to = block.fields.get("To", "")
    sender = seen.words(b"from")
    address = eml.address_of(sender) or ""
    name = sender.partition("<")[0].strip(" \"'").casefold()
    addressed = bool(
        (address and address.lower() in to.lower()) or (len(name) > 2 and name in to.casefold())
    )
    blind = not to or "undisclosed" in to.lower() or not eml.address_of(to)
    if not addressed and not (blind and block.marker):
        return None
    text = f"The subject says forwarded, and a header block in {block.language} begins the text"
    text += "; it names the forwarder as recipient." if addressed else " after a client's mark."
    return Reason("form-inline", text)


def _rest(text: str, first: str) -> str:
    """What stands below the block, without the quote marks if the block had them."""
    return (_QUOTE.sub("", text) if first.lstrip().startswith(">") else text).strip("\n") + "\n"


def _files(raw: bytes, parts: list[Part]) -> tuple[File, ...]:
    """What else the forward carries: the reported mail's attachments, or the forwarder's own."""
    found: list[File] = []
    for part in parts:
        major = part.content_type.partition("/")[0]
        if part.children or major == "multipart":
            continue
        if major == "text" and part.disposition != "attachment" and not part.filename:
            continue
        if len(found) < _MAX_FILES:
            name = part.filename or f"part-{part.index}"
            found.append(File(name, part.content_type, decode.body(raw, part)[0]))
    return tuple(found)


def _report(
    raw: bytes,
    block: Block,
    text: str,
    html: str,
    files: tuple[File, ...],
    reason: Reason,
    seen: eml.Look,
    path: str,
) -> Report:
    fields = block.fields
    moment = claimed_date(fields.get("Date", ""))
    header = [
        ("From", fields.get("From", "")),
        ("To", fields.get("To", "")),
        ("Cc", fields.get("Cc", "")),
        ("Date", format_datetime(moment) if moment else fields.get("Date", "")),
        ("Subject", fields.get("Subject", "")),
    ]
    claims = {name.lower(): value[:1000] for name, value in sorted(fields.items()) if value}
    claims["language"] = block.language
    lost = Defect("header-lost", "forwarded inline: where it came from cannot be told")
    return report_of(
        rebuild(header, text, html, files),
        made_of=raw,
        form=Form.INLINE,
        grade=Grade.C,
        path=path,
        reasons=(reason,),
        reporter=eml.address_of(seen.words(b"from")),
        reported_at=eml.date_of(seen.value(b"date")),
        claims=claims,
        defects=(lost,),
    )


def claimed_date(text: str) -> datetime | None:
    """Only a date in the mail's own form is understood; the others stay as written."""
    return eml.date_of(text)
