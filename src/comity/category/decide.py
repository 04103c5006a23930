# SPDX-License-Identifier: Apache-2.0
"""What a mail is, and why: facts → rules → log-odds → label.

Three safeguards, in this order (docs/explanation/category.md): a cause is protected unless the
mechanics of a crime are there; no accusation without a strong named reason; "undetermined" where
unsure. Never asks who reported the mail, or how many did.
"""

import math
from dataclasses import dataclass

from comity.category import facts, ideas, naming, zombie
from comity.category.assessment import Assessment, Label
from comity.category.evidence import Evidence
from comity.category.linear import LABELS as MODEL_LABELS
from comity.category.model import Model
from comity.category.rules import ACCUSING, LABELS, Rule
from comity.message.message import Message
from comity.trace.trace import Trace
from comity.values.reason import Reason
from comity.values.span import Span

SURE = 0.36  # below, the answer is "undetermined". Ours, see docs/explanation/category.md
MAX_REASONS = 12
PROTECTED = 3.0  # phrases of a cause from which on it is protected, ours
_SHIELD = 3.0  # log-odds that protection takes from accusing labels, ours

_UNDETERMINED = LABELS.index(Label.UNDETERMINED)
_MODEL_AT = tuple(LABELS.index(label) for label in MODEL_LABELS)
_ACCUSING_AT = tuple(LABELS.index(label) for label in ACCUSING)
# Strong reasons that show how a crime works, not what a mail speaks of: they undo protection.
_MECHANICS = frozenset(
    (
        "large-sum-for-answer",
        "data-for-money",
        "cards-as-payment",
        "advance-fee-letter",
        "answers-go-elsewhere-for-money",
        "gift-from-stranger",
        "lottery-by-letter",
        "extortion-letter",
        "coin-address-with-threat",
        "false-name-with-pretext",
        "false-bank-name",
        "brand-in-link",
        "attached-login",
        "program-attached",
        "macro-attached",
        "false-file-name",
        "archive-with-bill",
        "locked-archive",
        "false-superior-private",
        "false-charge",
    )
)


@dataclass(slots=True)
class _Scores:
    odds: list[float]
    strong: set[int]
    subtypes: dict[tuple[int, str], float]


def decide(message: Message, trace: Trace, model: Model) -> Assessment:
    """Assess one mail. Raises nothing on content."""
    evidence = Evidence()
    read = ideas.read(message, model.phrases, evidence)
    links, vouched = facts.note(message, trace, model.hosts, read.words, evidence)
    brand = naming.find(message, read, model.brands, links, vouched, evidence)
    evidence.sum_groups(model.rules.groups)
    holding = model.rules.holding(evidence.names())
    scores = _weigh(holding, evidence, model)
    words = model.linear.scores(read.words, message.text)
    for at, value in zip(_MODEL_AT, words, strict=True):
        scores.odds[at] += value
    shielded = _shield(holding, evidence, scores)
    label, confidence, probabilities = _choose(scores, model.temperature)
    reasons = _reasons(holding, evidence, read, message, label, words, shielded)
    imitates = label in (Label.PHISHING, Label.FRAUD) and "brand-imitated" in evidence.counts
    answer, why = zombie.decide(trace)
    return Assessment(
        label=label,
        subtype=_subtype(scores, label),
        brand=brand.name if brand and imitates else None,
        confidence=confidence,
        probabilities=probabilities,
        reasons=reasons,
        zombie_origin=answer,
        zombie_reasons=why,
        model_version=model.version,
    )


def _weigh(holding: list[Rule], evidence: Evidence, model: Model) -> _Scores:
    odds = list(model.rules.bias)
    strong: set[int] = set()
    subtypes: dict[tuple[int, str], float] = {}
    for rule in holding:
        factor = rule.factor(evidence)
        for at, weight in rule.weights:
            odds[at] += weight * factor
            if rule.strong and weight > 0:
                strong.add(at)
            if rule.subtype and at == rule.main:
                key = (at, rule.subtype)
                subtypes[key] = subtypes.get(key, 0.0) + weight * factor
    return _Scores(odds, strong, subtypes)


def _shield(holding: list[Rule], evidence: Evidence, scores: _Scores) -> bool:
    """A cause is protected unless the mechanics of a crime are there."""
    conviction = evidence.counts.get("conviction", 0.0)
    if conviction < PROTECTED or conviction < evidence.counts.get("crime", 0.0):
        return False
    if any(rule.code in _MECHANICS for rule in holding):
        return False
    for at in _ACCUSING_AT:
        scores.odds[at] -= _SHIELD
    return True


def _choose(scores: _Scores, temperature: float) -> tuple[Label, float, dict[str, float]]:
    odds = [value / temperature for value in scores.odds]
    top = max(odds)
    powers = [math.exp(value - top) for value in odds]
    total = sum(powers)
    shares = [power / total for power in powers]
    order = sorted(range(len(shares)), key=lambda at: (-shares[at], at))
    best = order[0]
    probabilities = {label: round(shares[at], 4) for at, label in enumerate(LABELS)}
    if best in _ACCUSING_AT and best not in scores.strong:
        # The model and weak signs alone accuse nobody.
        best = _UNDETERMINED
    elif shares[best] < SURE and best != _UNDETERMINED:
        best = _UNDETERMINED
    confidence = shares[best] if best != _UNDETERMINED else max(shares[best], 1 - shares[order[0]])
    return Label(LABELS[best]), round(confidence, 4), probabilities


def _subtype(scores: _Scores, label: Label) -> str | None:
    at = LABELS.index(label)
    mine = {key[1]: weight for key, weight in scores.subtypes.items() if key[0] == at}
    if not mine:
        return None
    return max(sorted(mine), key=mine.__getitem__)


def _reasons(
    holding: list[Rule],
    evidence: Evidence,
    read: ideas.Read,
    message: Message,
    label: Label,
    words: list[float],
    shielded: bool,
) -> tuple[Reason, ...]:
    at = LABELS.index(label)
    found: list[tuple[float, Rule]] = []
    for rule in holding:
        weight = next((w for where, w in rule.weights if where == at), None)
        if label is Label.UNDETERMINED and weight is None:
            weight = 0.0
        if weight is not None:
            found.append((weight * rule.factor(evidence), rule))
    found.sort(key=lambda pair: (-abs(pair[0]), pair[1].code))
    reasons = [
        Reason(rule.code, _sentence(rule, evidence), _place(rule, evidence, read, message), weight)
        for weight, rule in found[:MAX_REASONS]
    ]
    if shielded:
        told = "Several phrases of a political, religious or charitable cause: it is protected."
        reasons.append(Reason("protected-speech", told, weight=_SHIELD))
    if label.value in MODEL_LABELS:
        tilt = words[MODEL_LABELS.index(label.value)]
        if abs(tilt) >= 0.3:
            told = "Its choice of words is like that of mail of this kind (statistical model)."
            if tilt < 0:
                told = "Its choice of words is unlike that of mail of this kind (statistical model)."
            reasons.append(Reason("words", told, weight=tilt))
    return tuple(reasons)


def _sentence(rule: Rule, evidence: Evidence) -> str:
    if "{" not in rule.text:
        return rule.text
    details = evidence.details
    return rule.text.replace("{brand}", details.get("brand", "a known name")).replace(
        "{linkbrand}", details.get("linkbrand", "a known name")
    )


def _place(rule: Rule, evidence: Evidence, read: ideas.Read, message: Message) -> Span | None:
    for name in rule.places:
        place = evidence.places.get(name)
        if isinstance(place, Span):
            return place
        if place is not None:
            return read.span(message, place)
    return None
