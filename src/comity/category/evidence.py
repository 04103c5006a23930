# SPDX-License-Identifier: Apache-2.0
"""Named facts about one mail, with how often and where. Filled by `ideas`, `facts` and `naming`.

Holds no rule and no weight.
"""

from dataclasses import dataclass, field

from comity.values.span import Span

HEAD = 2.0  # a phrase in From name or subject counts double: each reader sees it. Ours
FAR = 0.5  # one far down counts half: below stand feet, quotes and padding. Ours
NEAR_WORDS = 300  # words that count full, ours
MOST = 6  # highest "name:n" that rules can ask for

Place = tuple[int, int]  # first and last word, as `ideas.Words` counts them


@dataclass(slots=True)
class Evidence:
    """What was found. `counts` says how much, `places` where it stands first."""

    counts: dict[str, float] = field(default_factory=dict)
    places: dict[str, Span | Place] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)  # {brand}, … of the rules' sentences

    def note(self, name: str, place: Span | Place | None = None, count: float = 1.0) -> None:
        counts = self.counts
        counts[name] = counts.get(name, 0.0) + count
        if place is not None:
            self.places.setdefault(name, place)

    def sum_groups(self, groups: dict[str, tuple[str, ...]]) -> None:
        """Note each group as the sum of its members."""
        counts, places = self.counts, self.places
        for group, members in groups.items():
            total = 0.0
            for member in filter(counts.__contains__, members):
                total += counts[member]
                if group not in places and member in places:
                    places[group] = places[member]
            if total:
                counts[group] = total

    def names(self, levels: dict[str, tuple[tuple[int, str], ...]]) -> set[str]:
        """All names that hold, with those of "name:2", "name:3" … in `levels` found that often."""
        counts = self.counts
        present = set(counts)
        for name in levels.keys() & present:
            count = counts[name]
            for least, level in levels[name]:
                if count >= least:
                    present.add(level)
        return present
