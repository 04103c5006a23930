# SPDX-License-Identifier: Apache-2.0
"""What a command costs, with its children: CPU seconds, wall seconds, peak memory (Linux).

Also how figures are printed: one line each, `name TAB figure TAB unit TAB note`.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
EVERY = 0.01  # seconds between two looks at memory


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a command and all of its children that it has waited for."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    lines: int  # that it wrote to standard output
    code: int  # its exit code


@dataclass(slots=True)
class Peak:
    """Bytes. `rss` counts pages that processes share once for each, `pss` once."""

    rss: int = 0
    pss: int = 0
    processes: int = 0


class BenchError(Exception):
    """A command that is measured did not do its work: its time would mean nothing."""


def run(command: Sequence[str], out: Path, peak: Peak | None = None) -> Cost:
    """Run it to its end, standard output into `out`. Watches its memory if `peak` is given."""
    errors = out.with_suffix(".stderr")
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL)
        watcher = None
        if peak is not None:
            watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
            watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if watcher is not None:
        watcher.join()
    with out.open("rb") as written:
        lines = sum(1 for _ in written)
    if process.returncode not in (0, 1):  # 1: done, but some inputs had errors
        said = errors.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing"]
        raise BenchError(f"{command[0]} ended with {process.returncode}, saying: {said[0][:300]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, lines, process.returncode)


def cpu_of(pids: Sequence[int]) -> float:
    """CPU seconds that running processes have used so far, their ended children not counted."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields is not None:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def tree(pid: int) -> list[int]:
    """A running process and all of its running descendants."""
    children: dict[int, list[int]] = {}
    for name in (path.name for path in Path("/proc").iterdir()):
        fields = _stat(int(name)) if name.isdigit() else None
        if fields is not None:
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def load() -> float:
    """Average number of busy processes over the last minute: what else this machine does."""
    return os.getloadavg()[0]


def idle_processors(seconds: float = 0.5) -> float:
    """How many processors had nothing to do, over a short time in which we do nothing."""
    before = _idle_ticks()
    time.sleep(seconds)
    return (_idle_ticks() - before) / TICKS / seconds


def middle(values: Sequence[float]) -> str:
    """The median as figure."""
    return f"{median(values):.3g}"


def span(values: Sequence[float]) -> str:
    """Least and greatest of several rounds, for a note."""
    return f"{min(values):.3g} to {max(values):.3g} in {len(values)} rounds"


def say(name: str, figure: str, unit: str, note: str = "") -> None:
    """Print one result."""
    print(name, figure, unit, note, sep="\t", flush=True)


def tell(text: str) -> None:
    """Print what is being done, for a person who waits."""
    print(f"  … {text}", file=sys.stderr, flush=True)


def _idle_ticks() -> int:
    """Idle and waiting for disk, of all processors (proc(5), /proc/stat)."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return int(fields[4]) + int(fields[5])


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the state on (proc(5) counts it as the third)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _watch(pid: int, peak: Peak) -> None:
    """Until the process is gone: the greatest sum over it and its descendants."""
    while True:
        memory = [one for one in map(_memory, tree(pid)) if one is not None]
        if not memory:
            return
        peak.rss = max(peak.rss, sum(rss for rss, _ in memory))
        peak.pss = max(peak.pss, sum(pss for _, pss in memory))
        peak.processes = max(peak.processes, len(memory))
        time.sleep(EVERY)


def _memory(pid: int) -> tuple[int, int] | None:
    found = {"Rss:": 0, "Pss:": 0}
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            key, _, value = line.partition(" ")
            if key in found:
                found[key] = int(value.split()[0]) * 1024
    except (OSError, ValueError):
        return None
    return found["Rss:"], found["Pss:"]
