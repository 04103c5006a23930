# SPDX-License-Identifier: Apache-2.0
"""The shipped data is whole; wrong data is refused with a sentence that says where."""

import re
from pathlib import Path

import pytest

from comity.category import brands, facts, hosts, prepared, rules
from comity.category.assessment import Label
from comity.category.decide import _MECHANICS
from comity.category.model import digest, prepare, read_texts
from comity.values.errors import BadData

FOLDER = Path(facts.__file__).parent
DATA = FOLDER / "data"
RULE = '[[rule]]\ncode = "a"\ntext = "A."\nall = ["x"]\nweights = { fraud = 1.0 }\n'


def given_facts(model) -> frozenset[str]:
    """All names that anything notes: ideas of the phrases, and what the code notes."""
    ideas = {phrase.idea for phrase in model.phrases.phrases}
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    return frozenset(ideas | set(re.findall(r'note\(\s*"([a-z-]+)"', code)))


def test_rules_ask_only_for_facts_that_something_gives(model):
    rules.read((DATA / "rules.toml").read_text(), given_facts(model))


def test_every_rule_has_an_english_sentence(model):
    for rule in model.rules.rules:
        assert rule.text[0].isupper() and rule.text.endswith("."), rule.code
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.code)


def test_every_accusing_label_has_strong_rules(model):
    strong = {rules.LABELS[rule.main] for rule in model.rules.rules if rule.strong}
    assert {label.value for label in rules.ACCUSING} <= strong


def test_no_opinion_is_a_reason_to_accuse(model):
    """Ideas of speech never add to an accusing label."""
    speech = {"political", "religious", "charity", "personal", "news", "list", "conviction"}
    for rule in model.rules.rules:
        if rule.all_ & speech or rule.any_ & speech:
            for at, weight in rule.weights:
                assert weight <= 0 or Label(rules.LABELS[at]) not in rules.ACCUSING, rule.code


def test_the_mechanics_that_undo_protection_are_strong_rules(model):
    strong = {rule.code for rule in model.rules.rules if rule.strong}
    assert strong >= _MECHANICS


BAD = {
    "not toml": ("[[rule", "rules.toml"),
    "unknown label": (RULE.replace("fraud", "evil"), "'evil' is no label"),
    "unknown key": (RULE + "color = 1\n", "unknown key 'color'"),
    "always holds": (RULE.replace('all = ["x"]\n', ""), "always hold"),
    "twice": (RULE + RULE, "two rules are called 'a'"),
    "unknown fact": (RULE, "which nothing gives"),
    "facts not a list": (RULE.replace('["x"]', '"x"'), "no list"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_a_wrong_rule_is_refused_by_name(text, told):
    with pytest.raises(BadData, match=re.escape(told)):
        rules.read(text, frozenset({"y"}))


def test_brands_are_many_world_wide_and_have_domains(model):
    known = model.brands.brands
    assert len(known) >= 250
    assert len({brand.country for brand in known}) >= 25
    assert {brand.kind for brand in known} == brands.KINDS
    for brand in known:
        assert brand.spellings or brand.weak, brand.name
        assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name) for name in brand.domains)


def test_a_brand_owns_its_domains_and_hosts_below(model):
    paypal = next(brand for brand in model.brands.brands if brand.name == "PayPal")
    assert paypal.owns("paypal.com") and paypal.owns(None, "www.paypal.com")
    assert not paypal.owns("paypal-help.example", "paypal.com.evil.example")


def test_a_wrong_brand_line_is_refused_with_its_number():
    with pytest.raises(BadData, match=r"brands\.txt:2"):
        brands.read("# head\nX | nonsense | DE | | x.example\n")


def test_hosts_are_read_by_class_and_unknown_classes_refused():
    read = hosts.read("[free-mail]\na.example b.example\n")
    assert hosts.within("x.a.example", read.free_mail)
    with pytest.raises(BadData, match="unknown class"):
        hosts.read("[nonsense]\na.example\n")


def test_the_trained_weights_are_small_and_open_without_pickle():
    assert (DATA / "model.npz").stat().st_size < 1_000_000


def test_what_is_prepared_is_what_the_texts_say(model):
    """Derived by tools/prepare_category.py; out of date it is not used, and a start is slow."""
    texts = read_texts()
    stored = (DATA / prepared.NAME).read_bytes()
    assert prepared.read(stored, digest(texts)), "run: python tools/prepare_category.py"
    made = prepare(texts)
    made.phrases.close()
    assert prepared.write(made, digest(texts)) == stored
    assert made.phrases.phrases == model.phrases.phrases
    assert made.phrases.tree.nodes == model.phrases.tree.nodes
    assert made.brands == model.brands
    assert rules.of(made.rules) == model.rules


def test_what_was_prepared_of_other_texts_is_not_used():
    stored = (DATA / prepared.NAME).read_bytes()
    assert prepared.read(stored, "0" * 64) is None


def test_the_page_of_reasons_is_the_rules_as_they_are(model):
    """Kept by tools/list_reasons.py; a code without its sentence there would be unexplained."""
    page = (FOLDER.parents[2] / "docs/reference/reasons.md").read_text()
    for rule in model.rules.rules:
        assert f"| `{rule.code}` | {rule.text} |" in page, "run: python tools/list_reasons.py"
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    for fact in set(re.findall(r'note\(\s*"([a-z-]+)"', code)):
        assert f"| `{fact}` |" in page, fact
