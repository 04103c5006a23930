# SPDX-License-Identifier: Apache-2.0
"""`fsck` names what changed, and only that."""

import random
import re
from pathlib import Path

import pytest
import zstandard

import comity.service.fsck
from comity.store.scan import frames, header
from comity.values.errors import VerificationError


@pytest.fixture
def sealed(place, reports):
    """Two segments of several batches, the first one sealed."""
    with place.open(segment_bytes=4_000) as vault:
        for start in range(0, 18, 3):
            vault.append(reports(start, start + 1, start + 2))
        vault.append(reports(0))
    assert len(place.segments.names()) == 2
    return place


def leaves(place, path):
    return {
        frame.head.leaf: (frame.offset, frame.end)
        for frame in frames(path, header(path).marker)
        if frame.head.kind in (1, 2)
    }


def test_e01_each_of_1000_random_bits_is_named_with_record_and_offset(sealed):
    path = sealed.vault / sealed.segments.names()[0]
    path.chmod(0o600)
    good = path.read_bytes()
    where = leaves(sealed, path)
    every = {entry.leaf for entry in sealed.archive.entries()}
    root = sealed.fsck().checkpoint.root
    draw = random.Random(7)
    for round_ in range(1_000):
        bit = draw.randrange(len(good) * 8)
        changed = bytearray(good)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        found = sealed.fsck()
        first = found.damaged[0]
        assert first.segment == path.name
        assert first.offset <= bit // 8 < first.end, found.damaged
        hit = {leaf for leaf, (start, end) in where.items() if start <= bit // 8 < end}
        assert {first.leaf} == (hit or {first.leaf})
        assert found.records >= len(every) - 2  # the one, and a second reporting of its bytes
        assert found.checkpoint.root == root  # the tree is whole: leaf hashes stand in the heads
        if round_ % 20 == 0:
            others = {e.leaf for e in sealed.archive.entries() if hasattr(e, "path")}
            assert others == every - hit
    path.write_bytes(good)
    assert sealed.fsck().damaged == []


def test_e01_every_changed_byte_of_the_published_checkpoint_is_named(sealed):
    path = sealed.vault / "checkpoint"
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert [d.segment for d in sealed.fsck().damaged] == ["checkpoint"]


def test_e03_a_file_cut_anywhere_is_named_where_it_ends(sealed):
    path = sealed.vault / sealed.segments.names()[-1]
    good = path.read_bytes()
    for end in range(0, len(good), 7):
        path.write_bytes(good[:end])
        found = sealed.fsck()
        assert found.damaged, end
        assert all(d.segment == path.name for d in found.damaged)


def test_a_missing_segment_is_named(sealed):
    first, _ = sealed.segments.names()
    (sealed.vault / first).unlink()
    found = sealed.fsck()
    assert "gap before leaf" in found.damaged[0].problem
    sealed.locator.unlink()  # and no hint helps
    found = sealed.fsck()
    assert "gap before leaf" in found.damaged[0].problem
    assert found.checkpoint is None


def test_bytes_added_at_the_end_are_named(sealed):
    path = sealed.vault / sealed.segments.names()[0]
    path.chmod(0o600)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"more")
    (damage,) = sealed.fsck().damaged
    assert (damage.offset, damage.end) == (size, size + 4)


def test_a_record_repeated_or_moved_is_named(sealed):
    path = sealed.vault / sealed.segments.names()[0]
    path.chmod(0o600)
    start, end = leaves(sealed, path)[1]
    content = path.read_bytes()
    path.write_bytes(content[:end] + content[start:end] + content[end:])
    (damage,) = sealed.fsck().damaged
    assert damage.problem == "expected leaf 2, got leaf 1 a second time"
    path.write_bytes(content[:start] + content[end:])
    assert any("gap before leaf 2" in d.problem for d in sealed.fsck().damaged)


def test_a_forged_record_with_right_checksums_does_not_fit_the_signed_root(
    tmp_path, another_place, reports
):
    place = another_place(tmp_path / "a")
    with place.open() as vault:
        vault.append(reports(1, 2))
        vault.append(reports(3))
    forger = another_place(tmp_path / "b")
    with forger.open() as vault:
        vault.append(reports(1, 9))
    path = place.vault / place.segments.names()[0]
    other = forger.vault / path.name
    start, end = leaves(place, path)[1]
    forged_start, forged_end = leaves(forger, other)[1]
    assert header(path).marker == header(other).marker  # the same seed: the best case for a forger
    content, forged = path.read_bytes(), other.read_bytes()
    path.write_bytes(content[:start] + forged[forged_start:forged_end] + content[end:])
    found = place.fsck()
    assert "leaves 0 to 1: expected root" in found.damaged[0].problem
    assert found.checkpoint is None


def test_a_report_that_was_lost_and_is_hinted_wrongly_proves_nothing(sealed):
    from comity.store.locator import Locator

    path = sealed.vault / sealed.segments.names()[0]
    path.chmod(0o600)
    start, _ = leaves(sealed, path)[1]
    content = bytearray(path.read_bytes())
    content[start + 20] ^= 1  # the head itself: its leaf hash is gone
    path.write_bytes(content)
    assert sealed.fsck().checkpoint.size == 19  # the locator's hint fits the signed root
    locator = Locator(sealed.locator)
    locator._db.execute("UPDATE leaf SET hash = ? WHERE leaf = 1", (bytes(32),))
    locator.close()
    found = sealed.fsck()
    assert found.checkpoint is None
    assert [d.leaf for d in found.damaged if d.leaf is not None] == [1]


def test_the_result_has_the_keys_of_the_contract(sealed):
    result = sealed.fsck().as_json()
    assert {"records", "checked_bytes", "damaged", "checkpoint"} <= set(result)
    assert result["records"] == 19
    names = [*sealed.segments.names(), "checkpoint"]
    assert result["checked_bytes"] == sum((sealed.vault / n).stat().st_size for n in names)
    assert result["checkpoint"]["size"] == 19


def test_progress_is_told_in_bytes(sealed, monkeypatch):
    from types import SimpleNamespace

    from comity.service.fsck import fsck

    told = []
    node = SimpleNamespace(segments=sealed.segments, verifier=sealed.signer.verifier)
    found = fsck(node, progress=told.append)
    assert told[-1] == found.checked_bytes


@pytest.mark.parametrize("change", [bytes.upper, lambda content: b"x" * 50_000_000])
def test_bytes_that_are_not_those_of_the_digest_are_named_and_cost_no_room(place, reports, change):
    class Packer:
        def compress(self, content):
            return zstandard.ZstdCompressor().compress(change(content))

    with place.open() as vault:
        vault._packer = Packer()
        (receipt,) = vault.append(reports(1))
    (damage,) = place.fsck().damaged
    assert (damage.code, damage.leaf, damage.sha256) == ("wrong-content", 0, receipt.digest)
    with pytest.raises(VerificationError, match="leaf 0: expected"):
        place.archive.read(receipt.digest)


def test_each_kind_of_damage_has_a_code_that_the_documentation_lists():
    page = Path(__file__).parents[2] / "docs" / "reference" / "defects.md"
    source = Path(comity.service.fsck.__file__).read_text()
    codes = set(re.findall(r'"([a-z]+-[a-z]+)"', source))
    section = page.read_text().partition("## Vault")[2]
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    assert codes == listed
