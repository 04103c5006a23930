# SPDX-License-Identifier: Apache-2.0
"""Rules as data (`data/rules.toml`): which facts speak for which label, and how loudly.

Reads them with errors that say where, and tells which hold. Weighs nothing itself.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from comity.category.assessment import Label
from comity.category.evidence import Evidence
from comity.values.errors import BadData

LABELS = tuple(label.value for label in Label)
ACCUSING = frozenset((Label.COMMERCIAL, Label.FRAUD, Label.PHISHING, Label.MALWARE))
MAX_RULES = 1_000  # ours
_KEYS = frozenset(
    ("code", "text", "all", "any", "none", "weights", "scale", "strong", "subtype", "family")
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One named condition and its log-odds for each label."""

    code: str
    text: str
    all_: frozenset[str]
    any_: frozenset[str]
    none_: frozenset[str]
    weights: tuple[tuple[int, float], ...]  # (index of label, log-odds)
    by_label: dict[int, float]  # the same
    scale: str | None
    strong: bool
    subtype: str | None
    family: str | None  # of one family only the two loudest rules that hold count
    main: int  # index of the label with the greatest weight
    places: tuple[str, ...]  # facts whose place is shown, first found first

    def factor(self, evidence: Evidence) -> float:
        """1 for a fact found once, up to 2 for one found often, below 1 for one far down."""
        if self.scale is None:
            return 1.0
        count = evidence.counts.get(self.scale, 1.0)
        if count < 1.0:
            return 0.6
        return min(1.0 + 0.3 * (count - 1.0), 2.0)


@dataclass(slots=True)
class Rules:
    rules: tuple[Rule, ...]
    groups: dict[str, tuple[str, ...]]
    bias: tuple[float, ...]  # by label, in the order of LABELS
    levels: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)  # asked for
    _by_key: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        asked = Counter(name for rule in self.rules for name in rule.all_ | rule.any_)
        buckets: dict[str, list[Rule]] = {}
        levels: dict[str, list[tuple[int, str]]] = {}
        for rule in self.rules:
            # Under the fact that must hold and that fewest rules ask for: it is the rarest.
            # A rule of alternatives under each of them.
            rarest = sorted(rule.all_, key=lambda name: (asked[name], name))[:1]
            for key in rarest or sorted(rule.any_):
                buckets.setdefault(key, []).append(rule)
            for name in rule.all_ | rule.any_ | rule.none_:
                bare, _, level = name.partition(":")
                if level and (int(level), name) not in levels.setdefault(bare, []):
                    levels[bare].append((int(level), name))
        self._by_key = {key: tuple(some) for key, some in buckets.items()}
        self.levels = {name: tuple(some) for name, some in levels.items()}

    def holding(self, present: set[str]) -> list[Rule]:
        """The rules that hold, in the order of their codes."""
        found: dict[str, Rule] = {}
        by_key = self._by_key
        for name in by_key.keys() & present:
            for rule in by_key[name]:
                if (
                    rule.all_ <= present
                    and rule.none_.isdisjoint(present)
                    and not (rule.any_ and rule.any_.isdisjoint(present))
                ):
                    found[rule.code] = rule
        return [found[code] for code in sorted(found)]


def read(text: str, known: frozenset[str] = frozenset()) -> Rules:
    """Read the rule file; check facts against `known` if given. Raises BadData."""
    return of(table(text), known)


def table(text: str) -> dict[str, Any]:
    """The file's tables, not looked at yet."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadData(f"rules.toml: {error}", "See the head of the file for its form.") from error


def of(table: dict[str, Any], known: frozenset[str] = frozenset()) -> Rules:
    """The rules of such tables. Raises BadData."""
    groups = {name: tuple(members) for name, members in table.get("groups", {}).items()}
    bias = table.get("bias", {})
    rules = tuple(_rules(table.get("rule", [])[:MAX_RULES]))
    codes = [rule.code for rule in rules]
    for code, times in Counter(codes).items():
        if times > 1:
            raise BadData(f"rules.toml: two rules are called {code!r}", "Give each its own code.")
    if known:
        for rule in rules:
            _check_names(rule, known | groups.keys())
    return Rules(rules, groups, tuple(float(bias.get(label, 0.0)) for label in LABELS))


def _rules(tables: list[dict[str, object]]) -> Iterator[Rule]:
    for number, table in enumerate(tables, 1):
        where = f"rules.toml: rule {number} ({table.get('code', 'without code')})"
        odd = table.keys() - _KEYS
        if odd:
            raise BadData(f"{where}: unknown key {sorted(odd)[0]!r}", f"Known: {sorted(_KEYS)}.")
        weights = table.get("weights", {})
        code, text = table.get("code"), table.get("text")
        if not isinstance(code, str) or not isinstance(text, str) or not isinstance(weights, dict):
            raise BadData(f"{where}: code, text and weights are needed", "See the other rules.")
        for label in weights:
            if label not in LABELS:
                raise BadData(f"{where}: {label!r} is no label", f"Known: {', '.join(LABELS)}.")
        all_, any_, none_ = (_names(table.get(key, [])) for key in ("all", "any", "none"))
        if not all_ and not any_:
            raise BadData(f"{where}: it would always hold", "Give it `all` or `any`.")
        main = max(weights, key=lambda label: float(weights[label]))
        scale, subtype, family = (table.get(key) for key in ("scale", "subtype", "family"))
        yield Rule(
            code=code,
            text=text,
            all_=frozenset(all_),
            any_=frozenset(any_),
            none_=frozenset(none_),
            weights=tuple((LABELS.index(label), float(w)) for label, w in weights.items()),
            by_label={LABELS.index(label): float(w) for label, w in weights.items()},
            scale=str(scale) if scale is not None else None,
            strong=table.get("strong") is True,
            subtype=str(subtype) if subtype is not None else None,
            family=str(family) if family is not None else None,
            main=LABELS.index(main),
            places=tuple(name.partition(":")[0] for name in (*all_, *any_)),
        )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadData(f"rules.toml: {value!r} is no list of facts", 'Write ["fact"].')
    return tuple(str(name) for name in value)


def _check_names(rule: Rule, known: frozenset[str]) -> None:
    for name in rule.all_ | rule.any_ | rule.none_:
        bare = name.partition(":")[0].removeprefix("head/")
        if bare not in known:
            raise BadData(
                f"rules.toml: rule {rule.code} asks for {name!r}, which nothing gives",
                "Ideas stand in phrases/*.txt, other facts in docs/reference/reasons.md.",
            )
