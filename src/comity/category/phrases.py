# SPDX-License-Identifier: Apache-2.0
"""Finds phrases by idea, in one pass over the words, whatever the number of phrases.

The phrases are data (`data/phrases/*.txt`, its marks explained in en.txt). A phrase of one word
counts only in a mail of its own language; longer ones count everywhere. Decides nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

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
End = tuple[int, int, int]  # node of the tree, number of the phrase, words after the first


class Tree:
    """Phrases as paths of pattern words. The nodes stand in the order in which they are tried."""

    def __init__(self) -> None:
        self.exact: dict[str, int] = {}  # word → its edge
        self.prefixes: dict[str, int] = {}  # the same for words ended by a star
        # Each node: [node after any word or 0, phrases that end here, edge, node, edge, node …]
        self.nodes: list[list[int | list[int]]] = [[0, []]]

    def edge(self, word: str) -> int:
        table = self.prefixes if word.endswith("*") else self.exact
        key = fold(word.rstrip("*"))
        edge = table.get(key)
        if edge is None:
            edge = table[key] = len(self.exact) + len(self.prefixes)
        return edge


class Vocabulary(dict[str, int]):
    """Word as written → its class, worked out once per distinct word.

    A class is an index into `kinds`, the tuples of edges that the word passes. Class 0 passes none;
    the empty word, BREAK, passes not even a gap.
    """

    MAX = 200_000  # words remembered, ours: about 20 MB
    BREAK = 1

    def __init__(self, exact: dict[str, int], prefixes: dict[str, int]) -> None:
        super().__init__()
        self._exact = exact
        self._prefixes = prefixes
        self._lengths = tuple(sorted({len(prefix) for prefix in prefixes}))
        self._by_kind: dict[tuple[int, ...], int] = {(): 0}
        self.kinds: list[tuple[int, ...]] = [(), ()]

    def __missing__(self, word: str) -> int:
        folded = fold(word)
        matches = []
        exact = self._exact.get(folded)
        if exact is not None:
            matches.append(exact)
        for length in self._lengths:
            if length > len(folded):
                break
            found = self._prefixes.get(folded[:length])
            if found is not None:
                matches.append(found)
        kind = tuple(matches)
        number = self._by_kind.get(kind)
        if number is None:
            number = self._by_kind[kind] = len(self.kinds)
            self.kinds.append(kind)
        if not word:
            number = self.BREAK
        if len(self) >= self.MAX:
            self.clear()
        self[word] = number
        return number


class State(dict[int, "State | None"]):
    """All nodes of the tree that the words so far may have led to; → the next, by class."""

    __slots__ = ("_steps", "depth", "ends", "goes_on", "nodes")

    def __init__(self, steps: "Steps", nodes: tuple[int, ...], depth: int) -> None:
        super().__init__()
        self._steps = steps
        self.nodes = nodes
        self.depth = depth  # words after the first
        self.ends: tuple[End, ...] = tuple(
            (node, phrase, depth) for node in nodes for phrase in steps.ends(node)
        )
        self.goes_on = any(steps.goes_on(node) for node in nodes)

    def ends_with(self, before: tuple[End, ...]) -> tuple[End, ...]:
        """Phrases that end here and those that ended before, in the order of the tree."""
        if before and self.ends:
            return tuple(sorted((*before, *self.ends), key=_NODE))
        return before or self.ends

    def __missing__(self, number: int) -> "State | None":
        return self._steps.next(self, number)


class Steps:
    """The tree walked by classes of words. Each step is worked out when first met.

    `begun` has for each class the state after a first word of it: mostly None.
    """

    MAX = 100_000  # steps remembered, ours: about 15 MB

    def __init__(self, tree: Tree, kinds: list[tuple[int, ...]]) -> None:
        self._nodes = tree.nodes
        self._edges: dict[int, dict[int, int]] = {}
        self._kinds = kinds
        self.begun: list[State | None] = []
        self._count = 0

    def catch_up(self) -> None:
        """Begin with the classes that came up since; forget all if it is too much."""
        if self._count > self.MAX:
            self.begun.clear()
            self._count = 0
        start = State(self, (0,), -1)
        for number in range(len(self.begun), len(self._kinds)):
            self.begun.append(self.next(start, number))

    @property
    def full(self) -> bool:
        return self._count > self.MAX

    def ends(self, node: int) -> list[int]:
        return self._nodes[node][1]  # type: ignore[return-value]

    def goes_on(self, node: int) -> bool:
        return len(self._nodes[node]) > 2 or bool(self._nodes[node][0])

    def next(self, state: State, number: int) -> State | None:
        reached: list[int] = []
        for node in state.nodes:
            edges = self._edges.get(node)
            if edges is None:
                flat: list[int] = self._nodes[node][2:]  # type: ignore[assignment]
                edges = self._edges[node] = dict(zip(flat[::2], flat[1::2], strict=True))
            reached += (edges[edge] for edge in self._kinds[number] if edge in edges)
            gap = self._nodes[node][0]
            if gap and number != Vocabulary.BREAK:
                reached.append(gap)  # type: ignore[arg-type]
        found = State(self, tuple(sorted(reached)), state.depth + 1) if reached else None
        self._count += 1
        state[number] = found
        return found


_NODE = itemgetter(0)


@dataclass(slots=True)
class Phrases:
    """All phrases, ready to be looked for. Fill with `add`, then `close`."""

    phrases: list[Phrase] = field(default_factory=list)
    unspaced: list[tuple[str, int]] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    _root: dict[int, object] = field(default_factory=dict)
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
                edge = _ANY if word == "_" else self.tree.edge(word)
                node = node.setdefault(edge, {})  # type: ignore[assignment]
            node.setdefault(_ENDS, []).append(number)  # type: ignore[attr-defined]
        return number

    def close(self) -> None:
        """No more phrases: make the form that is quick to search."""
        lengths = {edge: len(prefix) for prefix, edge in self.tree.prefixes.items()}
        if self._root:
            self.tree.nodes = []
            _lay_out(self._root, lengths, self.tree.nodes)
            self.tree.nodes[0][0] = 0  # no phrase begins with a gap
            self._root = {}
        self._vocabulary = Vocabulary(self.tree.exact, self.tree.prefixes)
        self._steps = Steps(self.tree, self._vocabulary.kinds)
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
        hits: dict[int, Hit] = {}
        for at, state in enumerate(map(steps.begun.__getitem__, classes)):
            if state is None:
                continue
            ends = state.ends
            if state.goes_on and (second := state[classes[at + 1]]) is not None:
                ends = second.ends_with(ends) if ends else second.ends
                if second.goes_on and (third := second[classes[at + 2]]) is not None:
                    ends = _longer(ends, third, classes, at + 3)
            for _, phrase, length in ends:
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


def _longer(
    ends: tuple[End, ...], state: State | None, classes: list[int], at: int
) -> tuple[End, ...]:
    """The phrases that ended so far and those that end further on, in order."""
    while state is not None:
        if state.ends:
            ends = state.ends_with(ends)
        if not state.goes_on:
            break
        state = state[classes[at]]
        at += 1
    return ends


_ANY = -1  # edge that any word passes
_ENDS = -2  # key of the phrases that end at a node


def _lay_out(
    node: dict[int, object], lengths: dict[int, int], nodes: list[list[int | list[int]]]
) -> int:
    """Number a node and those below: whole words first, then prefixes, the shortest first."""
    number = len(nodes)
    laid: list[int | list[int]] = [0, node.get(_ENDS, [])]  # type: ignore[list-item]
    nodes.append(laid)
    for edge in sorted((e for e in node if e >= 0), key=lambda e: lengths.get(e, 0)):
        laid += (edge, _lay_out(node[edge], lengths, nodes))  # type: ignore[arg-type]
    if _ANY in node:
        laid[0] = _lay_out(node[_ANY], lengths, nodes)  # type: ignore[arg-type]
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
