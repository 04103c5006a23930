# SPDX-License-Identifier: Apache-2.0
"""Everything a category decision rests on, in one value with one version.

`load()` reads the shipped data once. The version names the exact phrases, brands, rules, hosts and
weights: the same version and the same mail give the same answer. Opens no other file.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from comity.category import brands as brand_data
from comity.category import hosts as host_data
from comity.category import linear as linear_data
from comity.category import prepared
from comity.category import rules as rule_data
from comity.category.brands import Brands
from comity.category.hosts import Hosts
from comity.category.ideas import BRAND, WEAK
from comity.category.linear import Linear
from comity.category.phrases import SERVES, Phrases, build
from comity.category.prepared import Prepared
from comity.category.rules import Rules

CODE = "2"  # raised by hand when the code decides otherwise on the same data


@dataclass(frozen=True, slots=True)
class Model:
    phrases: Phrases
    brands: Brands
    hosts: Hosts
    rules: Rules
    linear: Linear
    temperature: float  # log-odds are divided by it, so that 0.8 means right 8 times in 10
    version: str


@lru_cache(maxsize=1)
def load() -> Model:
    """The shipped model; read once, then the same value."""
    folder = files("comity.category") / "data"
    texts = read_texts()
    seen = hashlib.sha256(CODE.encode())
    for content in texts.values():
        seen.update(content)
    ready = folder / prepared.NAME
    made = prepared.read(ready.read_bytes(), seen.hexdigest()) if ready.is_file() else None
    if made is None:  # a text was changed
        made = prepare(texts)
    made.phrases.close()
    rules = rule_data.of(made.rules)
    hosts = host_data.read(texts["hosts.txt"].decode("utf-8"))
    stored = folder / "model.npz"
    if stored.is_file():
        content = stored.read_bytes()
        seen.update(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            linear = linear_data.load(arrays)
            temperature = float(arrays["temperature"])
    else:
        linear, temperature = linear_data.empty(), 1.0
    version = f"{CODE}-{seen.hexdigest()[:12]}"
    return Model(made.phrases, made.brands, hosts, rules, linear, temperature, version)


def read_texts() -> dict[str, bytes]:
    """The files of knowledge by name, in a fixed order."""
    folder = files("comity.category") / "data"
    names = [f"phrases/{language}.txt" for language in SERVES]
    names += ["brands.txt", "hosts.txt", "rules.toml"]
    return {name: folder.joinpath(*name.split("/")).read_bytes() for name in names}


def digest(texts: dict[str, bytes]) -> str:
    """What `prepared` is compared by."""
    return hashlib.sha256(CODE.encode() + b"".join(texts.values())).hexdigest()


def prepare(texts: dict[str, bytes]) -> Prepared:
    """Read the texts, which takes four times as long as reading what was prepared of them."""
    phrases = build(
        (language, texts[f"phrases/{language}.txt"].decode("utf-8")) for language in SERVES
    )
    brands = brand_data.read(texts["brands.txt"].decode("utf-8"))
    _add_brands(phrases, brands)
    return Prepared(phrases, brands, rule_data.table(texts["rules.toml"].decode("utf-8")))


def _add_brands(phrases: Phrases, brands: Brands) -> None:
    for index, brand in enumerate(brands.brands):
        for spelling in brand.spellings:
            phrases.add(f"{BRAND}{index}", spelling, ())
        for spelling in brand.weak:
            phrases.add(f"{WEAK}{index}", spelling, ())
