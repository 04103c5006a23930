# SPDX-License-Identifier: Apache-2.0
"""Time that `message.read` takes per mail, beside the splitter's, on a folder of mail.

Run: python bench/message_read.py FOLDER [COUNT]
"""

import sys
import time
from pathlib import Path

from comity.message.read import read
from comity.mime.split import split


def main(folder: Path, count: int = 600) -> None:
    mails = [path.read_bytes() for path in sorted(folder.rglob("*.eml"))[:count]]
    if not mails:
        sys.exit(f"no .eml in {folder}")
    parted = [(raw, split(raw)) for raw in mails]
    for turn in range(4):  # the first one fills the caches
        start = time.process_time()
        for raw in mails:
            split(raw)
        middle = time.process_time()
        slowest = 0.0
        for raw, mime in parted:
            before = time.process_time()
            read(raw, mime)
            slowest = max(slowest, time.process_time() - before)
        end = time.process_time()
        took = [(middle - start) / len(mails) * 1e3, (end - middle) / len(mails) * 1e3]
        print(
            f"{turn}: split {took[0]:.3f} ms, read {took[1]:.3f} ms, slowest {slowest * 1e3:.1f} ms"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
