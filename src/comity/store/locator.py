# SPDX-License-Identifier: Apache-2.0
"""Where each leaf lies in the vault, and the hashes of the tree: SQLite, derived, rebuildable.

Holds nothing that the segments do not hold. Only the vault's writer changes it, and only after
the segment is synced, so losing its last commits costs a short scan and never a report.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from comity.evidence.merkle import Node, node_hash
from comity.evidence.segment import Kind

_STEP = 8  # every eighth level is stored: one row per 256 leaves, at most 255 hashes to fold
_SCHEMA = """
CREATE TABLE IF NOT EXISTS leaf (
    leaf INTEGER PRIMARY KEY, segment INTEGER NOT NULL, "offset" INTEGER NOT NULL,
    kind INTEGER NOT NULL, digest BLOB NOT NULL, hash BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS leaf_digest ON leaf (digest);
CREATE TABLE IF NOT EXISTS node (
    level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scanned (
    id INTEGER PRIMARY KEY CHECK (id = 1), segment INTEGER NOT NULL, "offset" INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Row:
    leaf: int
    segment: int  # its first leaf
    offset: int
    kind: Kind
    digest: bytes  # zeros for a lost report
    hash: bytes


class Locator:
    """Raises sqlite3.DatabaseError when the file is damaged: then it is thrown away and rebuilt."""

    def __init__(self, path: Path | str, *, writer: bool = True) -> None:
        if writer:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")  # may lose the last commits, only those
            self._db.executescript(_SCHEMA)
        else:
            self._db = sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)
        self._db.execute("PRAGMA busy_timeout = 5000")

    def close(self) -> None:
        self._db.close()

    def size(self) -> int:
        """Leaves located, from the first on without a gap."""
        return int(self._db.execute("SELECT ifnull(max(leaf) + 1, 0) FROM leaf").fetchone()[0])

    def scanned(self) -> tuple[int, int] | None:
        """Segment and offset up to which the vault was read."""
        row = self._db.execute('SELECT segment, "offset" FROM scanned').fetchone()
        return (row[0], row[1]) if row else None

    def add(self, rows: Sequence[Row], nodes: Iterable[Node], scanned: tuple[int, int]) -> None:
        """One transaction. `nodes` may hold all levels; those between are left out."""
        stored = [(n.level, n.index, n.hash) for n in nodes if n.level % _STEP == 0]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "INSERT OR REPLACE INTO leaf VALUES (?, ?, ?, ?, ?, ?)",
                [(r.leaf, r.segment, r.offset, int(r.kind), r.digest, r.hash) for r in rows],
            )
            self._db.executemany("INSERT OR REPLACE INTO node VALUES (?, ?, ?)", stored)
            self._db.execute("INSERT OR REPLACE INTO scanned VALUES (1, ?, ?)", scanned)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def holders(self, digests: Sequence[bytes]) -> dict[bytes, list[Row]]:
        """For each digest that is here, the leaves whose frames hold its bytes, newest first."""
        found: dict[bytes, list[Row]] = {}
        for start in range(0, len(digests), 500):
            some = digests[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT * FROM leaf WHERE digest IN ({marks}) AND kind = 1 ORDER BY leaf DESC"  # noqa: S608
            for row in self._db.execute(query, some):
                found.setdefault(row[4], []).append(_row(row))
        return found

    def beginning_with(self, least: bytes, greatest: bytes) -> set[bytes]:
        """Digests of reports between these two, both included."""
        query = "SELECT DISTINCT digest FROM leaf WHERE digest BETWEEN ? AND ? AND kind = 1 LIMIT 9"
        return {row[0] for row in self._db.execute(query, (least, greatest))}

    def at(self, leaf: int) -> Row | None:
        row = self._db.execute("SELECT * FROM leaf WHERE leaf = ?", (leaf,)).fetchone()
        return _row(row) if row else None

    def node(self, level: int, index: int) -> bytes:
        """The hash of a full subtree. Raises KeyError where it is not known."""
        base = level // _STEP * _STEP
        start, count = index << (level - base), 1 << (level - base)
        if base:
            query = "SELECT hash FROM node WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx"
            rows = self._db.execute(query, (base, start, start + count)).fetchall()
        else:
            query = "SELECT hash FROM leaf WHERE leaf >= ? AND leaf < ? ORDER BY leaf"
            rows = self._db.execute(query, (start, start + count)).fetchall()
        hashes = [row[0] for row in rows]
        if len(hashes) != count:
            raise KeyError((level, index))
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [node_hash(left, right) for left, right in pairs]
        return bytes(hashes[0])


def _row(row: tuple[int, int, int, int, bytes, bytes]) -> Row:
    return Row(row[0], row[1], row[2], Kind(row[3]), row[4], row[5])
