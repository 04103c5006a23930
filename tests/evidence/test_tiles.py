# SPDX-License-Identifier: Apache-2.0
"""Paths of tiles, as the C2SP specification shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.tiles import Tile, tiles_of


def test_paths_are_those_of_the_specification():
    # The specification's own examples: index 1234067, and a log of 70,000 leaves.
    assert Tile(0, 1234067).path() == "tile/0/x001/x234/067"
    assert Tile(0, 1234067).entries_path() == "tile/entries/x001/x234/067"
    tiles = tiles_of(70_000)
    paths = [tile.path() for tile in tiles]
    assert len([path for path in paths if path.startswith("tile/0/")]) == 274
    assert paths[272:] == [
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]


@given(st.integers(0, 1 << 20))
def test_the_lowest_tiles_cover_each_leaf_once(size):
    lowest = [tile for tile in tiles_of(size) if tile.level == 0]
    assert sum(tile.width for tile in lowest) == size
    assert [tile.start for tile in lowest] == [256 * number for number in range(len(lowest))]


@pytest.mark.parametrize("wrong", [(8, 0, 256), (-1, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)])
def test_a_tile_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="no tile"):
        Tile(*wrong)
