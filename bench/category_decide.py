# SPDX-License-Identifier: Apache-2.0
"""CPU time of one category decision, on a folder of mails. Reading the mails is not counted.

Run: python bench/category_decide.py FOLDER [COUNT]. Prints the mean of the best of five rounds:
on a busy machine single rounds say little.
"""

import random
import sys
import time
from pathlib import Path

from comity.category.decide import decide
from comity.category.model import load
from comity.message.read import read
from comity.trace.trace import Confidence, Trace

NO_TRACE = Trace((), None, None, Confidence.NONE, ())


def main(folder: str, count: str = "600") -> int:
    paths = sorted(Path(folder).iterdir())
    random.Random(3).shuffle(paths)
    messages = [read(path.read_bytes()) for path in paths[: int(count)]]
    begun = time.process_time()
    model = load()
    loaded = time.process_time() - begun
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for message in messages:
            decide(message, NO_TRACE, model)
        best = min(best, time.process_time() - begun)
    print(
        f"load {loaded * 1000:.0f} ms; decide {best / len(messages) * 1000:.3f} ms a mail, "
        f"{len(messages)} mails, CPU time, best of 5"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
