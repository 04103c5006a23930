# SPDX-License-Identifier: Apache-2.0
"""How often the category is right on hand-labelled real mail, and who is accused wrongly.

Run: python tests/evaluation/category.py DEV_TSV DEV_FOLDER. The labels stand in labels.tsv; half
of them (last hexadecimal digit of the digest even) steered the rules from the start, the other
half a later round. labels-third.tsv steered the third round: it was drawn from what was answered
with doubt, so it is harder than mail at large. labels-held-out.tsv steered nothing.
Then all wanted mail of the development set is judged. Prints tables; writes nothing.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comity.category.assessment import Assessment, Label
from comity.category.decide import decide
from comity.category.model import Model, load
from comity.message.message import Message
from comity.message.read import read
from comity.trace.addresses import NoAddressData
from comity.trace.find import find
from comity.trace.trust import Trust
from comity.values.address import PRODUCTION

HERE = Path(__file__).parent
ORDER = tuple(label.value for label in Label)
ACCUSING = ("phishing", "fraud", "malware", "commercial")


@dataclass(frozen=True)
class Judged:
    digest: str
    source: str
    truth: str
    subtype: str
    message: Message
    assessment: Assessment


def paths(table: Path, folder: Path) -> dict[str, tuple[str, str, Path]]:
    """digest → (source, label of the development set, path)."""
    with table.open(newline="") as rows:
        return {
            row["sha256"]: (
                row["source"],
                row["label"],
                folder / row["source"] / f"{row['sha256']}.eml",
            )
            for row in csv.DictReader(rows, delimiter="\t")
        }


def judge(path: Path, model: Model) -> tuple[Message, Assessment]:
    message = read(path.read_bytes())
    trace = find(message.fields, Trust.providers(), NoAddressData(), PRODUCTION)
    return message, decide(message, trace, model)


def judged(table: Path, where: dict[str, tuple[str, str, Path]], model: Model) -> Iterator[Judged]:
    with table.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            source, _, path = where[row["sha256"]]
            message, assessment = judge(path, model)
            yield Judged(row["sha256"], source, row["label"], row["subtype"], message, assessment)


def scores(pairs: list[tuple[str, str]]) -> dict[str, tuple[int, float, float, float]]:
    """label → (number, precision, recall, F1), for labels that occur in the truth."""
    out = {}
    for label in ORDER:
        number = sum(truth == label for truth, _ in pairs)
        if not number:
            continue
        right = sum(truth == said == label for truth, said in pairs)
        said = sum(said == label for _, said in pairs)
        precision = right / said if said else 0.0
        recall = right / number
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        out[label] = (number, precision, recall, f1)
    return out


def show(name: str, some: list[Judged]) -> float:
    pairs = [(one.truth, one.assessment.label.value) for one in some]
    table = Counter(pairs)
    print(f"\n{name}: {len(some)} mails; rows: truth, columns: said")
    print(f"{'':16}" + "".join(f"{label[:8]:>9}" for label in ORDER))
    for truth in ORDER:
        if any(pair[0] == truth for pair in pairs):
            print(f"{truth:16}" + "".join(f"{table[truth, said]:9}" for said in ORDER))
    by_label = scores(pairs)
    for label, (number, precision, recall, f1) in by_label.items():
        print(
            f"  {label:16} n={number:4} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}"
        )
    macro = sum(row[3] for row in by_label.values()) / len(by_label)
    known = [row[3] for label, row in by_label.items() if label != "undetermined"]
    right = sum(truth == said for truth, said in pairs) / len(pairs)
    six = sum(known) / len(known)
    print(f"  macro-F1 {macro:.3f}; without undetermined {six:.3f}; accuracy {right:.3f}")
    subtypes = [one for one in some if one.subtype and one.truth == one.assessment.label.value]
    same = sum(one.subtype == one.assessment.subtype for one in subtypes)
    print(f"  subtype right where the label is: {same} of {len(subtypes)}")
    return macro


def wanted(where: dict[str, tuple[str, str, Path]], model: Model, most: int | None) -> None:
    """What is said of wanted mail. An accusation there is what must not happen."""
    for name in ("spamassassin", "foff"):
        said: Counter[str] = Counter()
        for source, label, path in where.values():
            if source == name and label == "ham" and (most is None or said.total() < most):
                said[judge(path, model)[1].label.value] += 1
        accused = sum(said[label] for label in ("phishing", "fraud", "malware"))
        print(f"wanted mail of {name}: {dict(said.most_common())}; accused of a crime: {accused}")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list wrong ones of the steering half")
    parser.add_argument("--no-wanted", action="store_true")
    given = parser.parse_args(arguments)
    model = load()
    where = paths(given.table, given.folder)
    every = list(judged(HERE / "labels.tsv", where, model))
    steering = [one for one in every if int(one.digest[-1], 16) % 2 == 0]
    untouched = [one for one in every if int(one.digest[-1], 16) % 2 == 1]
    if given.wrong:
        for one in steering:
            if one.truth != one.assessment.label.value:
                _explain(one)
    show("half that steered from the start", steering)
    show("half that steered only later rounds", untouched)
    third = list(judged(HERE / "labels-third.tsv", where, model))
    show("third round, drawn from what was doubtful", third)
    every += third
    later = HERE / "labels-held-out.tsv"
    if later.exists():
        held_out = list(judged(later, where, model))
        show("held out, labelled later", held_out)
        every += held_out
    spoken = [one for one in every if one.truth == "non-commercial"]
    accused = [one for one in spoken if one.assessment.label.value in ACCUSING]
    print(f"\nnon-commercial mail accused: {len(accused)} of {len(spoken)}")
    if not given.no_wanted:
        wanted(where, model, None)
    return 0


def _explain(one: Judged) -> None:
    said, mail = one.assessment, one.message
    name = mail.from_.name if mail.from_ else ""
    print(f"{one.digest[:10]} {one.truth}/{one.subtype} ≠ {said.label.value}/{said.subtype}")
    print(f"    {said.probabilities}")
    print(f"    {name[:50]} | {mail.subject[:100]} | {mail.language} | {mail.text[:200]!r}")
    print("    " + ", ".join(f"{r.code} {r.weight:+.1f}" for r in said.reasons[:9]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
