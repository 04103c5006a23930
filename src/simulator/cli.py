# SPDX-License-Identifier: Apache-2.0
"""The simulator's command line: maps words to a World and writes what it gives."""

import argparse
import json
import sys
from pathlib import Path

from simulator.reports import BLOCK
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
    parser.add_argument("--reports", action="store_true", help="also write what citizens report")
    parser.add_argument("--no-mails", action="store_true", help="leave the mails themselves out")
    parser.add_argument("--truth", type=Path, help="file for the truth (default OUT/truth.ndjson)")
    return parser


def run(words: list[str] | None = None) -> int:
    """Write a world. Exit code: 0, 2 for wrong use, 74 when a file cannot be written."""
    parser = _arguments()
    options = parser.parse_args(words)
    try:
        world = World(options.seed, options.mails, size_bytes=options.size_bytes)
    except ValueError as error:
        parser.error(str(error))
    try:
        _write(world, options)
    except OSError as error:
        sys.stderr.write(f"cannot write {error.filename}: {error.strerror}\n")
        return 74
    return 0


def _write(world: World, options: argparse.Namespace) -> None:
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    (out / "world.mmdb").write_bytes(world.mmdb())
    (out / "trust.json").write_text(json.dumps(world.trust_json(), indent=1) + "\n")
    with (options.truth or out / "truth.ndjson").open("w", encoding="utf-8") as truth:
        if not options.no_mails:
            for mail in world.mails():
                path = f"mails/{mail.truth.index // 10_000:04d}/{mail.truth.index:08d}.eml"
                _put(out / path, mail.raw)
                truth.write(_line({"path": path} | mail.truth.as_json()))
                _progress("mails", mail.truth.index + 1, world.size)
    if options.reports:
        with (out / "reports.ndjson").open("w", encoding="utf-8") as told:
            for number in range(-(-world.size // BLOCK)):
                for report in world.reports_of(number):
                    _put(out / "reports" / report.path, report.content)
                    told.write(_line(report.as_json() | {"path": f"reports/{report.path}"}))
                _progress("mails looked at", min((number + 1) * BLOCK, world.size), world.size)


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _put(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 480 == 0 or done == of):
        sys.stderr.write(f"\r{done:,} of {of:,} {what}" + ("\n" if done == of else ""))
