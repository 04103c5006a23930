# SPDX-License-Identifier: Apache-2.0
"""Opening a vault that was cut off, robbed or exchanged: never a fork, never a silent loss."""

import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.evidence.merkle import verify_consistency
from comity.evidence.note import Signer
from comity.evidence.segment import HEADER_BYTES, Kind
from comity.store.locator import Locator
from comity.store.scan import frames, header
from comity.store.testing import FULL, Faulty, PowerLoss
from comity.values.errors import InputOutput


def quick():
    """Files that sync nothing: these tests lose no power."""
    return Faulty(-1, FULL)


def parts(place):
    """The frames of the only segment."""
    path = place.vault / place.segments.names()[0]
    return path, list(frames(path, header(path).marker))


class DiesBeforeSigning(Faulty):
    """Once armed, loses power at the second write: that of the checkpoint."""

    armed = False

    def write(self, file, offset, content):
        if self.armed and "write" in self.calls:
            raise PowerLoss
        super().write(file, offset, content)

    def truncate(self, file, length):
        raise PowerLoss


def crashed(place, reports, *numbers):
    """A vault whose last batch was written, but neither signed nor published."""
    files = DiesBeforeSigning(-1, FULL)
    vault = place.open(files=files)
    vault.append(reports(1))
    vault.publish()
    files.armed, files.calls = True, []
    with pytest.raises(PowerLoss):
        vault.append(reports(*numbers))
    vault._let_go()


def test_e03_a_last_record_cut_at_every_byte_is_set_aside_and_named(
    fast_path, another_place, reports
):
    origin = another_place(fast_path / "origin")
    crashed(origin, reports, 2)
    path, found = parts(origin)
    content, last = path.read_bytes(), found[-1]
    assert last.head.kind is Kind.REPORT
    assert last.end == len(content)
    for end in range(last.offset, last.end + 1):
        place = another_place(fast_path / str(end))
        shutil.copytree(origin.vault, place.vault, dirs_exist_ok=True)
        shutil.copytree(origin.locator.parent, place.locator.parent)
        (place.vault / path.name).write_bytes(content[:end])
        torn = last.offset < end < last.end
        before = place.fsck()
        assert [(d.offset, d.end) for d in before.damaged if torn] == (
            [(last.offset, before.damaged[0].end)] if torn else []
        )
        with place.open(files=quick()) as vault:
            assert vault.size == (2 if end == last.end else 1)
            assert bool(vault.notes) == torn
            vault.append(reports(3))
        if torn:
            (half,) = (place.vault / "torn").iterdir()
            assert half.read_bytes() == content[last.offset : end]
            assert half.name in vault.notes[0]
            assert place.fsck().set_aside == [half.name]
        assert place.fsck().damaged == []


def test_whole_records_without_a_receipt_are_kept_and_signed(place, reports):
    crashed(place, reports, 2, 3)
    with place.open(files=quick()) as vault:
        assert vault.size == 3
        (receipt,) = vault.append(reports(2))
        assert receipt.duplicate
    assert place.fsck().checkpoint.size == 4


def test_an_accepted_record_that_the_disk_lost_keeps_its_place_in_the_log(place, reports):
    with place.open(files=quick()) as vault:
        receipts = vault.append(reports(1, 2, 3))
        old = vault.checkpoint()
    path, found = parts(place)
    path.write_bytes(path.read_bytes()[: found[2].offset + 100])  # of leaf 2 only a part is left
    (half,) = place.fsck().damaged
    assert (half.leaf, half.offset) == (2, found[2].offset)
    assert "got half a record of 28" in half.problem
    with place.open(files=quick()) as vault:
        assert any("lost 1 accepted reports, from leaf 2" in note for note in vault.notes)
        assert vault.checkpoint().root == old.root
        (again,) = vault.append(reports(3))
        new = vault.checkpoint()
    assert not again.duplicate
    assert place.archive.read(receipts[2].digest) == reports(3)[0].content
    verify_consistency(place.archive.prove_growth(3, 4), old.root, new.root)
    (lost,) = place.fsck().damaged
    assert (lost.leaf, lost.offset, lost.sha256) == (2, found[2].offset, receipts[2].digest)
    assert place.fsck().checkpoint.root == new.root


@pytest.mark.parametrize("what", ["cut off", "exchanged", "emptied", "gone"])
def test_a_log_shorter_or_other_than_we_signed_is_not_continued(
    place, tmp_path, another_place, reports, what
):
    with place.open(files=quick()) as vault:
        vault.append(reports(1, 2, 3))
    path, found = parts(place)
    shutil.rmtree(place.locator.parent)
    if what == "cut off":
        path.write_bytes(path.read_bytes()[: found[2].offset])
    elif what == "emptied":
        path.write_bytes(path.read_bytes()[:HEADER_BYTES])
    elif what == "gone":
        path.unlink()
    else:
        other = another_place(tmp_path / "other")
        other.random.seed(2)
        with other.open(files=quick()) as vault:
            vault.append(reports(1, 2, 4))
        shutil.copy(other.vault / path.name, path)
    before = {p.name: p.read_bytes() for p in place.vault.iterdir() if p.name != "lock"}
    with pytest.raises(InputOutput, match=r"cannot be continued.*expected") as refusal:
        place.open(files=quick())
    assert refusal.value.exit_code == 74
    after = {p.name: p.read_bytes() for p in place.vault.iterdir() if p.name != "lock"}
    assert before == after
    assert place.fsck().damaged


def test_a_missing_segment_is_not_written_over(place, reports):
    with place.open(files=quick(), segment_bytes=1_000) as vault:
        for number in range(8):
            vault.append(reports(number))
    names = place.segments.names()
    (place.vault / names[-1]).unlink()
    with pytest.raises(InputOutput, match="cannot be continued"):
        place.open(files=quick())


def test_a_checkpoint_signed_by_another_key_stops_the_vault(place, reports):
    with place.open(files=quick()) as vault:
        vault.append(reports(1))
    place.signer = Signer("comity/gb/1", Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    with pytest.raises(InputOutput, match="signature"):
        place.open(files=quick())


def test_a_damaged_record_in_the_middle_stops_nobody(place, reports):
    with place.open(files=quick()) as vault:
        vault.append(reports(1, 2, 3))
    path, found = parts(place)
    content = bytearray(path.read_bytes())
    content[found[1].end - 1] ^= 1
    path.write_bytes(content)
    shutil.rmtree(place.locator.parent)
    with place.open(files=quick()) as vault:
        assert vault.size == 3
        vault.append(reports(4))
        assert not vault.append(reports(2))[0].duplicate  # its bytes are taken anew
    assert [d.leaf for d in place.fsck().damaged] == [1]


LOCATORS = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"x" * 10_000),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5_000]),
}


@pytest.mark.parametrize("damage", LOCATORS.values(), ids=LOCATORS)
def test_a_locator_that_is_no_use_is_made_again(place, reports, damage):
    with place.open(files=quick()) as vault:
        receipts = vault.append(reports(*range(300)))
        root = vault.checkpoint().root
    damage(place.locator)
    assert place.archive.read(receipts[7].digest) == reports(7)[0].content
    with place.open(files=quick()) as vault:
        assert vault.checkpoint().root == root
        assert vault.append(reports(7))[0].duplicate
    assert place.fsck().damaged == []


def test_a_locator_that_lies_is_found_out_by_the_signed_root(place, reports):
    with place.open(files=quick()) as vault:
        vault.append(reports(1, 2, 3))
        root = vault.checkpoint().root
    locator = Locator(place.locator)
    locator._db.execute("UPDATE leaf SET hash = ? WHERE leaf = 1", (bytes(32),))
    locator.close()
    with place.open(files=quick()) as vault:
        assert vault.checkpoint().root == root
        assert "rebuilt" in vault.notes[0]


def test_a_locator_that_is_behind_reads_on_from_where_it_was(place, reports):
    with place.open(files=quick()) as vault:
        vault.append(reports(1, 2))
    old = place.locator.read_bytes()
    with place.open(files=quick()) as vault:
        receipts = vault.append(reports(3))
        root = vault.checkpoint().root
    place.locator.write_bytes(old)
    assert place.archive.read(receipts[0].digest) == reports(3)[0].content
    assert place.archive.size() == 3
    with place.open(files=quick()) as vault:
        assert (vault.size, vault.checkpoint().root) == (3, root)
        assert vault.notes == ()


def test_a_locator_that_cannot_be_written_stops_the_vault_after_the_receipts(place, reports):
    import sqlite3

    with place.open(files=quick()) as vault:
        vault.append(reports(1))
        vault._locator._db.execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(place.locator, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        (receipt,) = vault.append(reports(2))
        with pytest.raises(Exception, match="locator cannot be written") as refusal:
            vault.append(reports(3))
        assert refusal.value.exit_code == 75
        other.execute("ROLLBACK")
        other.close()
    with place.open(files=quick()) as vault:
        assert vault.size == 2
    assert place.archive.read(receipt.digest) == reports(2)[0].content
