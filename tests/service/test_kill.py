# SPDX-License-Identifier: Apache-2.0
"""X03: `kill -9` at any moment of intake. A receipt printed is a report kept, and kept once."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.bootstrap.node import Node
from comity.service.fsck import fsck

SCRIPT = Path(__file__).with_name("killed.py")


def rounds(folder, count, seed):
    """Kill, look, begin again. Gives how often the log was found cut off in the middle of work."""
    node = Node.create(folder / "node", "GB", environ={})
    draw = random.Random(seed)
    kept, following, cut_off, signed = {}, 0, 0, 0
    for round_ in range(count):
        batch = draw.choice((1, 8, 64))
        command = [sys.executable, str(SCRIPT), str(node.folder), str(following), str(batch)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            first = process.stdout.readline()
            time.sleep(draw.random() * 0.05)
            process.send_signal(signal.SIGKILL)
            printed = first + process.stdout.read()
        assert process.returncode == -signal.SIGKILL
        lines = printed.decode().split("\n")[:-1]  # a line without its end was not printed
        for line in lines:
            number, leaf, digest = line.split()
            assert number not in kept, round_
            kept[number] = (int(leaf), digest)
            following = int(number) + 1
        size = node.archive.size()
        cut_off += size > signed + len(lines)  # written, but no receipt came out
        with node.writer() as vault:
            signed = vault.size
        for line in lines[-3:]:
            node.archive.read(line.split()[2])
    return node, kept, cut_off


def check(node, kept):
    found = fsck(node)
    assert found.damaged == []
    entries = list(node.archive.entries(content=True))
    assert found.records == len(entries) == found.checkpoint.size
    at = {entry.leaf: entry.digest for entry in entries}
    for leaf, digest in kept.values():
        assert at[leaf] == digest
    bytes_kept = [entry.digest for entry in entries if entry.content is not None]
    assert len(bytes_kept) == len(set(bytes_kept))
    assert {digest for _, digest in kept.values()} <= set(bytes_kept)


def test_x03_what_had_a_receipt_is_there_after_kill_9(fast_path):
    node, kept, _ = rounds(fast_path, 5, seed=1)
    assert len(kept) > 5
    check(node, kept)


@pytest.mark.slow
def test_x03_200_rounds_of_kill_9_lose_nothing_and_keep_nothing_twice(tmp_path):
    node, kept, cut_off = rounds(tmp_path, 200, seed=2)
    check(node, kept)
    assert cut_off > 20  # the kills did hit the middle of work
