# SPDX-License-Identifier: Apache-2.0
"""The mails that benchmarks read: real ones if the development mail is there, else simulated ones.

Writes into the folder it is given and nowhere else. The real ones are malicious: text only.
"""

import os
import tarfile
from pathlib import Path
from typing import TypeVar

ARCHIVE = Path(
    os.environ.get("COMITY_BENCH_MAIL")
    or Path(__file__).resolve().parents[2] / "shared" / "data" / "dev.tar.gz"
)
SOURCE = "phishing-pot"  # the folder of the archive with mail as a reporter sends it
Item = TypeVar("Item")
MEDIAN_BYTES = 21_000  # of simulated mail: the same as of the real one


def take(folder: Path, count: int) -> tuple[list[Path], str]:
    """Write up to `count` mails into `folder`; their paths in order, and what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    if ARCHIVE.is_file():
        _unpack(folder, count)
        kind = "real mails (phishing-pot)"
    else:
        simulate(folder, count, MEDIAN_BYTES)
        kind = "simulated mails"
    paths = sorted(folder.iterdir())
    sizes = sorted(path.stat().st_size for path in paths)
    mean = sum(sizes) / len(sizes) / 1000
    return (
        paths,
        f"{len(paths)} {kind}, mean {mean:.0f} KB, median {sizes[len(sizes) // 2] // 1000} KB",
    )


def spread(paths: list[Path], count: int) -> list[Path]:
    """`count` of the mails, evenly over their sizes, so that the few are like the many."""
    return _evenly(sorted(paths, key=lambda path: (path.stat().st_size, path.name)), count)


def link(folder: Path, paths: list[Path]) -> Path:
    """A folder with these mails only, at no cost of disk."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        (folder / path.name).hardlink_to(path)
    return folder


def _unpack(folder: Path, count: int) -> None:
    """Evenly over all sizes: what a few large mails cost must show in a small sample, too."""
    with tarfile.open(ARCHIVE) as archive:
        members = [
            one for one in archive.getmembers() if one.isfile() and f"/{SOURCE}/" in f"/{one.name}"
        ]
        members.sort(key=lambda one: (one.size, one.name))
        # In the order of the archive: going back in a compressed one means to start anew.
        for member in sorted(_evenly(members, count), key=lambda one: one.offset):
            content = archive.extractfile(member)
            assert content is not None
            (folder / Path(member.name).name).write_bytes(content.read())


def _evenly(ordered: list[Item], count: int) -> list[Item]:
    """`count` of them at equal distances."""
    step = max(1.0, len(ordered) / count)
    return [ordered[int((index + 0.5) * step)] for index in range(min(count, len(ordered)))]


def simulate(folder: Path, count: int, median_bytes: int) -> Path:
    """Mails of the simulator, at any number."""
    from simulator.world import World

    folder.mkdir(parents=True, exist_ok=True)
    for index, mail in enumerate(World(1, count, size_bytes=median_bytes).mails()):
        (folder / f"{index:07}.eml").write_bytes(mail.raw)
    return folder
