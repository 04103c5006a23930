# SPDX-License-Identifier: Apache-2.0
"""Ideas and names in what the reader is shown: From name, subject, text, file names.

Hidden text is never looked at here. Gives evidence only; decides nothing.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from comity.category.evidence import FAR, HEAD, NEAR_WORDS, Evidence, Place
from comity.category.phrases import SERVES, Phrases
from comity.category.words import has_unspaced, joined, matches, tokens
from comity.message.message import Message
from comity.values.span import Span

MAX_TEXT = 8_000  # characters that are read, ours: what comes later is foot or padding
_SPEECH = frozenset(("political", "religious", "charity", "personal", "news", "list"))
LONG_WORD = 5  # letters: a single word this long counts in the head whatever the language. Ours
BRAND = "brand/"  # prefix of the ideas that are names: "brand/17", "brand~17" for weak ones
WEAK = "brand~"
KNOWN_LANGUAGES = frozenset(name for names in SERVES.values() for name in names)


class Named(NamedTuple):
    """A brand's name and the zone it stands in: "from", "subject" or "text"."""

    brand: int
    zone: str
    weak: bool
    place: Span | Place


@dataclass(frozen=True, slots=True)
class Read:
    """The words of a mail in one row, "" between the zones, and the brands it names."""

    words: list[str]
    from_end: int  # index of the "" after the From name
    subject_end: int  # index of the "" after the subject
    text_end: int
    unspaced: bool  # whether a script without spaces between words occurs
    named: tuple[Named, ...]


class Spans:
    """Where words stand, in characters of their zone. Worked out only for the reasons given."""

    def __init__(self, read: Read, message: Message, places: list[Place]) -> None:
        self._read = read
        self._message = message
        self._heads: dict[str, list[re.Match[str]]] = {}
        start = self._start = read.subject_end + 1
        last = max((place[1] for place in places if start <= place[1] < read.text_end), default=-1)
        self._text: list[int] = []  # where each word of the text begins
        if last >= 0:
            self._text = _offsets(message.text[:MAX_TEXT], read.words[start : last + 1])

    def of(self, place: Place) -> Span | None:
        first, last = place
        read, message = self._read, self._message
        if first < read.from_end:
            name = message.from_.name[:300] if message.from_ else ""
            return self._in_head("from", name, first, last, read.from_end)
        if first < read.subject_end:
            start = read.from_end + 1
            subject = message.subject[:600]
            return self._in_head(
                "subject", subject, first - start, last - start, read.subject_end - start
            )
        start = self._start
        if last - start < len(self._text):
            ends = self._text[last - start] + len(read.words[last])
            return Span("text", self._text[first - start], ends)
        return None

    def _in_head(self, zone: str, text: str, first: int, last: int, count: int) -> Span:
        found = self._heads.get(zone)
        if found is None:
            found = self._heads[zone] = [*matches(text, addresses=zone == "subject")]
        if len(found) != count:  # spaced letters were joined
            return Span(zone, 0, len(text))
        return Span(zone, found[first].start(), found[last].end())


def _offsets(text: str, words: list[str]) -> list[int]:
    """Where each word begins. Between words stands nothing that could be part of one."""
    found: list[int] = []
    find, append = text.find, found.append
    at = 0
    for word in words:
        at = find(word, at)
        append(at)
        at += len(word)
    return found


def read(message: Message, phrases: Phrases, evidence: Evidence) -> Read:
    """Note each idea, once per phrase; return words and names."""
    name = message.from_.name[:300] if message.from_ else ""
    subject = message.subject[:600]
    text = message.text[:MAX_TEXT]
    words = joined(tokens(name))
    from_end = len(words)
    words.append("")
    words += joined(tokens(subject, addresses=True))
    subject_end = len(words)
    words.append("")
    words += tokens(text, addresses=True)
    text_end = len(words)
    for attachment in message.attachments[:5]:
        words.append("")
        words += tokens(attachment.name[:100])
    spoken = message.language or "en"
    if message.language in KNOWN_LANGUAGES:
        evidence.note("language-known")
    near_end = subject_end + 1 + NEAR_WORDS
    named: list[Named] = []
    table = phrases.phrases
    note = evidence.note
    seen: set[tuple[str, int, int]] = set()
    for number, first, last in phrases.find(words):
        idea, languages, written, single = table[number]
        if first < subject_end:
            zone, count = "from" if first < from_end else "subject", HEAD
        else:
            zone, count = "text", 1.0 if first < near_end else FAR
        if idea.startswith("brand"):
            named.append(Named(int(idea[6:]), zone, idea.startswith(WEAK), (first, last)))
        elif (
            not single
            or spoken in languages
            or (zone != "text" and len(written) >= LONG_WORD and idea not in _SPEECH)
        ):
            # The same words stand in the lists of several languages.
            if (idea, first, last) in seen:
                continue
            seen.add((idea, first, last))
            note(idea, (first, last), count)
            if zone != "text":
                note("head/" + idea, (first, last))
    unspaced = has_unspaced(text) or has_unspaced(subject) or has_unspaced(name)
    zones = (("from", name), ("subject", subject), ("text", text))
    for zone, content in zones if unspaced else ():
        for number, start, end in phrases.find_unspaced(content):
            phrase = table[number]
            span = Span(zone, start, end)
            if phrase.idea.startswith("brand"):
                named.append(Named(int(phrase.idea[6:]), zone, False, span))
            elif message.language is None or message.language in phrase.languages:
                _note(evidence, phrase.idea, zone, HEAD if zone != "text" else 1.0, span)
    return Read(words, from_end, subject_end, text_end, unspaced, tuple(named))


def _note(evidence: Evidence, idea: str, zone: str, count: float, place: Span | Place) -> None:
    evidence.note(idea, place, count)
    if zone != "text":
        evidence.note("head/" + idea, place)
