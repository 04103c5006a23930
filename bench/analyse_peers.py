# SPDX-License-Identifier: Apache-2.0
"""How fast `comity analyse` is beside mail-parser, Rspamd and SpamAssassin, on the same mails.

Every figure that counts is a ratio of two speeds taken in this run, above 1 where Comity is the
faster one: absolute times differ from machine to machine. bench/README.md says what each means.
"""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import mails
import measure
import peers
from measure import BenchError, Cost, say, tell

FEW = 60  # mails for SpamAssassin: it takes a tenth of a second for each
WANTED = {"mail-parser": "1", "rspamd": "1.8", "spamassassin": "40", "jobs-2": "1.8"}


@dataclass(slots=True)
class Bench:
    """The mails, where output goes, and what each round has found."""

    folder: Path
    paths: list[Path]
    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    per_mail: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # CPU s
    idle: list[float] = field(default_factory=list)  # processors, before the run with two jobs

    def analyse(self, name: str, what: Path, jobs: int, count: int) -> None:
        """Run `comity analyse` and keep what it cost."""
        command = [*comity(), "analyse", str(what), "--json", "--jobs", str(jobs)]
        cost = measure.run(command, self.folder / f"{name}.out")
        if cost.lines < count:
            raise BenchError(f"comity analyse wrote {cost.lines} lines for {count} mails")
        self.costs[name].append(cost)


def comity() -> list[str]:
    """The command of this environment; else the one in the path."""
    beside = Path(sys.executable).with_name("comity")
    found = str(beside) if beside.is_file() else shutil.which("comity")
    if found is None:
        raise BenchError("there is no command `comity`: run `make bench`, which installs it")
    return [found]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 if something could not be measured."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the daemons are ended
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more mails, more rounds")
    parser.add_argument("--mails", type=int, help="default 1000, with --full 2001")
    parser.add_argument("--rounds", type=int, help="default 3, with --full 7")
    options = parser.parse_args(argv)
    count = options.mails or (2001 if options.full else 1000)
    rounds = options.rounds or (7 if options.full else 3)
    say("machine.load", f"{measure.load():.2f}", "processes", "before; above 0.5 distrust it all")
    try:
        with tempfile.TemporaryDirectory(prefix="comity-bench-") as name, _daemons() as daemons:
            folder = Path(name)
            folder.chmod(0o755)  # daemons run as their own users
            paths, what = mails.take(folder / "mails", count)
            say("mails", str(len(paths)), "mails", what)
            bench = Bench(folder, paths)
            running = daemons(folder, options.full)
            _rounds(bench, running, rounds)
            _report(bench)
    except BenchError as error:
        say("analyse_peers", "failed", "-", str(error))
        return 1
    return 0


Running = dict[str, tuple[peers.Daemon, list[bytes], int]]


@contextlib.contextmanager
def _daemons():  # type: ignore[no-untyped-def]
    """A function that starts the peers that are installed and says which are not."""
    with contextlib.ExitStack() as stack:

        def start(folder: Path, full: bool) -> Running:
            paths = sorted((folder / "mails").iterdir())
            all_mails = [path.read_bytes() for path in paths]
            few = [path.read_bytes() for path in mails.spread(paths, FEW)]
            found: Running = {}
            if missing := peers.rspamd_missing():
                say("ratio.rspamd", "-", "×", missing)
            else:
                for name in ("rspamd", "rspamd-asking") if full else ("rspamd",):
                    tell(f"starting {name}, which takes some seconds")
                    asking = name == "rspamd-asking"
                    (folder / name).mkdir()
                    daemon = stack.enter_context(peers.rspamd(folder / name, asking=asking))
                    found[name] = (daemon, all_mails, peers.AT_ONCE if asking else 1)
            if missing := peers.spamd_missing():
                say("ratio.spamassassin", "-", "×", missing)
            else:
                tell("starting SpamAssassin")
                (folder / "spamd").mkdir()
                found["spamassassin"] = (
                    stack.enter_context(peers.spamd(folder / "spamd")),
                    few,
                    1,
                )
            for daemon, some, at_once in found.values():  # warm, as we find daemons in life
                daemon.cost(some[:FEW], at_once)
            return found

        yield start


def _rounds(bench: Bench, running: Running, rounds: int) -> None:
    """Each contender once a round; every second round backwards, so that drift evens out."""
    count = len(bench.paths)
    folder, one = bench.folder / "mails", bench.paths[count // 2]
    alone = mails.link(bench.folder / "one", [one])

    def two_jobs() -> None:
        bench.idle.append(measure.idle_processors())
        bench.analyse("jobs-2", folder, 2, count)

    def parser(name: str, what: Path) -> Callable[[], None]:
        command = peers.mail_parser(what)
        out = bench.folder / f"{name}.out"
        return lambda: bench.costs[name].append(measure.run(command, out))

    def daemon(name: str) -> Callable[[], None]:
        which, some, at_once = running[name]
        return lambda: bench.per_mail[name].append(which.cost(some, at_once) / len(some))

    steps: list[Callable[[], None]] = [
        parser("mail-parser", folder),
        lambda: bench.analyse("jobs-1", folder, 1, count),
        *(daemon(name) for name in running),
        lambda: bench.analyse("start-up", one, 1, 1),
        parser("mail-parser-start-up", alone),
        two_jobs,
    ]
    for number in range(rounds):
        tell(f"round {number + 1} of {rounds}")
        for step in steps if number % 2 == 0 else reversed(steps):
            step()
            time.sleep(0.2)  # what the last one left to be cleaned away


def _report(bench: Bench) -> None:
    costs, count = bench.costs, len(bench.paths)
    ours = [cost.cpu / count for cost in costs["jobs-1"]]
    start = [cost.cpu for cost in costs["start-up"]]
    warm = [(cost.cpu - one) / count for cost, one in zip(costs["jobs-1"], start, strict=True)]
    theirs = {"mail-parser": [cost.cpu / count for cost in costs["mail-parser"]], **bench.per_mail}
    parser_start = [cost.cpu for cost in costs["mail-parser-start-up"]]
    _speed("analyse", ours, "whole run with --jobs 1, start-up included")
    say("analyse.start-up", measure.middle(start), "CPU s", "analyse of one mail, whole run")
    say("mail-parser.start-up", measure.middle(parser_start), "CPU s", "parse of one mail")
    for name, each in theirs.items():
        _speed(name, each, "whole run" if name == "mail-parser" else "daemon, already running")
    for name, each in theirs.items():
        wanted = WANTED.get(name)
        _ratio(f"ratio.{name}", each, ours, f"wanted: at least {wanted}; " if wanted else "")
    parsing = [
        (cost.cpu - one) / count
        for cost, one in zip(costs["mail-parser"], parser_start, strict=True)
    ]
    for name, each in {**theirs, "mail-parser": parsing}.items():
        _ratio(f"ratio.{name}.running", each, warm, "start-up taken off; ")
    _report_jobs(bench)


def _report_jobs(bench: Bench) -> None:
    one, two = bench.costs["jobs-1"], bench.costs["jobs-2"]
    idle = median(bench.idle)
    note = f"wall time; wanted: at least {WANTED['jobs-2']}; {idle:.1f} processors were idle"
    if idle < 1.8:
        note += ": THIS FIGURE MEANS NOTHING, it needs two idle ones"
    _ratio("ratio.jobs-2", [cost.wall for cost in one], [cost.wall for cost in two], note + "; ")


def _speed(name: str, seconds_per_mail: Sequence[float], note: str) -> None:
    speeds = [1 / max(one, 1e-9) for one in seconds_per_mail]
    say(f"{name}.speed", measure.middle(speeds), "mails/CPU s", note)


def _ratio(name: str, theirs: Sequence[float], ours: Sequence[float], note: str) -> None:
    """Median of the rounds' own ratios: both sides of each were taken close in time."""
    ratios = [their / max(our, 1e-9) for their, our in zip(theirs, ours, strict=True)]
    say(name, measure.middle(ratios), "×", note + measure.span(ratios))


if __name__ == "__main__":
    sys.exit(main())
