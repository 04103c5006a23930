# SPDX-License-Identifier: Apache-2.0
"""Use case: look at one mail. Its newest analysis from the index, its content from the vault.

The raw bytes are read again by the code that analysed them, so that text, spans and attachments
are those that the reasons speak of. Shows nothing and records nothing: who looks, is `web`'s.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from comity.evidence.event import EventKind
from comity.evidence.receipt import Entry
from comity.message import text as texts
from comity.message.message import Attachment, Message
from comity.message.read import read as read_message
from comity.mime import decode
from comity.mime.part import Mime
from comity.mime.split import split
from comity.report.form import Form, Report
from comity.report.read import read as read_report
from comity.service.ports import Decision, Node
from comity.values.digest import Digest, digest_of
from comity.values.errors import BadData
from comity.values.span import Span

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UU = re.compile(rb"(?:^|\n)(?=begin [0-7]{3,4} [^\r\n]{1,200}\r?\n)")
MAX_REPORTS = 100  # of one mail that are told; ours
_MOST_UU = 40  # files searched in one text; ours, twice what a message lists


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a mail: what it says, and how it first came in."""

    line: dict[str, Any]  # as docs/reference/json.md
    entry: Entry


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, opened. `message` is None where the report holds no mail."""

    digest: Digest
    line: dict[str, Any]  # of the first report
    made_at: str  # when the analysis was made, ISO 8601
    report: Report  # read again from the vault
    told: tuple[Told, ...]  # every report of it, capped; the first is the one shown
    mime: Mime
    message: Message | None
    said: tuple[Decision, ...]  # verdicts of people, newest first; one that is undone counts not
    campaign: str | None
    results: int  # analyses that are kept of it
    # Whether the text is the one that the analysis counted in; a newer reader may fold otherwise.
    same_text: bool

    @property
    def decided(self) -> str | None:
        """The category by the last word of a person, which wins over the machine's."""
        standing = (one for one in self.said if one.undone is None)
        last = next(standing, None)
        return str(last.detail["label"]) if last else None

    @property
    def entry(self) -> Entry:
        return self.told[0].entry

    @property
    def raw(self) -> bytes:
        """The reported mail; rebuilt where its own bytes were lost (`report.rewritten`)."""
        return self.report.mail


@dataclass(frozen=True, slots=True)
class Mark:
    """A reason that points at a place in the mail. `number` is how the page names it."""

    number: int
    code: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text, with the numbers of the marks that cover it."""

    start: int
    end: int
    marks: tuple[int, ...]


def open_mail(node: Node, digest: str) -> Mail:
    """By the digest of the mail. Raises BadData where there is none, or it is not read yet."""
    if not _DIGEST.fullmatch(digest):
        raise BadData("this is no digest of a mail", "A digest is 64 characters of 0-9 and a-f.")
    rows = [row for row in node.questions.analyses(digest) if row["line"]["sha256"] == digest]
    current = [row for row in rows if row["current"]]
    if not current:
        raise BadData(f"there is no mail {digest[:12]} at this node", "Look for it in the queue.")
    row = current[0]
    line = row["line"]
    content = node.archive.read(Digest(row["report"]))
    report = _again(content, line, row["position"])
    mime = split(report.mail)
    message = None
    if line["message"] is not None:
        message = read_message(report.mail, mime, None, report.digest)
    said = node.decisions.of_mail(digest)
    return Mail(
        Digest(digest),
        line,
        row["made_at"],
        report,
        tuple(
            Told(one["line"], node.index.first_reporting(Digest(one["report"])))
            for one in current[:MAX_REPORTS]
        ),
        mime,
        message,
        tuple(one for one in said if one.kind is EventKind.MAIL_VERDICT),
        node.decisions.campaigns_of([digest]).get(digest),
        len(rows),
        message is not None and len(message.text) == line["message"]["text_characters"],
    )


def _again(content: bytes, line: dict[str, Any], position: int) -> Report:
    """The reported mail that the line tells of: at its position, in the form found then."""
    for form in (None, Form(line["form"])):
        found = read_report(content, line["path"], form)
        if position < len(found) and found[position].digest == line["sha256"]:
            return found[position]
        for report in found:
            if report.digest == line["sha256"]:
                return report
    raise BadData(
        "the mail of this analysis is not found in its report any more",
        "Analyse the report again: comity reanalyse",
    )


def bodies(mail: Mail) -> list[tuple[bool, str]]:
    """The texts that a reader is shown, in order, as (whether it is HTML, characters)."""
    choice = texts.choose(mail.mime)
    shown = _characters(mail, choice.shown)
    if not any(text.strip() for _, text in shown):
        shown += _characters(mail, choice.unshown[:1])
    return shown


def _characters(mail: Mail, parts: Iterable[int]) -> list[tuple[bool, str]]:
    found = []
    for index in parts:
        part = mail.mime.parts[index]
        content, _ = decode.body(mail.raw, part)
        characters, is_html, _ = texts.read(content, part)
        found.append((is_html, characters))
    return found


def content_of(mail: Mail, wanted: str) -> tuple[Attachment, bytes]:
    """One attached file with this digest. Raises BadData where the mail has none."""
    for one in mail.message.attachments if mail.message else ():
        if one.digest != wanted:
            continue
        content, _ = decode.body(mail.raw, mail.mime.parts[one.part])
        if digest_of(content) == wanted:
            return one, content
        for begin in list(_UU.finditer(content))[:_MOST_UU]:
            inside, _ = decode.uudecode(content[begin.end() :])
            if digest_of(inside) == wanted:
                return one, inside
    raise BadData("this mail has no such attachment", "Choose one from the list beside the mail.")


def marks(mail: Mail) -> list[Mark]:
    """Every reason with a place in the mail, in the order in which the page lists them."""
    line = mail.line
    reasons = [*line["category"]["reasons"], *line["zombie_reasons"], *line["trace"]["reasons"]]
    for hop in line["trace"]["hops"]:
        reasons += [one for one in hop["reasons"] if one["span"]]
    found: dict[tuple[str, str, int, int], Mark] = {}
    for one in reasons:
        if one["span"] is not None:
            span = Span(one["span"]["where"], one["span"]["start"], one["span"]["end"])
            _add(found, one["code"], one["text"], span)
    for link in mail.message.links if mail.message else ():
        for reason in link.reasons if link.span else ():
            assert link.span is not None
            _add(found, reason.code, reason.text, link.span)
    return [one for one in found.values() if mail.same_text or one.span.where not in _COUNTED]


_COUNTED = ("text", "hidden")


def _add(found: dict[tuple[str, str, int, int], Mark], code: str, text: str, span: Span) -> None:
    key = (code, span.where, span.start, span.end)
    if span.end > span.start and key not in found:
        found[key] = Mark(len(found) + 1, code, text, span)


def pieces(length: int, where: str, found: Sequence[Mark]) -> list[Piece]:
    """Cut a text of this length at the marks in it; what lies outside of it is left out."""
    inside = [
        (max(0, one.span.start), min(length, one.span.end), one.number)
        for one in found
        if one.span.where == where and one.span.start < length
    ]
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for start, end, number in inside:
        starts.setdefault(start, []).append(number)
        ends.setdefault(end, []).append(number)
    cuts = sorted({0, length, *starts, *ends})
    open_now: set[int] = set()
    out = []
    for start, end in pairwise(cuts):
        open_now.difference_update(ends.get(start, ()))
        open_now.update(starts.get(start, ()))
        out.append(Piece(start, end, tuple(sorted(open_now))))
    return out
