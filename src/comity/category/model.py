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
from comity.category import rules as rule_data
from comity.category.brands import Brands
from comity.category.hosts import Hosts
from comity.category.ideas import BRAND, WEAK
from comity.category.linear import Linear
from comity.category.phrases import SERVES, Phrases, build
from comity.category.rules import Rules

CODE = "1"  # raised by hand when the code decides otherwise on the same data


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
    seen = hashlib.sha256(CODE.encode())

    def text(*path: str) -> str:
        content = folder.joinpath(*path).read_bytes()
        seen.update(content)
        return content.decode("utf-8")

    phrases = build((language, text("phrases", f"{language}.txt")) for language in SERVES)
    brands = brand_data.read(text("brands.txt"))
    _add_brands(phrases, brands)
    phrases.close()
    hosts = host_data.read(text("hosts.txt"))
    rules = rule_data.read(text("rules.toml"))
    stored = folder / "model.npz"
    if stored.is_file():
        content = stored.read_bytes()
        seen.update(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            linear = linear_data.load(arrays)
            temperature = float(arrays["temperature"])
    else:
        linear, temperature = linear_data.empty(), 1.0
    return Model(
        phrases, brands, hosts, rules, linear, temperature, f"{CODE}-{seen.hexdigest()[:12]}"
    )


def _add_brands(phrases: Phrases, brands: Brands) -> None:
    for index, brand in enumerate(brands.brands):
        for spelling in brand.spellings:
            phrases.add(f"{BRAND}{index}", spelling, ())
        for spelling in brand.weak:
            phrases.add(f"{WEAK}{index}", spelling, ())
