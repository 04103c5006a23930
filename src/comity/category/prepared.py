# SPDX-License-Identifier: Apache-2.0
"""Phrases, brands and rules read beforehand, so that a start need not read them from their texts.

`data/prepared.json` is derived from the other files of `data/` by `tools/prepare_category.py` and
says from which: where they have changed since, it is not used. Holds no knowledge of its own.
"""

import json
from dataclasses import dataclass
from typing import Any

from comity.category.brands import Brand, Brands
from comity.category.phrases import Phrase, Phrases
from comity.category.walk import Nodes

NAME = "prepared.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    phrases: Phrases
    brands: Brands
    rules: dict[str, Any]  # the table of rules.toml


def write(made: Prepared, sources: str) -> bytes:
    """As the content of the file. `sources`: digest of the texts."""
    phrases = made.phrases
    languages = sorted({phrase.languages for phrase in phrases.phrases})
    ideas = sorted({phrase.idea for phrase in phrases.phrases})
    table = {
        "sources": sources,
        "languages": languages,
        "ideas": ideas,
        "phrases": [
            [ideas.index(phrase.idea) for phrase in phrases.phrases],
            [languages.index(phrase.languages) for phrase in phrases.phrases],
            [phrase.text for phrase in phrases.phrases],
            [int(phrase.single) for phrase in phrases.phrases],
        ],
        "unspaced": phrases.unspaced,
        "exact": phrases.tree.exact,
        "prefixes": phrases.tree.prefixes,
        "nodes": [phrases.tree.nodes.gaps, phrases.tree.nodes.ends, phrases.tree.nodes.edges],
        "brands": [
            [
                brand.name,
                brand.kind,
                brand.country,
                brand.spellings,
                brand.weak,
                sorted(brand.domains),
            ]
            for brand in made.brands.brands
        ],
        "squeezed": made.brands.by_squeezed,
        "rules": made.rules,
    }
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()


def read(content: bytes, sources: str) -> Prepared | None:
    """From the content of the file; None where it was made of other texts."""
    table = json.loads(content)
    if table["sources"] != sources:
        return None
    ideas, languages = table["ideas"], [tuple(some) for some in table["languages"]]
    idea, language, text, single = table["phrases"]
    phrases = Phrases(
        phrases=[
            *map(
                Phrase._make,
                zip(
                    map(ideas.__getitem__, idea),
                    map(languages.__getitem__, language),
                    text,
                    map(bool, single),
                    strict=True,
                ),
            )
        ],
        unspaced=[(phrase, number) for phrase, number in table["unspaced"]],
    )
    phrases.tree.exact = table["exact"]
    phrases.tree.prefixes = table["prefixes"]
    phrases.tree.nodes = Nodes(*table["nodes"])
    brands = Brands(
        tuple(
            Brand(name, kind, country, tuple(spellings), tuple(weak), frozenset(domains))
            for name, kind, country, spellings, weak, domains in table["brands"]
        ),
        by_squeezed=table["squeezed"],
    )
    return Prepared(phrases, brands, table["rules"])
