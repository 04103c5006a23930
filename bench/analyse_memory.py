# SPDX-License-Identifier: Apache-2.0
"""What memory `comity analyse` takes with few and with many mails, and its slowest single mail.

Memory is that of all its processes together, looked at a hundred times a second.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import mails
import measure
from analyse_peers import comity
from measure import BenchError, Peak, say, tell

MIB = 1 << 20
AGAIN = 5  # of the slowest mails, timed twice more: the machine may have been busy


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 if something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="the slowest of all; memory with 20,000 small mails"
    )
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="comity-bench-") as name:
            folder = Path(name)
            paths, what = mails.take(folder / "many", 2000)
            few = mails.link(folder / "few", mails.spread(paths, 500))
            counts = [(500, few), (len(paths), folder / "many")]
            peaks = [_peak(folder, path, count) for count, path in counts]
            _growth("memory.growth", peaks, "2,000 mails to 500")
            if options.full:
                counts = [(count, _simulated(folder, count)) for count in (2_500, 20_000)]
                peaks = [_peak(folder, path, count, "simulated.") for count, path in counts]
                _growth("memory.simulated.growth", peaks, "20,000 small mails to 2,500")
            _slowest(paths if options.full else mails.spread(paths, 500), what)
    except BenchError as error:
        say("analyse_memory", "failed", "-", str(error))
        return 1
    return 0


def _simulated(folder: Path, count: int) -> Path:
    tell(f"writing {count} simulated mails")
    return mails.simulate(folder / f"simulated-{count}", count, 3_000)


def _growth(name: str, peaks: list[Peak], what: str) -> None:
    growth = peaks[1].rss / max(peaks[0].rss, 1)
    say(name, f"{growth:.2f}", "×", f"{what}; wanted: about 1")


def _peak(folder: Path, what: Path, count: int, kind: str = "") -> Peak:
    tell(f"memory of {count} mails")
    peak = Peak()
    command = [*comity(), "analyse", str(what), "--json", "--jobs", "1"]
    cost = measure.run(command, folder / "memory.out", peak)
    if cost.lines < count:
        raise BenchError(f"comity analyse wrote {cost.lines} lines for {count} mails")
    note = (
        f"{peak.processes} processes, shared pages counted in each; wanted: below 400;"
        f" counted once: {peak.pss / MIB:.0f}"
    )
    say(f"memory.{kind}{count}", f"{peak.rss / MIB:.0f}", "MiB", note)
    return peak


def _slowest(paths: list[Path], what: str) -> None:
    """The longest that one mail takes, in this process, by the library's own function."""
    import comity as library

    def seconds(path: Path) -> float:
        raw = path.read_bytes()
        begin = time.perf_counter()
        library.analyse(raw)
        return time.perf_counter() - begin

    tell(f"slowest of {len(paths)} mails")
    seconds(paths[0])  # loads the model
    times = sorted(((seconds(path), path) for path in paths), reverse=True)
    worst = [(min(once, seconds(path), seconds(path)), path) for once, path in times[:AGAIN]]
    longest, path = max(worst)
    kilobytes = path.stat().st_size // 1000
    note = f"of {len(paths)}; wanted: below 2000; {kilobytes} KB: {path.name[:16]}; from {what}"
    say("mail.slowest", f"{longest * 1000:.0f}", "ms", note)


if __name__ == "__main__":
    sys.exit(main())
