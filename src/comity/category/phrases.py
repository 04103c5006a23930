# SPDX-License-Identifier: Apache-2.0
"""Finds phrases by idea, in one pass over the words, whatever the number of phrases.

The phrases are data (`data/phrases/*.txt`, its marks explained in en.txt). A phrase of one word
counts only in a mail of its own language; longer ones count everywhere. Decides nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from comity.category.words import TOKEN, UNSPACED, fold
from comity.values.errors import BadData

MAX_GAP = 2  # words that "_" stands for at most
ANY = -1  # edge of the tree that any word passes
END = -2  # edge to the phrases that end here

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

Node = dict[int, "Node | tuple[int, ...]"]
# The same for searching: phrases that end here, edges by pattern word, the edge of any word.
Frozen = tuple[tuple[int, ...], dict[int, "Frozen"], "Frozen | None"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase and the idea it stands for."""

    idea: str
    languages: tuple[str, ...]  # empty: any
    text: str
    single: bool  # one word: counts only in its own language


Hit = tuple[int, int, int]  # number of the phrase, its first and last word


class Vocabulary(dict[str, int]):
    """Word as written → its class, worked out once per distinct word.

    A class is an index into `kinds`, the tuples of pattern words that match the word. Class 0
    matches nothing; negative classes match, but begin no phrase.
    """

    MAX = 200_000  # words remembered, ours: about 20 MB

    def __init__(
        self, exact: dict[str, int], prefixes: dict[str, int], begin: dict[int, Frozen]
    ) -> None:
        super().__init__()
        self._exact = exact
        self._prefixes = prefixes
        self._lengths = tuple(sorted({len(prefix) for prefix in prefixes}))
        self._begin = begin
        self._by_kind: dict[tuple[int, ...], int] = {(): 0}
        self.kinds: list[tuple[int, ...]] = [()]
        self.nodes: list[tuple[Frozen, ...]] = [()]  # where phrases with such a word begin

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
            self.nodes.append(tuple(self._begin[edge] for edge in kind if edge in self._begin))
        if number and not self.nodes[number]:
            number = -number
        if len(self) >= self.MAX:
            self.clear()
        self[word] = number
        return number


@dataclass(slots=True)
class Phrases:
    """All phrases, ready to be looked for. Fill with `add`, then `close`."""

    phrases: list[Phrase] = field(default_factory=list)
    unspaced: list[tuple[str, int]] = field(default_factory=list)
    _tree: Node = field(default_factory=dict)
    _exact: dict[str, int] = field(default_factory=dict)
    _prefixes: dict[str, int] = field(default_factory=dict)
    _vocabulary: Vocabulary | None = None

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
            node: Node = self._tree
            for word in variant:
                node = node.setdefault(self._edge(word), {})  # type: ignore[assignment]
            before = node.get(END, ())
            node[END] = (*before, number)
        return number

    def _edge(self, word: str) -> int:
        if word == "_":
            return ANY
        table = self._prefixes if word.endswith("*") else self._exact
        key = fold(word.rstrip("*"))
        edge = table.get(key)
        if edge is None:
            edge = table[key] = len(self._exact) + len(self._prefixes) + 1
        return edge

    def close(self) -> None:
        """No more phrases: make the form that is quick to search."""
        self._vocabulary = Vocabulary(self._exact, self._prefixes, _frozen(self._tree)[1])

    def find(self, words: list[str]) -> list[Hit]:
        """Each phrase once, where it stands first, in order."""
        vocabulary = self._vocabulary
        assert vocabulary is not None, "close() comes before find()"
        classes = [vocabulary[word] for word in words]
        classes.append(0)
        kinds, nodes = vocabulary.kinds, vocabulary.nodes
        hits: dict[int, Hit] = {}
        for at, number in enumerate(classes):
            if number <= 0:
                continue
            following = classes[at + 1]
            for node in nodes[number]:
                ends, edges, any_ = node
                for phrase in ends:
                    if phrase not in hits:
                        hits[phrase] = (phrase, at, at)
                if any_ is not None:
                    self._follow(node, at, at, classes, words, hits)
                elif following and edges:
                    for edge in kinds[following if following > 0 else -following]:
                        if edge in edges:
                            self._follow(node, at, at, classes, words, hits)
                            break
        return list(hits.values())

    def _follow(
        self,
        node: Frozen,
        first: int,
        last: int,
        classes: list[int],
        words: list[str],
        hits: dict[int, Hit],
    ) -> None:
        """Go on from `node`, reached with word `last`. At most as deep as a phrase is long."""
        after = last + 1
        following = classes[after]
        _, edges, any_ = node
        if following and edges:
            assert self._vocabulary is not None
            for edge in self._vocabulary.kinds[abs(following)]:
                further = edges.get(edge)
                if further is not None:
                    for phrase in further[0]:
                        if phrase not in hits:
                            hits[phrase] = (phrase, first, after)
                    if further[1] or further[2]:
                        self._follow(further, first, after, classes, words, hits)
        if any_ is not None and after < len(words) and words[after]:
            for phrase in any_[0]:
                if phrase not in hits:
                    hits[phrase] = (phrase, first, after)
            self._follow(any_, first, after, classes, words, hits)

    def find_unspaced(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(phrase, start, end) in characters, for scripts without spaces."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters grow: keep the offsets true
            lowered = text
        for phrase, number in self.unspaced:
            at = lowered.find(phrase)
            if at >= 0:
                yield number, at, at + len(phrase)


def _frozen(node: Node) -> Frozen:
    edges: dict[int, Frozen] = {}
    any_: Frozen | None = None
    ends: tuple[int, ...] = ()
    for edge, value in node.items():
        if isinstance(value, tuple):
            ends = value
        elif edge == ANY:
            any_ = _frozen(value)
        else:
            edges[edge] = _frozen(value)
    return ends, edges, any_


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
