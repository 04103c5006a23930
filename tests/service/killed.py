# SPDX-License-Identifier: Apache-2.0
"""A process for `test_kill.py`: takes in reports from a number on, until it is killed."""

import itertools
import random
import sys

from comity.bootstrap.node import Node
from comity.service.ingest import ingest


def content(number):
    """10 KB, half of which does not compress."""
    draw = random.Random(number)
    return f"Subject: {number}\r\n\r\n".encode() + draw.randbytes(5_000) + b"x" * 5_000


def main():
    node = Node.open(sys.argv[1])
    items = ((f"{n}", content(n), "cli") for n in itertools.count(int(sys.argv[2])))
    for receipt in ingest(items, node, batch=int(sys.argv[3])):
        sys.stdout.write(f"{receipt.path} {receipt.leaf} {receipt.digest}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
