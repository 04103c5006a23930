# SPDX-License-Identifier: Apache-2.0
"""The tree of phrases walked by classes of words; what was worked out once is remembered.

Words that pass the same edges of the tree are of one class, so that a step is one look into a
table, however many phrases there are. Knows no phrase and no idea; `phrases` lays out the tree.
"""

from dataclasses import dataclass, field
from operator import itemgetter

from comity.category.words import fold

End = tuple[int, int, int]  # node of the tree, number of the phrase, words after the first


@dataclass(slots=True)
class Nodes:
    """The tree laid out: what each node has, by its number. The root is 0."""

    gaps: list[int] = field(default_factory=list)  # node after any word, or 0
    ends: list[list[int]] = field(default_factory=list)  # phrases that end here
    edges: list[list[int]] = field(default_factory=list)  # edge, node, edge, node …


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
        # How a prefix begins → the lengths of those that begin so.
        self._start = min(map(len, prefixes), default=0)
        lengths: dict[str, set[int]] = {}
        for prefix in prefixes:
            lengths.setdefault(prefix[: self._start], set()).add(len(prefix))
        self._lengths = {start: tuple(sorted(some)) for start, some in lengths.items()}
        self._by_kind: dict[tuple[int, ...], int] = {}
        self.kinds: list[tuple[int, ...]] = [(), ()]

    def __missing__(self, word: str) -> int:
        folded = word.lower() if word.isascii() else fold(word)
        matches = []
        exact = self._exact.get(folded)
        if exact is not None:
            matches.append(exact)
        for length in self._lengths.get(folded[: self._start], ()):
            found = self._prefixes.get(folded[:length])
            if found is not None:
                matches.append(found)
        number = self._class(tuple(matches)) if matches else 0 if word else self.BREAK
        if len(self) >= self.MAX:
            self.clear()
        self[word] = number
        return number

    def _class(self, kind: tuple[int, ...]) -> int:
        number = self._by_kind.get(kind)
        if number is None:
            number = self._by_kind[kind] = len(self.kinds)
            self.kinds.append(kind)
        return number


class State(dict[int, "State"]):
    """All nodes of the tree that the words so far may have led to; → the next, by class."""

    __slots__ = ("_steps", "depth", "edges", "ends", "gaps", "goes_on", "stop")

    def __init__(
        self, steps: "Steps", nodes: tuple[int, ...], depth: int, before: tuple[End, ...]
    ) -> None:
        self._steps = steps
        self.depth = depth  # words after the first
        self.edges = [edges for edges in map(steps.edges, nodes) if edges]
        self.gaps = [gap for gap in map(steps.nodes.gaps.__getitem__, nodes) if gap]
        self.goes_on = bool(self.edges or self.gaps)
        own = [(node, phrase, depth) for node in nodes for phrase in steps.nodes.ends[node]]
        # The phrases that ended until here, in the order of the tree.
        self.ends = tuple(sorted((*before, *own), key=_NODE)) if own else before
        self.stop: State | None = None  # where a word leads that passes no edge

    def __missing__(self, number: int) -> "State":
        return self._steps.next(self, number)


_NODE = itemgetter(0)


class Steps:
    """The tree walked by classes of words. Each step is worked out when first met.

    `begun` has for each class the state after a first word of it: mostly `nothing`.
    """

    MAX = 100_000  # steps remembered, ours: about 15 MB

    def __init__(self, nodes: Nodes, kinds: list[tuple[int, ...]]) -> None:
        self.nodes = nodes
        self._edges: dict[int, dict[int, int]] = {}
        self._kinds = kinds
        self._states: dict[tuple[tuple[int, ...], tuple[End, ...]], State] = {}
        self.nothing = State(self, (), 0, ())  # no phrase has ended, and none goes on
        self._start = State(self, (0,), -1, ())
        self.begun: list[State] = []
        self._count = 0

    def catch_up(self) -> None:
        """Begin with the classes that came up since; forget all if it is too much."""
        if self.full:
            self.begun.clear()
            self.nothing.clear()
            self._start.clear()
            self._states.clear()
            self._count = 0
        for number in range(len(self.begun), len(self._kinds)):
            self.begun.append(self._start[number])

    @property
    def full(self) -> bool:
        return self._count > self.MAX

    def edges(self, node: int) -> dict[int, int]:
        """Edge → the node it leads to."""
        found = self._edges.get(node)
        if found is None:
            flat = self.nodes.edges[node]
            found = self._edges[node] = dict(zip(flat[::2], flat[1::2], strict=True))
        return found

    def next(self, state: State, number: int) -> State:
        """Where a word of class `number` leads. Where to nothing new: what has ended stays."""
        if not state.goes_on and state is not self.nothing:
            return state
        reached = []
        kind = self._kinds[number]
        if kind:
            for edges in state.edges:
                reached += [edges[edge] for edge in kind if edge in edges]
        if state.gaps and number != Vocabulary.BREAK:
            reached += state.gaps
        if reached:
            reached.sort()
            found = self._state(tuple(reached), state.depth + 1, state.ends)
        else:
            if state.stop is None:
                state.stop = self._state((), 0, state.ends) if state.ends else self.nothing
            found = state.stop
        self._count += 1
        state[number] = found
        return found

    def _state(self, nodes: tuple[int, ...], depth: int, before: tuple[End, ...]) -> State:
        found = self._states.get((nodes, before))
        if found is None:
            found = self._states[nodes, before] = State(self, nodes, depth, before)
        return found
