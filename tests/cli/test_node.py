# SPDX-License-Identifier: Apache-2.0
"""The verbs on a node, in real processes: what a receipt promises is kept."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time

import pytest


@pytest.fixture
def node(comity, tmp_path):
    folder = tmp_path / "node"
    made = comity("init", "--country", "gb", "--node", folder, "--address-policy", "demo")
    assert made.code == 0, made.err
    return folder


def variant(mail: bytes, number: int) -> bytes:
    return mail.replace(b"<1@sender", b"<%d@sender" % number)


def test_a_receipt_names_the_exact_bytes_and_raw_gives_them_back(comity, mail, node, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    ran = comity("ingest", tmp_path / "a.eml", "--node", node, "--json")
    assert ran.code == 0
    (receipt,) = ran.lines
    assert set(receipt) == {"path", "sha256", "leaf", "received_at", "duplicate"}
    assert receipt["sha256"] == hashlib.sha256(mail).hexdigest()
    assert receipt["duplicate"] is False
    assert comity("raw", receipt["sha256"], "--node", node).out == mail
    assert comity("raw", receipt["sha256"][:11], "--node", node).out == mail
    other = comity("raw", "0" * 11, "--node", node)
    assert (other.code, other.out) == (65, b"")


def test_r01_the_same_report_twice_is_kept_once_and_counted_twice(comity, mail, node, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    comity("ingest", tmp_path / "a.eml", "--node", node)
    (again,) = comity("ingest", tmp_path / "a.eml", "--node", node, "--json").lines
    assert again["duplicate"] is True
    (stats,) = comity("stats", "--node", node, "--json").lines
    assert (stats["reportings"], stats["reports"]) == (2, 1)


def test_a_bad_file_among_good_ones_is_named_and_the_rest_is_safe(comity, mail, node, tmp_path):
    (tmp_path / "mails").mkdir()
    for number in range(5):
        (tmp_path / "mails" / f"{number}.eml").write_bytes(variant(mail, number))
    (tmp_path / "mails" / "2.eml").write_bytes(b"")
    ran = comity("ingest", tmp_path / "mails", "--node", node, "--json")
    assert ran.code == 1
    assert len(ran.lines) == 4
    assert "2.eml" in ran.err


def test_what_is_no_mail_is_kept_all_the_same(comity, node, tmp_path):
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    (receipt,) = comity("ingest", tmp_path / "noise", "--node", node, "--json").lines
    assert comity("raw", receipt["sha256"], "--node", node).out == bytes(range(256))


def test_reanalysis_gives_the_same_answers(comity, mail, node, tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.eml").write_bytes(variant(mail, number))
    comity("ingest", tmp_path, "--node", node)
    before = comity("campaigns", "--node", node, "--json").lines
    (done,) = comity("reanalyse", "--node", node, "--json").lines
    assert done["added"] == 0
    assert done["changed"] == []
    assert comity("campaigns", "--node", node, "--json").lines == before
    assert before[0]["size"] == 4


def test_an_old_name_of_a_campaign_still_finds_it(comity, mail, node, tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.eml").write_bytes(variant(mail, number))
    comity("ingest", tmp_path, "--node", node)
    (found,) = comity("campaigns", "--node", node, "--json").lines
    (one,) = comity("campaign", found["id"], "--node", node, "--json").lines
    for member in one["mails"]:
        old_name = f"c-{member['sha256'][:12]}"
        (again,) = comity("campaign", old_name, "--node", node, "--json").lines
        assert again["id"] == found["id"]


def test_e01_a_changed_byte_is_found_and_named(comity, mail, node, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(variant(mail, number))
    comity("ingest", tmp_path, "--node", node)
    assert comity("fsck", "--node", node).code == 0
    (segment,) = [p for p in (node / "vault").iterdir() if p.stat().st_size > 500]
    segment.chmod(0o600)
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    ran = comity("fsck", "--node", node, "--json")
    assert ran.code == 1
    assert ran.lines[-1]["damaged"]


def test_p03_a_changed_byte_of_the_journal_is_found_and_named(comity, mail, node, tmp_path):
    from datetime import UTC, datetime

    from comity.bootstrap.node import Node
    from comity.evidence.event import Event, EventKind

    opened = Node.open(node)
    assert comity("fsck", "--node", node, "--json").lines[-1]["journal"] is None
    at = datetime(2026, 11, 24, tzinfo=UTC)
    for who in ("anna", "bert"):
        opened.journal.append(Event(EventKind.REPORTER_REVEALED, who, at, "a mail"))
    ran = comity("fsck", "--node", node)
    assert (ran.code, b"Journal: 2 leaves, signed" in ran.out) == (0, True)
    (segment,) = (node / "journal").glob("*.segment")
    content = segment.read_bytes()
    segment.write_bytes(content[:-150] + bytes([content[-150] ^ 1]) + content[-149:])
    ran = comity("fsck", "--node", node, "--json")
    assert ran.code == 1
    assert not ran.lines[-1]["damaged"]  # the reports are whole
    assert ran.lines[-1]["journal"]["damaged"]
    assert b"DAMAGED" in comity("fsck", "--node", node).out


WRONG = {
    "no such country": (["init", "--country", "XX", "--node", "other"], 2),
    "a node is there already": (["init", "--country", "GB", "--node", "node"], 2),
    "no node": (["fsck", "--node", "nowhere"], 2),
    "no digest": (["raw", "abc", "--node", "node"], 2),
    "unknown digest": (["raw", "0" * 64, "--node", "node"], 65),
    "unknown campaign": (["campaign", "c-0000", "--node", "node"], 65),
    "no campaign id": (["campaign", "../x", "--node", "node"], 2),
}


@pytest.mark.parametrize(("words", "code"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_told_in_one_sentence(comity, node, tmp_path, words, code):
    ran = comity(*words, cwd=tmp_path)
    assert ran.code == code, ran.err
    assert ran.err.startswith(("comity: ", "Usage: "))
    assert "Traceback" not in ran.err


def rounds_of_kills(node, folder, rounds: int, seed: int) -> int:
    """Start ingest, kill it at a random moment, keep every receipt it printed."""
    dice = random.Random(seed)
    promised: set[str] = set()
    for _ in range(rounds):
        words = ["ingest", str(folder), "--node", str(node), "--json"]
        ingest = subprocess.Popen(
            [sys.executable, "-m", "comity.cli", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert ingest.stdout is not None
        first = ingest.stdout.readline() if dice.random() < 0.8 else b""
        time.sleep(dice.random() * 0.05)
        ingest.send_signal(signal.SIGKILL)
        rest = ingest.stdout.read()
        ingest.wait()
        printed = (first + rest).splitlines(keepends=True)
        promised |= {json.loads(line)["sha256"] for line in printed if line.endswith(b"\n")}
    return check(node, promised)


def check(node, promised: set[str]) -> int:
    from comity.bootstrap.node import Node
    from comity.service.fsck import fsck

    opened = Node.open(node)
    found = fsck(opened)
    assert not found.damaged
    for digest in promised:
        content = opened.archive.read(digest)
        assert hashlib.sha256(content).hexdigest() == digest
    return len(promised)


def write_mails(folder, mail: bytes, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.eml").write_bytes(variant(mail, number) + b"x" * (number % 9_000))


def test_x03_kill_9_loses_no_report_that_has_a_receipt(mail, node, tmp_path):
    write_mails(tmp_path / "mails", mail, 2_000)
    assert rounds_of_kills(node, tmp_path / "mails", rounds=6, seed=3) > 0


@pytest.mark.slow
def test_x03_200_rounds_of_kill_9(mail, node, tmp_path):
    write_mails(tmp_path / "mails", mail, 5_000)
    assert rounds_of_kills(node, tmp_path / "mails", rounds=200, seed=4) > 0
