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
from comity.category.brands import Brand
from comity.category.evidence import Evidence, Place
from comity.category.linear import LABELS as MODEL_LABELS
from comity.category.linear import LIMIT
from comity.category.model import Model
from comity.category.rules import ACCUSING, LABELS, Rule
from comity.message.message import Message
from comity.trace.trace import Trace
from comity.values.reason import Reason
from comity.values.span import Span

SURE = 0.36  # share among the labels that may be said, below it "undetermined". Ours
LEAST = 0.2  # and its share of all labels. Ours
HEARD = 0.5  # log-odds of a reason from which on "non-commercial" may be said. Ours
MAX_REASONS = 10
PROTECTED = 3.0  # phrases of a cause from which on it is protected, ours
_SHIELD = 3.0  # log-odds that protection takes from accusing labels, ours

_LABELS = tuple(Label)
_UNDETERMINED = LABELS.index(Label.UNDETERMINED)
_MODEL_AT = tuple(LABELS.index(label) for label in MODEL_LABELS)
_ACCUSING_AT = tuple(LABELS.index(label) for label in ACCUSING)
_SPEECH_AT = LABELS.index(Label.NON_COMMERCIAL)
_REASONED_AT = frozenset((*_ACCUSING_AT, _SPEECH_AT))  # never said without a named reason
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
        "business-letter",
        "false-superior-private",
        "false-charge",
    )
)


Weighted = tuple[Rule, float]  # a rule that holds, and how loudly


@dataclass(slots=True)
class _Weighed:
    odds: list[float]  # by label, before calibration
    strong: set[int]  # labels for which a reason speaks that may carry them
    subtypes: dict[tuple[int, str], float]
    holding: list[Weighted]
    evidence: Evidence
    read: ideas.Read
    brand: Brand | None
    words: list[float]  # what the linear model adds, by its own labels
    shielded: bool


def decide(message: Message, trace: Trace, model: Model) -> Assessment:
    """Assess one mail. Raises nothing on content."""
    weighed = _weigh(message, trace, model)
    label, confidence, probabilities = _choose(weighed, model.temperature)
    imitates = (
        label in (Label.PHISHING, Label.FRAUD) and "brand-imitated" in weighed.evidence.counts
    )
    answer, why = zombie.decide(trace)
    return Assessment(
        label=label,
        subtype=_subtype(weighed, label),
        brand=weighed.brand.name if weighed.brand and imitates else None,
        confidence=confidence,
        probabilities=probabilities,
        reasons=_reasons(weighed, message, label),
        zombie_origin=answer,
        zombie_reasons=why,
        model_version=model.version,
    )


def odds(message: Message, trace: Trace, model: Model) -> list[float]:
    """Log-odds of each label before calibration, in the order of `rules.LABELS`."""
    return _weigh(message, trace, model).odds


def _weigh(message: Message, trace: Trace, model: Model) -> _Weighed:
    evidence = Evidence()
    read = ideas.read(message, model.phrases, evidence)
    links, vouched = facts.note(message, trace, model.hosts, read.words, evidence)
    brand = naming.find(message, read, model.brands, links, vouched, evidence)
    evidence.sum_groups(model.rules.groups)
    facts.compare(evidence)
    holding = [
        (rule, 1.0 if rule.scale is None else rule.factor(evidence))
        for rule in model.rules.holding(evidence.names(model.rules.levels))
    ]
    odds = list(model.rules.bias)
    strong: set[int] = set()
    subtypes: dict[tuple[int, str], float] = {}
    quiet = _quiet(holding)
    for rule, factor in holding:
        if rule.code in quiet:
            continue
        for at, weight in rule.weights:
            odds[at] += weight * factor
            if (rule.strong and weight > 0) or (at == _SPEECH_AT and weight >= HEARD):
                strong.add(at)
        if rule.subtype:
            key = (rule.main, rule.subtype)
            subtypes[key] = subtypes.get(key, 0.0) + rule.by_label[rule.main] * factor
    shielded = _is_protected(holding, evidence)
    if shielded:
        for at in _ACCUSING_AT:
            odds[at] -= _SHIELD
    words = _ask_words(odds, read, message, model)
    return _Weighed(odds, strong, subtypes, holding, evidence, read, brand, words, shielded)


def _ask_words(odds: list[float], read: ideas.Read, message: Message, model: Model) -> list[float]:
    """What the linear model adds; it is asked only where that could change who wins."""
    first, second = sorted(odds, reverse=True)[:2]
    if first - second > 2 * LIMIT:
        return [0.0] * len(MODEL_LABELS)
    words = model.linear.scores(read.words, message.text if read.unspaced else "")
    for at, value in zip(_MODEL_AT, words, strict=True):
        odds[at] += value
    return words


def _quiet(holding: list[Weighted]) -> frozenset[str]:
    """Of each family all rules but the two loudest: many wares are no stronger sign than two."""
    some = [
        (rule.family, -max(weight for _, weight in rule.weights) * factor, rule.code)
        for rule, factor in holding
        if rule.family is not None
    ]
    if len(some) < 3:
        return frozenset()
    families: dict[str, list[str]] = {}
    for family, _, code in sorted(some):
        families.setdefault(family, []).append(code)
    return frozenset(code for codes in families.values() for code in codes[2:])


def _is_protected(holding: list[Weighted], evidence: Evidence) -> bool:
    """A cause is protected unless the mechanics of a crime are there."""
    conviction = evidence.counts.get("conviction", 0.0)
    if conviction < PROTECTED or conviction < evidence.counts.get("crime", 0.0):
        return False
    return not any(rule.code in _MECHANICS for rule, _ in holding)


def _choose(scores: _Weighed, temperature: float) -> tuple[Label, float, dict[str, float]]:
    odds = [value / temperature for value in scores.odds]
    top = max(odds)
    powers = [math.exp(value - top) for value in odds]
    total = sum(powers)
    shares = [power / total for power in powers]
    probabilities = {label: round(share, 4) for label, share in zip(LABELS, shares, strict=True)}
    # The model and weak signs alone accuse nobody, and do not make a mail free speech.
    strong = scores.strong
    said = [at for at in range(len(shares)) if at not in _REASONED_AT or at in strong]
    sayable = [shares[at] for at in said]
    highest = max(sayable)
    best = said[sayable.index(highest)]
    if best == _UNDETERMINED or highest / sum(sayable) < SURE or highest < LEAST:
        doubt = 1.0 - max(share for at, share in enumerate(shares) if at != _UNDETERMINED)
        return Label.UNDETERMINED, round(doubt, 4), probabilities
    return _LABELS[best], round(highest, 4), probabilities


def _subtype(scores: _Weighed, label: Label) -> str | None:
    at = LABELS.index(label)
    mine = {key[1]: weight for key, weight in scores.subtypes.items() if key[0] == at}
    if len(mine) < 2:
        return next(iter(mine), None)
    return max(sorted(mine), key=mine.__getitem__)


def _reasons(weighed: _Weighed, message: Message, label: Label) -> tuple[Reason, ...]:
    at = LABELS.index(label)
    evidence, read = weighed.evidence, weighed.read
    found: list[tuple[float, str, float, Rule]] = []  # loudest first, then by code
    for rule, factor in weighed.holding:
        weight = rule.by_label.get(at)
        if weight is not None:
            weight *= factor
            found.append((-abs(weight), rule.code, weight, rule))
        elif at == _UNDETERMINED:  # then all that was seen is shown
            found.append((0.0, rule.code, 0.0, rule))
    found.sort()  # no two rules have one code
    shown = [(weight, rule, _place(rule, evidence)) for _, _, weight, rule in found[:MAX_REASONS]]
    spans = ideas.Spans(read, message, [place for _, _, place in shown if type(place) is tuple])
    reasons = [
        Reason(
            rule.code,
            _sentence(rule, evidence) if "{" in rule.text else rule.text,
            spans.of(place) if isinstance(place, tuple) else place,
            weight,
        )
        for weight, rule, place in shown
    ]
    if weighed.shielded:
        told = "Several phrases of a political, religious or charitable cause: it is protected."
        reasons.append(Reason("protected-speech", told, weight=_SHIELD))
    if label.value in MODEL_LABELS:
        tilt = weighed.words[MODEL_LABELS.index(label.value)]
        if abs(tilt) >= 0.3:
            like = "like" if tilt > 0 else "unlike"
            told = f"Its words are {like} those of mail of this kind (statistical model)."
            reasons.append(Reason("words", told, weight=tilt))
    return tuple(reasons)


def _sentence(rule: Rule, evidence: Evidence) -> str:
    details = evidence.details
    return rule.text.replace("{brand}", details.get("brand", "a known name")).replace(
        "{linkbrand}", details.get("linkbrand", "a known name")
    )


def _place(rule: Rule, evidence: Evidence) -> Span | Place | None:
    for name in rule.places:
        place = evidence.places.get(name)
        if place is not None:
            return place
    return None
