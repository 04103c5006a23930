# SPDX-License-Identifier: Apache-2.0
"""Where the log's tiles are found (C2SP tlog-tiles: https://c2sp.org/tlog-tiles).

Layout as functions: paths only. Does not read, write or serve anything.
"""

from dataclasses import dataclass

HEIGHT = 8  # levels of the tree in a tile
WIDTH = 1 << HEIGHT  # hashes in a full tile
MAX_LEVEL = 7  # 63 bits of leaves are 8 levels of tiles


@dataclass(frozen=True, slots=True)
class Tile:
    level: int
    index: int
    width: int = WIDTH  # below WIDTH: a partial tile at the tree's right edge

    def __post_init__(self) -> None:
        if not (0 <= self.level <= MAX_LEVEL and self.index >= 0 and 0 < self.width <= WIDTH):
            raise ValueError(
                f"no tile at level {self.level}, index {self.index}, {self.width} wide"
            )

    def path(self) -> str:
        """`tile/0/x001/067` or `tile/0/x001/068.p/17`."""
        return f"tile/{self.level}/{_number(self.index)}{self._partial()}"

    def entries_path(self) -> str:
        """Where the leaves themselves lie: `tile/entries/x001/067`."""
        return f"tile/entries/{_number(self.index)}{self._partial()}"

    def _partial(self) -> str:
        return "" if self.width == WIDTH else f".p/{self.width}"

    @property
    def start(self) -> int:
        """The first leaf below this tile."""
        return self.index << (HEIGHT * (self.level + 1))


def _number(index: int) -> str:
    """Groups of three digits; all but the last begin with x."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def tiles_of(size: int) -> tuple[Tile, ...]:
    """Each tile of a tree of `size` leaves, lowest level first, partial ones last."""
    tiles: list[Tile] = []
    level, count = 0, size
    while count:
        full, rest = divmod(count, WIDTH)
        tiles.extend(Tile(level, index) for index in range(full))
        if rest:
            tiles.append(Tile(level, full, rest))
        level, count = level + 1, full
    return tuple(tiles)
