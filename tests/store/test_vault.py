# SPDX-License-Identifier: Apache-2.0
"""The vault on a good disk: what goes in comes out, counted, proved and only once."""

import os
import stat
import subprocess
import sys

import pytest

from comity.evidence.checkpoint import open_checkpoint
from comity.evidence.merkle import verify_consistency, verify_inclusion
from comity.evidence.receipt import Incoming
from comity.evidence.segment import MAX_CONTENT
from comity.store.archive import Archive
from comity.values.digest import digest_of
from comity.values.errors import BadData, TryLater, VerificationError, WrongUse


def test_what_was_taken_is_given_back_to_the_byte(place, reports):
    odd = [b"", b"\0", b"\r\n", bytes(range(256)) * 50, os.urandom(70_000)]
    batch = [Incoming(f"{n}", content, "smtp") for n, content in enumerate(odd)]
    with place.open() as vault:
        receipts = vault.append(batch)
    for receipt, content in zip(receipts, odd, strict=True):
        assert receipt.digest == digest_of(content)
        assert place.archive.read(receipt.digest) == content
    assert [receipt.leaf for receipt in receipts] == list(range(5))
    assert place.fsck().damaged == []


def test_a_receipt_is_printed_as_the_contract_says(place, reports):
    with place.open() as vault:
        (receipt,) = vault.append(reports(1))
    assert receipt.as_json() == {
        "path": "box!1.eml",
        "sha256": digest_of(reports(1)[0].content),
        "leaf": 0,
        "received_at": "2026-11-24T06:00:00.000000Z",
        "duplicate": False,
    }


def test_r01_the_same_bytes_are_kept_once_and_each_reporting_counts(place, reports):
    with place.open() as vault:
        first = vault.append(reports(1, 2, 1))
        again = vault.append(reports(1))
    with place.open() as vault:
        later = vault.append(reports(2, 3))
    assert [r.duplicate for r in (*first, *again, *later)] == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
    entries = list(place.archive.entries(content=True))
    assert len(entries) == 6
    assert [e.leaf for e in entries if e.content is not None] == [0, 1, 5]
    assert [e.digest for e in entries].count(first[0].digest) == 3
    assert place.fsck().records == 6


def test_bytes_that_were_damaged_are_taken_anew(place, reports):
    with place.open() as vault:
        (receipt,) = vault.append(reports(1))
    file = place.vault / place.segments.names()[0]
    content = bytearray(file.read_bytes())
    content[-300] ^= 1  # in the record, before the checkpoint
    at = content.find(b"\x28\xb5\x2f\xfd")  # a zstd frame
    content = bytearray(file.read_bytes())
    content[at + 8] ^= 1
    file.write_bytes(content)
    with pytest.raises(VerificationError, match="leaf 0: expected"):
        place.archive.read(receipt.digest)
    with place.open() as vault:
        (again,) = vault.append(reports(1))
    assert not again.duplicate
    assert place.archive.read(receipt.digest) == reports(1)[0].content


def test_segments_are_sealed_when_they_are_full(place, reports):
    with place.open(segment_bytes=1_000) as vault:
        for number in range(12):
            vault.append(reports(number))
        root, size = vault.checkpoint().root, vault.size
    names = place.segments.names()
    assert len(names) > 2
    modes = [stat.S_IMODE((place.vault / name).stat().st_mode) for name in names]
    assert set(modes[:-1]) == {0o400}
    assert modes[-1] == 0o600
    with place.open(segment_bytes=1_000) as vault:
        assert (vault.checkpoint().root, vault.size) == (root, size)
        vault.append(reports(100))
    assert [e.leaf for e in place.archive.entries()] == list(range(13))
    assert [e.leaf for e in place.archive.entries(5)] == list(range(5, 13))
    assert place.fsck().segments == len(place.segments.names())
    assert place.fsck().damaged == []


def test_the_published_checkpoint_is_signed_and_covers_all(place, reports):
    with place.open() as vault:
        vault.append(reports(*range(300)))
        checkpoint = vault.checkpoint()
    note = (place.vault / "checkpoint").read_bytes()
    assert open_checkpoint(note, "comity/gb/1", [place.signer.verifier]) == checkpoint
    assert checkpoint.size == 300


def test_each_report_can_be_proved_and_the_log_only_grew(place, reports):
    with place.open() as vault:
        vault.append(reports(*range(520)))
        old = vault.checkpoint()
        vault.append(reports(*range(520, 700)))
        new = vault.checkpoint()
    archive = place.archive
    for leaf in (0, 255, 256, 511, 519):
        for checkpoint in (old, new):
            proof = archive.prove(leaf, checkpoint.size)
            verify_inclusion(proof, archive.leaf_hash(leaf), checkpoint.root)
    verify_consistency(archive.prove_growth(520, 700), old.root, new.root)
    place.locator.unlink()  # the segments alone give the same proofs
    verify_consistency(
        Archive(place.vault, place.locator).prove_growth(520, 700), old.root, new.root
    )


def test_reading_needs_no_locator_and_makes_none(place, reports):
    with place.open() as vault:
        receipts = vault.append(reports(1, 2))
    place.locator.unlink()
    assert place.archive.read(receipts[1].digest) == reports(2)[0].content
    assert place.archive.size() == 2
    assert not place.locator.exists()


def test_reading_goes_on_while_a_writer_is_at_work(place, reports):
    with place.open() as vault:
        receipts = vault.append(reports(1))
        assert place.archive.read(receipts[0].digest) == reports(1)[0].content
        receipts = vault.append(reports(2))
        assert place.archive.read(receipts[0].digest) == reports(2)[0].content
        assert place.archive.size() == 2
        assert place.fsck().damaged == []


def test_a_digest_that_is_not_here_is_said_so(place, reports):
    with place.open() as vault:
        vault.append(reports(1))
    with pytest.raises(BadData, match="is not in this vault"):
        place.archive.read(digest_of(b"never seen"))


def test_an_empty_vault_is_whole(place):
    with place.open() as vault:
        assert vault.append([]) == ()
    assert place.fsck().as_json() == {
        "records": 0,
        "checked_bytes": 0,
        "segments": 0,
        "damaged": [],
        "checkpoint": None,
        "set_aside": [],
    }


def test_a_report_over_the_cap_or_of_an_odd_channel_is_refused_whole(place, reports):
    class Huge(bytes):
        def __len__(self):
            return MAX_CONTENT + 1

    with place.open() as vault:
        with pytest.raises(BadData, match="more than the"):
            vault.append([*reports(1), Incoming("big", Huge(), "cli")])
        with pytest.raises(BadData, match="no channel"):
            vault.append([Incoming("x", b"x", "CLI\n")])
        assert vault.size == 0


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("", ""),
        ("a\0b", "a\0b"),
        ("\udcff\ud800", "\\udcff\\ud800"),
        ("x" * 5_000, "x" * 4_096),
        ("x" * 4_095 + "é", "x" * 4_095),
    ],
)
def test_any_path_is_kept_readable_and_capped(place, path, kept):
    with place.open() as vault:
        vault.append([Incoming(path, b"x", "cli")])
    (entry,) = place.archive.entries()
    assert entry.path == kept


def test_a_closed_vault_takes_nothing(place, reports):
    vault = place.open()
    vault.close()
    vault.close()
    with pytest.raises(WrongUse, match="closed"):
        vault.append(reports(1))


def test_x12_a_second_writer_is_told_who_holds_the_vault(place, reports):
    script = (
        "import sys, fcntl, os, time\n"
        "f = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(f, fcntl.LOCK_EX); os.write(f, b'%d\\n' % os.getpid())\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(place.vault / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(TryLater, match=f"in use by pid {holder.pid}") as refusal:
            place.open()
        assert refusal.value.exit_code == 75
        holder.communicate()
    with place.open() as vault, pytest.raises(TryLater, match=f"pid {os.getpid()}"):
        place.open()
    assert vault.size == 0
