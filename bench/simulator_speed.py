# SPDX-License-Identifier: Apache-2.0
"""Mails per CPU second that the simulator writes: a usual world, and one of simple mails.

Run: `.venv/bin/python bench/simulator_speed.py`. Prints the best of five rounds, because a shared
machine only ever makes a round slower.
"""

import argparse
import time

from simulator.world import Mix, World


def best(world: World, count: int, rounds: int = 5) -> tuple[float, float]:
    """(mails per CPU second, mean bytes)"""
    for index in range(200):
        world.mail(index)
    rates, size = [], 0
    for round_ in range(rounds):
        first = 200 + round_ * count
        begun = time.process_time()
        size = sum(len(world.mail(i).raw) for i in range(first, first + count))
        rates.append(count / (time.process_time() - begun))
    return max(rates), size / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="mails a round")
    count = parser.parse_args().count
    worlds = {
        "usual, 10,000 mails": World(1, 10_000),
        "usual, 1,000,000 mails": World(1, 1_000_000),
        "campaigns only, 10,000 mails": World(1, 10_000, mix=Mix(1.0, 0.0)),
        "simple (2 KB, campaigns only)": World(1, 10_000, size_bytes=2000, mix=Mix(1.0, 0.0)),
    }
    for name, world in worlds.items():
        rate, size = best(world, count)
        print(f"{name:32} {rate:8,.0f} mails/s {size:8,.0f} bytes a mail")


if __name__ == "__main__":
    main()
