# SPDX-License-Identifier: Apache-2.0
"""Time and memory of finding campaigns among 10,000, 100,000 and a million mails.

Run: python bench/campaign_scale.py [--hot] [SIZE…]. Each size runs in a process of its own. The
fingerprints are drawn, not read from mail: campaigns of Zipf-like sizes whose texts, subjects,
hosts and links mutate, single mails, and mass providers that many unlike mails share. `--hot` puts
half of all mails into one campaign (ABUSE_CASES O02: cost per mail must stay flat).
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

from comity.campaign.cluster import cluster_table
from comity.campaign.key import Kind
from comity.campaign.table import ROW, SLOTS, Table, slot

SIZES = (10_000, 100_000, 1_000_000)
U64 = np.uint64


def keys(kind: Kind, numbers: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Made-up keys of a kind, the same for the same numbers."""
    mixed = (numbers.astype(U64) + U64(1)) * U64(0x9E37_79B9_7F4A_7C15)
    mixed = (mixed ^ (mixed >> U64(29))) * U64(0xBF58_476D_1CE4_E5B9)
    return (mixed & ~U64(0x1F)) | U64(kind)


def world(size: int, seed: int, hot: bool) -> tuple[Table, np.ndarray]:  # type: ignore[type-arg]
    """Fingerprints, and the campaign of each: -1 for single mails."""
    dice = np.random.default_rng(seed)
    count = max(4, int(2.2 * size**0.55))
    weight = 1.0 / np.arange(1, count + 1) ** 0.9
    if hot:
        weight[0] = weight[1:].sum()
    campaign = dice.choice(count, size, p=weight / weight.sum())
    single = dice.random(size) < 0.12
    who = np.where(single, count + np.arange(size), campaign)  # what its contents are drawn from
    rows = np.zeros(size, ROW)
    rows["digest"] = np.frombuffer(dice.bytes(32 * size), "V32")
    rows["version"] = 2
    _texts(rows, who, dice)
    part = dice.integers(0, 6, size)  # which of its subjects, hosts, domains
    mailer = who % 150  # programs that many use
    provider = dice.random(size) < 0.2  # sent through one of 20 providers
    host = np.where(
        provider, dice.integers(0, 20, size), 1000 + who * 64 + dice.integers(0, 50, size)
    )
    domain = np.where(provider, dice.integers(0, 20, size), 1000 + who * 8 + part)
    _put(
        rows,
        Kind.SUBJECT,
        keys(Kind.SUBJECT, np.where(who % 9 == 0, who % 40, 1000 + who * 8 + part)),
    )
    _put(rows, Kind.TEMPLATE, keys(Kind.TEMPLATE, mailer))
    for mark in range(SLOTS[Kind.MARK]):
        _put(rows, Kind.MARK, keys(Kind.MARK, mailer * 7 + mark), mark)
    _put(rows, Kind.ADDRESS, keys(Kind.ADDRESS, host))
    _put(rows, Kind.RANGE, keys(Kind.RANGE, host // 16))
    _put(rows, Kind.ENVELOPE, keys(Kind.ENVELOPE, domain))
    _put(rows, Kind.AUTHOR, keys(Kind.AUTHOR, domain))
    shared = dice.random(size) < 0.1  # a link to a site that everybody links to
    landing = 1000 + who * 4 + part % 2
    _put(rows, Kind.URL_DOMAIN, keys(Kind.URL_DOMAIN, landing))
    _put(rows, Kind.URL_DOMAIN, np.where(shared, keys(Kind.URL_DOMAIN, part), U64(0)), 1)
    _put(rows, Kind.URL_PAGE, keys(Kind.URL_PAGE, landing))
    return rows, np.where(single, -1, campaign)


def _texts(rows: Table, who: np.ndarray, dice: np.random.Generator) -> None:  # type: ignore[type-arg]
    """MinHashes of a base text each, of which every mail changes 0 to 15 %."""
    for column, least in (("text", 0.0), ("html", 0.3)):
        bins = rows[column].shape[1]
        for at in range(0, len(rows), 100_000):
            part = slice(at, at + 100_000)
            numbers = who[part, None] * 64 + np.arange(bins)
            values = keys(Kind.TEXT, numbers) >> U64(32)
            change = dice.random((len(numbers), 1)) * 0.15
            other = dice.integers(0, 2**32, values.shape, dtype=np.uint64)
            values = np.where(dice.random(values.shape) < change, other, values)
            values[dice.random(len(values)) < least] = 0
            rows[column][part] = values.astype(np.uint32)


def _put(rows: Table, kind: Kind, values: np.ndarray, at: int = 0) -> None:  # type: ignore[type-arg]
    rows["keys"][:, slot(kind) + at] = values


def b_cubed(truth: np.ndarray, label: np.ndarray) -> tuple[float, float]:  # type: ignore[type-arg]
    """Precision and recall; single mails are campaigns of one."""
    truth = np.where(truth < 0, truth.max() + 1 + np.arange(len(truth)), truth)
    _, truth = np.unique(truth, return_inverse=True)
    _, label = np.unique(label, return_inverse=True)
    _, at, both = np.unique(
        truth.astype(np.int64) * (label.max() + 1) + label, return_inverse=True, return_counts=True
    )
    inside = both[at]
    return (
        float((inside / np.bincount(label)[label]).mean()),
        float((inside / np.bincount(truth)[truth]).mean()),
    )


def measure(size: int, hot: bool) -> dict[str, float]:
    rows, truth = world(size, 1, hot)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    found = cluster_table(rows)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    order = np.argsort([bytes(d) for d in rows["digest"]], kind="stable")
    precision, recall = b_cubed(truth[order], found.label)
    return {
        "mails": size,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2
        ),
        "peak_mib": after.ru_maxrss // 1024,
        "campaigns": len(found.campaigns()),
        "precision": round(precision, 4),
        "recall": round(recall, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Time and memory of finding campaigns.")
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--hot", action="store_true", help="half of all mails in one campaign")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.sizes[0], given.hot)))
        return
    last: dict[str, float] | None = None
    for size in given.sizes:
        command = [
            sys.executable,
            __file__,
            "--child",
            str(size),
            *(["--hot"] if given.hot else []),
        ]
        one = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        grown = ""
        if last:
            power = np.log(one["seconds"] / last["seconds"]) / np.log(one["mails"] / last["mails"])
            grown = f"  time grows as size^{power:.2f}"
        print(
            f"{one['mails']:>9,} mails  {one['seconds']:>7.2f} s  cpu {one['cpu_seconds']:>7.2f} s"
            f"  peak {one['peak_mib']:>5} MiB  {one['campaigns']:>6} campaigns"
            f"  P {one['precision']:.4f} R {one['recall']:.4f}{grown}"
        )
        last = one


if __name__ == "__main__":
    main()
