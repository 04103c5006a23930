# SPDX-License-Identifier: Apache-2.0
"""Finds phrases by idea, in one pass over the words, whatever the number of phrases.

The phrases are data (`data/phrases/*.txt`, its marks explained in en.txt). A phrase of one word
counts only in a mail of its own language; longer ones count everywhere. Decides nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import getitem
from typing import NamedTuple

from comity.category.walk import Nodes, Steps, Vocabulary
from comity.category.words import TOKEN, UNSPACED, fold
from comity.values.errors import BadData

SHORT = 4  # letters: such an Arabic word also stands inside longer ones. Ours
_JOINS = re.compile("[\u0590-\u06ff]+\\Z")  # scripts that put spaces, but join particles
MAX_GAP = 2  # words that "_" stands for at most

# Which languages each file serves.
SERVES = {
    "en": ("en",),
    "de": ("de",),
    "fr": ("fr",),
    "es": ("es", "ca", "gl"),
    "pt": ("pt", "gl"),
    "it": ("it",),
    "nl": ("nl", "af"),
    "pl": ("pl",),
    "ru": ("ru", "uk", "be", "bg"),
    "tr": ("tr", "az"),
    "nordic": ("sv", "da", "no", "nb", "nn"),
    "ja": ("ja",),
    "zh": ("zh", "zh-Hant"),
    "ko": ("ko",),
    "ar": ("ar",),
}


class Phrase(NamedTuple):
    """One phrase and the idea it stands for."""

    idea: str
    languages: tuple[str, ...]  # empty: any
    text: str
    single: bool  # one word: counts only in its own language


Hit = tuple[int, int, int]  # number of the phrase, its first and last word


class Tree:
    """Phrases as paths of pattern words. The nodes stand in the order in which they are tried."""

    def __init__(self) -> None:
        self.exact: dict[str, int] = {}  # word → its edge
        self.prefixes: dict[str, int] = {}  # the same for words ended by a star
        self.nodes = Nodes()

    def edge(self, word: str) -> int:
        table = self.prefixes if word.endswith("*") else self.exact
        key = fold(word.rstrip("*"))
        edge = table.get(key)
        if edge is None:
            edge = table[key] = len(self.exact) + len(self.prefixes)
        return edge


@dataclass(slots=True)
class Branch:
    """A node while phrases are added, with those that end here."""

    ends: list[int] = field(default_factory=list)
    edges: defaultdict[int, "Branch"] = field(default_factory=lambda: defaultdict(Branch))


@dataclass(slots=True)
class Phrases:
    """All phrases, ready to be looked for. Fill with `add`, then `close`."""

    phrases: list[Phrase] = field(default_factory=list)
    unspaced: list[tuple[str, int]] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    _root: Branch = field(default_factory=Branch)
    _vocabulary: Vocabulary | None = None
    _steps: Steps | None = None
    _by_rarest: dict[str, list[int]] = field(default_factory=dict)  # letter → index in `unspaced`

    def add(self, idea: str, text: str, languages: tuple[str, ...]) -> int:
        """Take one phrase; returns its number."""
        number = len(self.phrases)
        if UNSPACED.search(text):
            self.phrases.append(Phrase(idea, languages, text, False))
            self.unspaced.append((text.lower(), number))
            return number
        words = [*_pattern_words(text)]
        if not any(word != "_" for word in words):
            raise ValueError(f"phrase {text!r} of {idea} has no words")
        single = len(words) == 1
        self.phrases.append(Phrase(idea, languages, text, single))
        for variant in _variants(words):
            node = self._root
            for word in variant:
                node = node.edges[_ANY if word == "_" else self.tree.edge(word)]
            node.ends.append(number)
        return number

    def close(self) -> None:
        """No more phrases: make the form that is quick to search."""
        lengths = {edge: len(prefix) for prefix, edge in self.tree.prefixes.items()}
        if not self.tree.nodes.gaps:  # else they were prepared
            _lay_out(self._root, lengths, self.tree.nodes)
            self.tree.nodes.gaps[0] = 0  # no phrase begins with a gap
            self._root = Branch()
        self._vocabulary = Vocabulary(self.tree.exact, self.tree.prefixes)
        self._steps = Steps(self.tree.nodes, self._vocabulary.kinds)
        uses = Counter(letter for text, _ in self.unspaced for letter in text)
        for at, (text, _) in enumerate(self.unspaced):
            self._by_rarest.setdefault(min(text, key=uses.__getitem__), []).append(at)

    def find(self, words: list[str]) -> list[Hit]:
        """Each phrase once, where it stands first, in order."""
        vocabulary, steps = self._vocabulary, self._steps
        assert vocabulary is not None and steps is not None, "close() comes before find()"
        classes = [*map(vocabulary.__getitem__, words), Vocabulary.BREAK, Vocabulary.BREAK]
        if len(steps.begun) < len(vocabulary.kinds) or steps.full:
            steps.catch_up()
        nothing = steps.nothing
        hits: dict[int, Hit] = {}
        firsts = map(steps.begun.__getitem__, classes)
        for at, state in enumerate(map(getitem, firsts, classes[1:])):
            if state is nothing:  # as for most words
                continue
            following = at + 2
            while state.goes_on:
                state = state[classes[following]]
                following += 1
            for _, phrase, length in state.ends:
                if phrase not in hits:
                    hits[phrase] = (phrase, at, at + length)
        return list(hits.values())

    def find_unspaced(self, text: str) -> Iterator[Hit]:
        """(phrase, start, end) in characters, for scripts without spaces."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters grow: keep the offsets true
            lowered = text
        worth = [
            at for letter in self._by_rarest.keys() & set(lowered) for at in self._by_rarest[letter]
        ]
        for index in sorted(worth):
            phrase, number = self.unspaced[index]
            at = lowered.find(phrase)
            if len(phrase) <= SHORT and _JOINS.match(phrase):
                at = _as_word(phrase, lowered, at)
            if at >= 0:
                yield number, at, at + len(phrase)


def _as_word(phrase: str, text: str, at: int) -> int:
    """Where a short word stands, with no more than a particle of two letters joined before it."""
    while at >= 0:
        end = at + len(phrase)
        before = text[max(at - 3, 0) : at]
        if not text[end : end + 1].isalpha() and not (len(before) == 3 and before.isalpha()):
            return at
        at = text.find(phrase, at + 1)
    return -1


_ANY = -1  # edge that any word passes


def _lay_out(node: Branch, lengths: dict[int, int], nodes: Nodes) -> int:
    """Number a node and those below: whole words first, then prefixes, the shortest first."""
    number = len(nodes.gaps)
    nodes.gaps.append(0)
    nodes.ends.append(node.ends)
    nodes.edges.append([])
    for edge in sorted((e for e in node.edges if e != _ANY), key=lambda e: lengths.get(e, 0)):
        nodes.edges[number] += (edge, _lay_out(node.edges[edge], lengths, nodes))
    if _ANY in node.edges:
        nodes.gaps[number] = _lay_out(node.edges[_ANY], lengths, nodes)
    return number


def _pattern_words(text: str) -> Iterator[str]:
    for piece in text.split():
        if piece == "_":
            yield "_"
            continue
        found = TOKEN.findall(piece)
        yield from found[:-1]
        if found:
            yield found[-1] + ("*" if piece.endswith("*") else "")


def _variants(words: list[str]) -> Iterator[list[str]]:
    """The pattern with each "_" standing for none, one or two words."""
    if "_" not in words:
        yield words
        return
    at = words.index("_")
    for rest in _variants(words[at + 1 :]):
        for count in range(MAX_GAP + 1):
            yield [*words[:at], *["_"] * count, *rest]


def read_file(text: str, name: str) -> Iterator[tuple[str, str]]:
    """(idea, phrase) of one phrase file. Raises BadData with the line."""
    idea = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and "|" not in line:
            idea = line[1:-1]
            continue
        if not idea:
            raise BadData(f"{name}:{number}: a phrase before any [idea]", "Begin with [idea].")
        for phrase in line.split("|"):
            if phrase.strip():
                yield idea, phrase.strip()


def build(files: Iterable[tuple[str, str]]) -> Phrases:
    """Phrases from (language, text of its file)."""
    built = Phrases()
    for language, text in files:
        serves = SERVES.get(language, (language,))
        seen: set[tuple[str, str]] = set()
        for idea, phrase in read_file(text, f"{language}.txt"):
            if (idea, phrase) not in seen:
                seen.add((idea, phrase))
                built.add(idea, phrase, serves)
    return built
