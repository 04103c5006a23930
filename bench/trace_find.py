# SPDX-License-Identifier: Apache-2.0
"""How long the trace of one mail takes. Run: python bench/trace_find.py [FOLDER_OF_EML]

Without a folder it traces the chains of tests/trace/corpus. Prints microseconds a mail, best of
five passes, for the whole and for its parts, beside the time to split the header.
"""

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from comity.mime.split import read_header
from comity.trace.addresses import NoAddressData
from comity.trace.boundary import find_boundary
from comity.trace.find import find
from comity.trace.hop import read
from comity.trace.trust import Trust
from comity.values.address import DEMO

CORPUS = Path(__file__).parents[1] / "tests" / "trace" / "corpus"


def best(work: Callable[[], object], mails: int) -> float:
    """Microseconds of processor time a mail."""
    spent = []
    for _ in range(5):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent) / mails * 1e6


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else CORPUS
    raws = [path.read_bytes() for path in sorted(folder.rglob("*.eml"))[:1000]]
    headers = [read_header(raw)[0] for raw in raws]
    values = [[field.value for field in fields if field.key == "received"] for fields in headers]
    chains = [tuple(map(read, lines)) for lines in values]
    trust, nothing = Trust.providers(), NoAddressData()
    gc.collect()
    gc.freeze()

    def whole() -> None:
        for fields in headers:
            find(fields, trust, nothing, DEMO)

    count = len(raws)
    lines = sum(map(len, values)) / count
    print(f"{count} mails, {lines:.1f} Received lines each; microseconds a mail")
    print(f"  header split  {best(lambda: [read_header(raw) for raw in raws], count):7.0f}")
    print(f"  trace         {best(whole, count):7.0f}")
    reading = best(lambda: [tuple(map(read, lines)) for lines in values], count)
    print(f"    read lines  {reading:7.0f}")
    walking = best(lambda: [find_boundary(chain, trust, DEMO) for chain in chains], count)
    print(f"    boundary    {walking:7.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
