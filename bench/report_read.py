# SPDX-License-Identifier: Apache-2.0
"""Choosing the form of a report, and splitting a mailbox beside the standard library's reader.

All in one process; CPU time, middle of alternating rounds. The ratio is above 1 where ours is the
faster one. Both split the same box and take each mail's bytes.
"""

import argparse
import io
import mailbox
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import mails
from comity.report import mbox
from comity.report.read import read
from measure import middle, say, span


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="more mails, more rounds")
    options = parser.parse_args(argv)
    rounds = 7 if options.full else 3
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as name:
        paths, what = mails.take(Path(name), 2001 if options.full else 500)
        raws = [path.read_bytes() for path in paths]
        box = Path(name) / "box.mbox"
        box.write_bytes(b"".join(mbox.print_box(raws, mbox.Dialect.RD)))
        size = box.stat().st_size / 1e6
        forms = [_cpu(lambda: [read(raw, "x") for raw in raws]) for _ in range(rounds)]
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds):
            ours.append(_cpu(lambda: _ours(box)))
            theirs.append(_cpu(lambda: _stdlib(box)))
    say("report.form", middle([one / len(raws) * 1e6 for one in forms]), "µs/mail", what)
    say("report.mbox", middle([size / one for one in ours]), "MB/s", f"box of {size:.0f} MB")
    ratios = [other / one for one, other in zip(ours, theirs, strict=True)]
    say("report.mbox-ratio", middle(ratios), "×", f"to stdlib mailbox; {span(ratios)}")
    return 0


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _ours(box: Path) -> int:
    return sum(len(mail.content) for mail in mbox.split(io.BytesIO(box.read_bytes())))


def _stdlib(box: Path) -> int:
    found = mailbox.mbox(box, create=False)
    return sum(len(found.get_bytes(key)) for key in found.keys())  # noqa: SIM118 - not a dict


if __name__ == "__main__":
    sys.exit(main())
