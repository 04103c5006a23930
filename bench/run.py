# SPDX-License-Identifier: Apache-2.0
"""Runs every benchmark of this folder, one after the other, and shows their figures in a table.

A benchmark is a file `ROOM_WHAT.py` with a `main()`; it takes `--full` and prints one line for each
figure: `name TAB figure TAB unit TAB note`; a line with a JSON object counts as one figure for each
number in it, any other line is shown as it is. Nothing here asserts a time: figures are for people.
"""

import argparse
import compileall
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mails

HERE = Path(__file__).resolve().parent
NOTES = 100  # columns of a note on a line
TAKE_FOLDER = ("message_read", "trace_find")  # they are given a folder of mails to read
# Of those that know no --full, and take minutes without arguments.
SHORT = {
    "campaign_scale": ["10000", "100000"],
    "simulator_speed": ["--count", "300"],
}


def main() -> int:
    """0 if every benchmark ran to its end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what we started is ended
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these, without .py (default: all)")
    parser.add_argument("--full", action="store_true", help="more mails and rounds: many minutes")
    parser.add_argument("--json", action="store_true", help="one JSON object for each figure")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    options = parser.parse_args()
    scripts = {path.stem: path for path in sorted(HERE.glob("*_*.py")) if _has_main(path)}
    unknown = sorted(set(options.names) - set(scripts))
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(scripts)}")
    if options.list:
        print("\n".join(scripts))
        return 0
    if not options.json:
        print(_machine())
    for package in (
        "comity",
        "simulator",
    ):  # as if installed
        compileall.compile_dir(HERE.parent / "src" / package, quiet=2)
    failed = [
        name
        for name, path in scripts.items()
        if (not options.names or name in options.names) and not _run(path, options)
    ]
    for name in failed:
        print(f"bench: {name} failed; run `python bench/{name}.py` to see why", file=sys.stderr)
    return 1 if failed else 0


def _run(path: Path, options: argparse.Namespace) -> bool:
    """One benchmark in its own process, so that none warms or burdens the next."""
    if not options.json:
        print(f"\n{path.stem}", flush=True)
    knows_full = "--full" in path.read_text(encoding="utf-8")
    if options.full:
        arguments = ["--full"] if knows_full else []
    else:
        arguments = [] if knows_full else SHORT.get(path.stem, [])
    if path.stem in TAKE_FOLDER:
        with tempfile.TemporaryDirectory(prefix="comity-bench-") as folder:
            mails.take(Path(folder), 2001 if options.full else 500)
            return _run_command([sys.executable, str(path), folder], path.stem, options)
    return _run_command([sys.executable, str(path), *arguments], path.stem, options)


def _run_command(command: list[str], name: str, options: argparse.Namespace) -> bool:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                for one in _figures(line.rstrip("\n")):
                    _show(name, one, as_json=options.json)
        except BaseException:  # we are stopped: it must not go on alone
            process.terminate()
            raise
    return process.returncode == 0


def _figures(line: str) -> list[str]:
    """A JSON object as lines in the form of all others; any other line as it is."""
    if not line.startswith("{"):
        return [line]
    try:
        found = json.loads(line)
    except ValueError:
        return [line]
    return [f"{name}\t{figure}\t" for name, figure in _numbers(found, "")]


def _numbers(found: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _numbers(value, f"{name}.{key}" if name else str(key))
    elif isinstance(found, int | float):
        yield name, found


def _show(bench: str, line: str, *, as_json: bool) -> None:
    cells = line.split("\t")
    if len(cells) < 3:
        print(line, file=sys.stderr if as_json else sys.stdout, flush=True)
        return
    name, figure, unit, note = (*cells, "")[:4]
    if as_json:
        row = {"bench": bench, "name": name, "figure": figure, "unit": unit, "note": note}
        print(json.dumps(row, ensure_ascii=False), flush=True)
    else:
        first, *more = textwrap.wrap(note, NOTES) or [""]
        print(f"  {name:<34}{figure:>10} {unit:<14}{first}".rstrip(), flush=True)
        for one in more:
            print(" " * 61 + one, flush=True)


def _has_main(path: Path) -> bool:
    return "def main(" in path.read_text(encoding="utf-8")


def _machine() -> str:
    """What the absolute figures belong to. The ratios should hold elsewhere, too."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        model = next((one.split(":")[1].strip() for one in lines if "model name" in one), model)
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main())
