# SPDX-License-Identifier: Apache-2.0
"""Trains the small linear model of `comity.category` and writes it with its model card.

Run: python tools/train_category.py --dev-table dev.tsv --dev-folder DEV [--mails 6000]
Learns only from mail whose licence allows it: the simulator's, the SpamAssassin public corpus
(public domain), foff-milter's tests (MIT), sets of bounces (BSD). Never from phishing_pot or
AbuseIO. Mail in the hand-labelled evaluation set is left out. The seed is fixed: the same inputs
give the same bytes.
"""

import argparse
import csv
import io
import random
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from comity.category import ideas
from comity.category.decide import decide, odds
from comity.category.evidence import Evidence
from comity.category.linear import LABELS, LIMIT, SIZE, empty, features
from comity.category.linear import load as load_linear
from comity.category.model import Model, load
from comity.category.rules import LABELS as ALL_LABELS
from comity.message.message import Message
from comity.message.read import read
from comity.trace.trace import Confidence, Trace

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "src/comity/category/data/model.npz"
CARD = ROOT / "docs/reference/model-card.md"
SEED = 20_251_124
ALLOWED = {
    "spamassassin": "public domain (PDDL / CC0)",
    "foff": "MIT",
    "sisimai": "BSD 2-clause",
    "php-bounce": "BSD",
}
UNWANTED = ("commercial", "fraud", "phishing", "malware")  # what an unwanted mail can be
EPOCHS, RATE, DECAY = 12, 0.5, 1e-4
NO_TRACE = Trace((), None, None, Confidence.NONE, ())


@dataclass
class Sample:
    message: Message
    places: NDArray[np.int64]
    label: int
    source: str


def sample(raw: bytes, label: str | None, source: str, teacher: Model) -> Sample | None:
    message = read(raw)
    if label is None:  # the corpus says only "unwanted": the rules name the kind, if surely
        found = decide(message, NO_TRACE, teacher).probabilities
        kinds = {kind: share for kind, share in found.items() if kind in UNWANTED}
        label = max(kinds, key=kinds.__getitem__)
        if kinds[label] < 0.6 * sum(kinds.values()):
            return None
    seen = ideas.read(message, teacher.phrases, Evidence())
    places = features(seen.words, message.text if seen.unspaced else "")
    return Sample(message, places, LABELS.index(label), source)


def from_simulator(count: int, seed: int, teacher: Model) -> Iterator[Sample | None]:
    from simulator.world import World

    for made in World(seed=seed, size=count).mails():
        yield sample(made.raw, made.truth.label, "simulator", teacher)


def from_development(
    table: Path, folder: Path, kept_out: frozenset[str], teacher: Model
) -> Iterator[Sample | None]:
    with table.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            source, digest = row["source"], row["sha256"]
            if source not in ALLOWED or digest in kept_out:
                continue
            raw = (folder / source / f"{digest}.eml").read_bytes()
            if source in ("sisimai", "php-bounce"):
                yield sample(raw, "other", source, teacher)
            elif source == "spamassassin" and row["label"] == "ham":
                yield sample(raw, "non-commercial", source, teacher)
            elif row["label"] == "unwanted":
                yield sample(raw, None, source, teacher)


def train(samples: list[Sample], seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Multinomial logistic regression by Adagrad, classes weighted alike."""
    rng = random.Random(seed)
    count = len(LABELS)
    weights = np.zeros((SIZE, count), np.float32)
    squares = np.full((SIZE, count), 1e-3, np.float32)
    bias = np.zeros(count, np.float32)
    sizes = Counter(one.label for one in samples)
    share = {label: (len(samples) / count / number) ** 0.7 for label, number in sizes.items()}
    order = list(range(len(samples)))
    for _ in range(EPOCHS):
        rng.shuffle(order)
        for at in order:
            one = samples[at]
            if not len(one.places):
                continue
            places = np.unique(one.places)
            norm = 1 / len(one.places) ** 0.5
            scores = weights[one.places].sum(axis=0) * norm + bias
            scores -= scores.max()
            powers = np.exp(scores)
            gradient = powers / powers.sum()
            gradient[one.label] -= 1
            gradient *= share[one.label]
            step = gradient * norm + DECAY * weights[places]
            squares[places] += step**2
            weights[places] -= RATE * step / np.sqrt(squares[places])
            bias -= 0.01 * gradient
    return weights, bias


def quantised(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    limit = float(np.quantile(np.abs(weights[weights != 0]), 0.999))
    scale = limit / 127
    return np.clip(np.rint(weights / scale), -127, 127).astype(np.int8), scale


def temperature(samples: list[Sample], model: Model) -> float:
    """The divisor that makes the log-odds of held-out mail say how often they are right."""
    table = np.array([odds(one.message, NO_TRACE, model) for one in samples])
    truth = np.array([ALL_LABELS.index(LABELS[one.label]) for one in samples])
    sizes = Counter(truth.tolist())
    share = np.array([1 / sizes[at] for at in truth.tolist()])
    best, least = 1.0, float("inf")
    for step in range(60):
        divisor = 0.5 + 0.05 * step
        scaled = table / divisor
        scaled -= scaled.max(axis=1, keepdims=True)
        logs = scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        loss = float(-(logs[np.arange(len(truth)), truth] * share).sum())
        if loss < least:
            best, least = divisor, loss
    return round(best, 2)


def write(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    """An .npz with fixed times, so that the same arrays give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(arrays):
            held = io.BytesIO()
            np.save(held, arrays[name], allow_pickle=False)
            out.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)),
                held.getvalue(),
                compress_type=zipfile.ZIP_DEFLATED,
            )


def accuracy(samples: list[Sample], model: Model) -> str:
    right: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for one in samples:
        said = decide(one.message, NO_TRACE, model).label.value
        number[LABELS[one.label]] += 1
        right[LABELS[one.label]] += said == LABELS[one.label]
    return "; ".join(f"{label} {right[label]} of {number[label]}" for label in LABELS)


def with_linear(model: Model, arrays: dict[str, NDArray[np.generic]], divisor: float) -> Model:
    return Model(
        model.phrases,
        model.brands,
        model.hosts,
        model.rules,
        load_linear(arrays),
        divisor,
        model.version,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev-table", type=Path, required=True)
    parser.add_argument("--dev-folder", type=Path, required=True)
    parser.add_argument("--mails", type=int, default=6_000)
    given = parser.parse_args(arguments)
    shipped = load()
    teacher = Model(
        shipped.phrases, shipped.brands, shipped.hosts, shipped.rules, empty(), 1.0, "rules"
    )
    kept_out: frozenset[str] = frozenset()
    for labels in sorted((ROOT / "tests/evaluation").glob("labels*.tsv")):
        with labels.open(newline="") as rows:
            kept_out |= {row["sha256"] for row in csv.DictReader(rows, delimiter="\t")}
    made = [one for one in from_simulator(given.mails, SEED, teacher) if one]
    real = [
        one for one in from_development(given.dev_table, given.dev_folder, kept_out, teacher) if one
    ]
    every = made + real
    random.Random(SEED).shuffle(every)
    held, learnt = every[: len(every) // 6], every[len(every) // 6 :]
    print(f"{len(learnt)} mails to learn from, {len(held)} held out", file=sys.stderr)
    weights, bias = train(learnt, SEED)
    bytes_, scale = quantised(weights)
    arrays: dict[str, NDArray[np.generic]] = {
        "weights": bytes_,
        "scale": np.float64(scale).reshape(()),  # type: ignore[dict-item]
        "bias": bias,
    }
    divisor = temperature(held, with_linear(teacher, arrays, 1.0))
    arrays["temperature"] = np.float64(divisor).reshape(())  # type: ignore[assignment]
    write(MODEL, arrays)
    before = accuracy(held, teacher)
    after = accuracy(held, with_linear(teacher, arrays, divisor))
    CARD.write_text(card(learnt, held, divisor, before, after))
    print(f"temperature {divisor}\nrules alone: {before}\nwith model:  {after}", file=sys.stderr)
    print(f"{MODEL} {MODEL.stat().st_size:,} bytes", file=sys.stderr)
    return 0


def card(learnt: list[Sample], held: list[Sample], divisor: float, before: str, after: str) -> str:
    sources = Counter(one.source for one in learnt)
    rows = "\n".join(
        f"| {source} | {number:,} | "
        f"{ALLOWED.get(source, 'Apache-2.0 (this repository, src/simulator)')} |"
        for source, number in sorted(sources.items())
    )
    kinds = Counter(LABELS[one.label] for one in learnt)
    classes = ", ".join(f"{label} {kinds[label]:,}" for label in LABELS)
    return f"""# Model card: the words of a mail

Written by `tools/train_category.py`; do not edit by hand.

- **What it is**: multinomial logistic regression over hashed words and word pairs
  ({SIZE:,} places × {len(LABELS)} labels, 8-bit numbers), `src/comity/category/data/model.npz`.
- **What it is for**: it tilts `category` by at most {LIMIT} log-odds where rules are near each
  other. It never accuses alone: commercial, fraud, phishing and malware need a strong named rule.
- **What it is not for**: deciding on its own, on any text; scoring people; languages it never saw.

## Data

| source | mails learnt from | licence |
|---|---|---|
{rows}

Classes: {classes}. Never used: phishing_pot (CC BY-NC), AbuseIO (GPL project), any reported mail.
Mails of the hand-labelled evaluation set were left out. Where a corpus says only "unwanted", the
rules named which of commercial, fraud, phishing and malware it is (0.6 of their shares or more) and
the rest was dropped: on such mail the model learns the rules' opinion, not the truth. "Wanted"
mail of 2002 counts as non-commercial.

## Calibration and scores

All log-odds are divided by {divisor} (found on {len(held):,} held-out mails of the same sources).
Right on the held-out mails, rules alone: {before}.
With the model: {after}.
The scores that count are on real hand-labelled mail, `make evaluate`: see
docs/explanation/category.md.

## Limits

Most real mail here is English and from 2001–2002, with a few from 2025–2026; the modern kinds come
from the simulator, whose language is simpler than life. Training is repeatable: seed {SEED}.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
