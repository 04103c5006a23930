# SPDX-License-Identifier: Apache-2.0
"""The vault on a bad disk: full, failing, or without power at any call."""

import shutil
import subprocess
import sys
import textwrap

import pytest

from comity.store.testing import BROKEN, FULL, Faulty, LosesPages, PowerCut, PowerLoss
from comity.values.errors import InputOutput, TryLater


def run(place, reports, files):
    """Three batches over two segments. Gives the receipts of what was accepted, and the refusal."""
    receipts = []
    try:
        with place.open(files=files, segment_bytes=1_500) as vault:
            for batch in (reports(1, 2, 3), reports(4, 1), reports(5, 6), reports(7)):
                receipts += vault.append(batch)
    except (TryLater, InputOutput) as refusal:
        return receipts, refusal
    return receipts, None


def calls_of_a_good_run(place, reports, what=""):
    files = Faulty(-1, FULL, what)
    receipts, refusal = run(place, reports, files)
    assert (len(receipts), refusal) == (8, None)
    return files.calls


def all_is_well(place, receipts, more):
    """Each receipt's bytes are there, nothing is damaged, and the vault goes on by itself."""
    with place.open(segment_bytes=1_500, files=Faulty(-1, FULL)) as vault:  # syncs nothing: fast
        vault.append(more)
    for receipt in receipts:
        place.archive.read(receipt.digest)
    found = place.fsck()
    assert found.damaged == []
    assert found.checkpoint.size == found.records
    whole = [e.digest for e in place.archive.entries(content=True) if e.content is not None]
    assert len(whole) == len(set(whole))


def test_x01_a_full_disk_at_any_call_accepts_nothing_and_needs_no_repair(
    fast_path, another_place, reports
):
    calls = calls_of_a_good_run(another_place(fast_path / "good"), reports)
    assert {"create", "write", "sync", "sync_folder", "replace", "seal"} <= set(calls)
    for at, name in enumerate(calls):
        place = another_place(fast_path / f"{at}-{name}")
        files = Faulty(at, FULL)
        receipts, refusal = run(place, reports, files)
        assert files.failed == name
        if refusal is None:  # only the copy of the last checkpoint failed: all was accepted
            assert len(receipts) == 8
            assert at >= len(calls) - 5
        else:
            assert isinstance(refusal, TryLater)
            assert refusal.exit_code == 75
            assert len(receipts) in (0, 3, 5, 7)
        all_is_well(place, receipts, reports(1, 9))


def test_x01_after_a_full_disk_the_same_process_goes_on(fast_path, another_place, reports):
    writes = calls_of_a_good_run(another_place(fast_path / "good"), reports, "write")
    for at in range(len(writes) - 1):  # the last write is the copy of the checkpoint
        place = another_place(fast_path / str(at))
        files = Faulty(at, FULL, "write")
        receipts = []
        with place.open(files=files, segment_bytes=1_500) as vault:
            for batch in (reports(1, 2, 3), reports(4, 1), reports(5, 6), reports(7)):
                try:
                    receipts += vault.append(batch)
                except TryLater:
                    receipts += vault.append(batch)  # there is room again
        assert len(receipts) == 8
        assert [r.duplicate for r in receipts].count(True) == 1
        all_is_well(place, receipts, reports(9))


def test_x01_a_write_that_cannot_be_undone_stops_the_vault(place, reports):
    class Stuck(Faulty):
        def truncate(self, file, length):
            raise OSError(BROKEN, "Input/output error")

    with place.open(files=Stuck(1, FULL, "write")) as vault:
        with pytest.raises(TryLater):
            vault.append(reports(1))
        with pytest.raises(InputOutput, match="could not be undone"):
            vault.append(reports(2))
    all_is_well(place, [], reports(1))
    assert place.fsck().set_aside


def test_x02_a_failed_sync_stops_the_vault_and_is_never_tried_again(
    fast_path, another_place, reports
):
    syncs = calls_of_a_good_run(another_place(fast_path / "good"), reports, "sync")
    for at in range(len(syncs) - 1):  # the last sync is of the copy of the checkpoint
        place = another_place(fast_path / str(at))
        files = Faulty(at, BROKEN, "sync")
        receipts, refusal = [], None
        with place.open(files=files, segment_bytes=1_500) as vault:
            for batch in (reports(1, 2, 3), reports(4, 1), reports(5, 6), reports(7)):
                try:
                    receipts += vault.append(batch)
                except InputOutput as error:
                    refusal = refusal or error
        assert refusal.exit_code == 74
        assert "sync" in refusal.fact
        assert len(files.calls) == at + 1  # not once more
        assert len(receipts) in (0, 3, 5, 7)
        all_is_well(place, receipts, reports(1, 9))


def test_x02_the_second_refusal_says_why_and_what_to_do(place, reports):
    with place.open(files=Faulty(1, BROKEN, "sync")) as vault:
        with pytest.raises(InputOutput):
            vault.append(reports(1))
        with pytest.raises(InputOutput) as refusal:
            vault.append(reports(2))
    assert "a sync failed (Input/output error)" in refusal.value.fact
    assert "comity fsck" in refusal.value.advice


def test_x02_bytes_that_only_memory_holds_are_written_again_before_they_count(
    fast_path, another_place, reports
):
    place, files = another_place(fast_path / "before"), LosesPages()
    with place.open(files=files) as vault:
        receipts = [*vault.append(reports(1))]
        files.failing = True
        with pytest.raises(InputOutput):
            vault.append(reports(2, 3))
    files.failing = False
    with place.open(files=files) as vault:  # it reads what the disk never got
        assert vault.size == 3
        receipts += vault.append(reports(2, 3))
        assert all(receipt.duplicate for receipt in receipts[1:])
    after = another_place(fast_path / "after")
    for path, content in files.durable.items():
        (after.vault / path.name).write_bytes(content)
    all_is_well(after, receipts, reports(4))


SCRIPT = """
import sys
from pathlib import Path
from comity.bootstrap.node import Node
from comity.service.ingest import ingest
from comity.values.errors import ComityError
node = Node.open(sys.argv[1])
try:
    for receipt in ingest([(f"{n}", b"mail %d" % n, "cli") for n in range(9)], node, batch=3):
        print(receipt.digest, flush=True)
except ComityError as error:
    print(error.fact, file=sys.stderr)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_x02_a_kernel_that_answers_eio_to_fsync(fast_path):
    from comity.bootstrap.node import Node
    from comity.service.fsck import fsck

    node = Node.create(fast_path / "n", "GB", environ={})
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(fast_path / "n")]
    strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=fsync"]
    inject = ["-e", "inject=fsync:error=EIO:when=6"]
    if subprocess.run([*strace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    done = subprocess.run([*strace, *inject, *command], capture_output=True, check=False)
    assert done.returncode == 74
    assert b"syncing the vault" in done.stderr
    receipts = done.stdout.decode().split()
    assert len(receipts) == 3
    for digest in receipts:
        node.archive.read(digest)
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert fsck(node).damaged == []


def test_x04_after_a_power_cut_at_any_call_every_receipt_holds(fast_path, another_place, reports):
    at = cuts = 0
    while True:
        place = another_place(fast_path / str(at))
        files, receipts, off = PowerCut(at), [], False
        try:
            with place.open(files=files, segment_bytes=1_500) as vault:
                for batch in (reports(1, 2, 3), reports(4, 1), reports(5, 6), reports(7)):
                    receipts += vault.append(batch)
        except PowerLoss:
            off = True
        for number, (name, found) in enumerate(files.states()):
            after = another_place(fast_path / f"{at} {name}")
            for path, content in found.items():
                (after.vault / path.name).write_bytes(content)
            if (at + number) % 2:  # the locator may have survived as it was, or not
                after.locator.parent.mkdir()
                for path in place.locator.parent.glob("*.sqlite*"):
                    if not path.name.endswith("-shm"):
                        shutil.copy(path, after.locator.parent)
            all_is_well(after, receipts, reports(1, 9))
            cuts += 1
        if not off:
            break
        at += 1
    assert at > 20
    assert cuts > 60
