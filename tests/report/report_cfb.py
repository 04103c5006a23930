# SPDX-License-Identifier: Apache-2.0
"""Writes a small compound file ([MS-CFB]) with an Outlook item in it, for tests only."""

import itertools
import struct

SECTOR, MINI, CUT_OFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Streams below 4,096 bytes in the mini stream; folders as storages."""
    entries: list[tuple[str, int, int, int, int, int, bytes]] = []  # name, kind, left, right, child

    def add(name: str, value: "bytes | Tree", kind: int) -> int:
        index = len(entries)
        entries.append((name, kind, FREE, FREE, FREE, 0, b""))
        if isinstance(value, bytes):
            entries[index] = (name, 2, FREE, FREE, FREE, 0, value)
            return index
        kids = [add(key, one, 1) for key, one in value.items()]
        for before, after in itertools.pairwise(kids):  # a tree that is one long branch
            one = entries[before]
            entries[before] = (one[0], one[1], FREE, after, one[4], one[5], one[6])
        entries[index] = (name, kind, FREE, FREE, kids[0] if kids else FREE, 0, b"")
        return index

    add("Root Entry", tree, 5)
    directory_sectors = -(-len(entries) * 128 // SECTOR)
    mini, small = _Chain(MINI), b""
    big = _Chain(SECTOR, directory_sectors)
    starts: dict[int, int] = {}
    data = b""
    for index, entry in enumerate(entries):
        content = entry[6]
        if content and len(content) < CUT_OFF:
            starts[index], padded = mini.add(content)
            small += padded
        elif content:
            starts[index], padded = big.add(content)
            data += padded
    sizes = {index: len(entry[6]) for index, entry in enumerate(entries)}
    if small:
        starts[0], padded = big.add(small)
        sizes[0] = len(small)
        data += padded
    mini_at, padded = big.add(struct.pack(f"<{len(mini.table)}I", *mini.table), b"\xff")
    data += padded
    directory = b""
    for index, (name, kind, left, right, child, _, _) in enumerate(entries):
        packed = name.encode("utf-16-le")
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ",
            packed, len(packed) + 2, kind, 1, left, right, child, b"", 0, 0, 0,
            starts.get(index, END), sizes[index],
        )  # fmt: skip
    directory = directory.ljust(directory_sectors * SECTOR, b"\0")
    table = [*range(1, directory_sectors), END, *big.table]
    fat_sectors = 1
    while fat_sectors * 128 < len(table) + fat_sectors:
        fat_sectors += 1
    places = [len(table) + n for n in range(fat_sectors)]
    table += [FAT] * fat_sectors
    table += [FREE] * (fat_sectors * 128 - len(table))
    header = struct.pack(
        "<8s16sHHHHHHIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, fat_sectors, 0, 0,
        CUT_OFF, mini_at, -(-len(mini.table) // 128), END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", *places, *[FREE] * (109 - fat_sectors))
    return header + directory + data + struct.pack(f"<{len(table)}I", *table)


class _Chain:
    """A table of chained sectors; `first` is the number of the first one."""

    def __init__(self, size: int, first: int = 0) -> None:
        self.size, self.first, self.table = size, first, []

    def add(self, content: bytes, pad: bytes = b"\0") -> tuple[int, bytes]:
        start = self.first + len(self.table)
        count = max(1, -(-len(content) // self.size))
        self.table += [start + n + 1 for n in range(count - 1)] + [END]
        return start, content.ljust(count * self.size, pad)


def text(pid: int, value: str) -> dict[str, bytes]:
    return {f"__substg1.0_{pid:04X}001F": value.encode("utf-16-le")}


def binary(pid: int, value: bytes) -> dict[str, bytes]:
    return {f"__substg1.0_{pid:04X}0102": value}


def properties(tree: Tree, head: int, numbers: dict[int, int] | None = None) -> bytes:
    """The property stream that lists what the tree holds ([MS-OXMSG] 2.4)."""
    out = bytes(head)
    for name, value in tree.items():
        if name.startswith("__substg1.0_") and isinstance(value, bytes):
            pid, kind = int(name[12:16], 16), int(name[16:20], 16)
            size = len(value) + (2 if kind == 0x1F else 0)
            out += struct.pack("<HHIII", kind, pid, 6, size, 0)
    for pid, number in (numbers or {}).items():
        out += struct.pack("<HHIII", 3, pid, 6, number, 0)
    return out


def item(fields: dict[str, bytes], files: list[tuple[str, str, bytes]] | None = None) -> bytes:
    tree: Tree = dict(fields)
    tree["__properties_version1.0"] = properties(tree, 32, {0x3FDE: 65001, 0x3FFD: 65001})
    for number, (name, kind, content) in enumerate(files or []):
        one: Tree = {**text(0x3707, name), **text(0x370E, kind), **binary(0x3701, content)}
        one["__properties_version1.0"] = properties(one, 8, {0x3705: 1})
        tree[f"__attach_version1.0_#{number:08X}"] = one
    return compound(tree)
