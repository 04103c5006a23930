# SPDX-License-Identifier: Apache-2.0
"""How fast reports become durable, against a plain SQLite insert of the same bytes.

Run: python bench/vault_ingest.py [--full] [--folder DIR]. One JSON object a line; runs are
interleaved and the median is shown, because other work on the machine disturbs single runs.
"""

import argparse
import base64
import json
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from comity.bootstrap.node import Node
from comity.evidence.receipt import Entry
from comity.service.fsck import fsck
from comity.service.ingest import BATCH, ingest

SIZE = 10_000  # bytes of a mail


def mails(count, seed):
    """Half words, half base64, as mail is: zstd makes it about half as large."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(4_000)]
    found = []
    for number in range(count):
        head = f"Message-ID: <{seed}.{number}@mail.example>\r\nSubject: offer {number}\r\n\r\n"
        text = " ".join(draw.choices(words, k=SIZE // 12))
        body = base64.encodebytes(draw.randbytes(SIZE // 2)).decode().replace("\n", "\r\n")
        found.append((head + text + "\r\n" + body).encode()[:SIZE].ljust(SIZE, b"="))
    return found


def by_comity(folder, contents):
    node = Node.create(folder, "GB", environ={})
    begun, used = time.perf_counter(), time.process_time()
    count = sum(1 for _ in ingest(((f"{n}.eml", c, "bench") for n, c in enumerate(contents)), node))
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    assert count == len(contents)
    return seconds, used, node


def by_sqlite(folder, contents, mode):
    folder.mkdir()
    db = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    db.execute(f"PRAGMA journal_mode = {mode}")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, content BLOB)")
    begun = time.perf_counter()
    for start in range(0, len(contents), BATCH):
        db.execute("BEGIN")
        rows = [(content,) for content in contents[start : start + BATCH]]
        db.executemany("INSERT INTO mail (content) VALUES (?)", rows)
        db.execute("COMMIT")
    seconds = time.perf_counter() - begun
    db.close()
    return seconds


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="50,000 mails, five rounds")
    options.add_argument("--count", type=int, default=5_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folder", type=Path, default=None, help="on the disk to be measured")
    given = options.parse_args()
    if given.full:
        given.count, given.rounds = 50_000, 5
    rates = {
        "comity": [],
        "comity-per-cpu-second": [],
        "sqlite-wal": [],
        "sqlite-delete": [],
        "fsck": [],
        "read": [],
    }
    kept = 0
    for round_ in range(given.rounds):
        contents = mails(given.count, round_)
        top = Path(tempfile.mkdtemp(dir=given.folder))
        try:
            seconds, used, node = by_comity(top / "node", contents)
            rates["comity"].append(given.count / seconds)
            rates["comity-per-cpu-second"].append(given.count / used)
            rates["sqlite-wal"].append(given.count / by_sqlite(top / "wal", contents, "WAL"))
            rates["sqlite-delete"].append(given.count / by_sqlite(top / "del", contents, "DELETE"))
            begun = time.perf_counter()
            assert not fsck(node).damaged
            rates["fsck"].append(given.count / (time.perf_counter() - begun))
            begun = time.perf_counter()
            found = [e for e in node.archive.entries(content=True) if isinstance(e, Entry)]
            rates["read"].append(given.count / (time.perf_counter() - begun))
            assert [e.content for e in found] == contents
            kept = sum(p.stat().st_size for p in (node.folder / "vault").iterdir() if p.is_file())
        finally:
            shutil.rmtree(top)
    median = {name: round(statistics.median(found)) for name, found in rates.items()}
    result = {
        "mails": given.count,
        "batch": BATCH,
        **{f"{name} records/s": rate for name, rate in median.items()},
        "least comity records/s": round(min(rates["comity"])),
        "comity/sqlite-wal": round(median["comity"] / median["sqlite-wal"], 2),
        "comity/sqlite-delete": round(median["comity"] / median["sqlite-delete"], 2),
        "kept/given bytes": round(kept / (given.count * SIZE), 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
