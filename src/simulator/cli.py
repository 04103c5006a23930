# SPDX-License-Identifier: Apache-2.0
"""The simulator's command line: maps words to a World and writes what it gives."""

import argparse
import json
import sys
from pathlib import Path

from simulator.world import World


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Write a simulated world of mail, and the truth about it, to a folder.",
        epilog="example: python -m simulator --seed 1 --mails 1000 --out world --reports",
    )
    parser.add_argument("--seed", type=int, default=1, help="same seed, same world (default 1)")
    parser.add_argument("--mails", type=int, default=1000, help="how many mails (default 1000)")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write to; made if absent"
    )
    parser.add_argument("--size-bytes", type=int, default=6000, help="median size (default 6000)")
    parser.add_argument("--truth", type=Path, help="file for the truth (default OUT/truth.ndjson)")
    return parser


def run(words: list[str] | None = None) -> int:
    options = _arguments().parse_args(words)
    world = World(options.seed, options.mails, size_bytes=options.size_bytes)
    mails = options.out / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    (options.out / "world.mmdb").write_bytes(world.mmdb())
    (options.out / "trust.json").write_text(json.dumps(world.trust_json(), indent=1) + "\n")
    with (options.truth or options.out / "truth.ndjson").open("w", encoding="utf-8") as truth:
        for mail in world.mails():
            name = f"{mail.truth.index:08d}.eml"
            (mails / name).write_bytes(mail.raw)
            row = {"path": f"mails/{name}"} | mail.truth.as_json()
            truth.write(json.dumps(row, ensure_ascii=False) + "\n")
            _progress(mail.truth.index + 1, options.mails)
    return 0


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 500 == 0 or done == of):
        sys.stderr.write(f"\r{done:,} of {of:,} mails")
        if done == of:
            sys.stderr.write("\n")
