# SPDX-License-Identifier: Apache-2.0
"""Group X, faults: disks, signals, limits, closed streams. Real processes."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comity.bootstrap.node import Node

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's own devices and calls")


@pytest.fixture
def command():
    return [sys.executable, "-m", "comity.cli"]


@pytest.fixture
def mails(tmp_path, mail):
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:03}.eml").write_bytes(mail(number))
    return folder


def limited(what: int, most: int):
    return lambda: resource.setrlimit(what, (most, most))


def without_rights_over_modes() -> None:
    """Root obeys file modes too: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER dropped."""
    for capability in (1, 2, 3):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


FULL = [
    ["analyse", "MAILS", "--json"],
    ["analyse", "MAILS", "--campaigns"],
    ["ingest", "MAILS", "--node", "NODE", "--json"],
    ["fsck", "--node", "NODE"],
    ["--help"],
]


@LINUX
@pytest.mark.parametrize("words", FULL, ids=" ".join)
def test_x01_a_full_disk_behind_the_output_is_told(comity, node, mails, words):
    given = [{"MAILS": mails, "NODE": node}.get(word, word) for word in words]
    with Path("/dev/full").open("wb") as full:
        ran = comity(*given, stdout=full)
    assert ran.code == 74
    assert "No space left on device" in ran.err
    if "ingest" in words:
        assert comity("fsck", "--node", node).code == 0


def test_x01_no_room_for_the_temporary_file_of_campaigns(comity, mails):
    no_room = limited(resource.RLIMIT_FSIZE, 4_096)  # each file may have so much: EFBIG
    before = [no_room, lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)]
    ran = comity("analyse", mails, "--campaigns", "--json", before=lambda: [do() for do in before])
    assert ran.code == 75
    assert ran.out == b""
    assert "TMPDIR" in ran.err


def test_x01_a_vault_that_cannot_grow_accepts_nothing_and_needs_no_repair(comity, node, mails):
    before = [
        limited(resource.RLIMIT_FSIZE, 2_048),
        lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
    ]
    ran = comity("ingest", mails, "--node", node, "--json", before=lambda: [do() for do in before])
    assert ran.code in (74, 75)
    assert ran.lines == []
    assert comity("fsck", "--node", node).code == 0
    assert len(comity("ingest", mails, "--node", node, "--json").lines) == 40


def interrupted(command, *words, wait_for_a_line=True) -> tuple[int, bytes, str]:
    child = subprocess.Popen(
        [*command, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdout is not None
    first = child.stdout.readline() if wait_for_a_line else b""
    os.killpg(child.pid, signal.SIGINT)  # as Ctrl-C does: to all of them
    out, err = child.communicate(timeout=30)
    return child.returncode, first + out, err.decode()


@pytest.mark.parametrize("verb", ["analyse", "ingest"])
def test_x03_ctrl_c_ends_with_130_and_says_how_to_go_on(command, comity, node, mails, mail, verb):
    for number in range(40, 2_000):
        (mails / f"{number:04}.eml").write_bytes(mail(number))
    words = [verb, mails, "--json", *(["--node", node] if verb == "ingest" else [])]
    code, out, err = interrupted(command, *words)
    assert code == 130
    assert "run it again to go on" in err
    assert "Traceback" not in err
    assert out.endswith(b"\n")  # no half line
    if verb == "ingest":
        taken = out.count(b"\n")
        assert 0 < taken < 2_000
        assert comity("fsck", "--node", node).code == 0
        again = comity("ingest", mails, "--node", node, "--json").lines
        assert len(again) == 2_000
        assert sum(one["duplicate"] for one in again) >= taken


def test_x03_nobody_reads_the_receipts(command, comity, node, mails, mail):
    for number in range(40, 2_000):
        (mails / f"{number:04}.eml").write_bytes(mail(number))
    child = subprocess.Popen(
        [*command, "ingest", str(mails), "--node", str(node), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None and child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    told = child.stderr.read().decode()
    child.stderr.close()
    assert child.wait(30) == 74  # not 0: the rest was not taken
    assert "Run it again" in told
    assert comity("fsck", "--node", node).code == 0


def test_x12_a_second_ingest_is_told_who_is_at_work(comity, node, mails):
    with Node.open(node).writer():
        ran = comity("ingest", mails, "--node", node, "--json")
        assert ran.code == 75
        assert f"in use by pid {os.getpid()}" in ran.err
        assert ran.lines == []
        assert comity("fsck", "--node", node).code == 0  # reading goes on
    assert len(comity("ingest", mails, "--node", node, "--json").lines) == 40


@LINUX
def test_x13_a_read_only_node_can_be_read_and_takes_nothing(comity, node, mails):
    comity("ingest", mails, "--node", node)
    comity("stats", "--node", node)
    for path in [node, *node.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        ran = comity("ingest", mails, "--node", node, "--json", before=without_rights_over_modes)
        assert ran.code in (74, 75)
        assert ran.lines == []
        for verb in ("fsck", "campaigns"):
            assert comity(verb, "--node", node, before=without_rights_over_modes).code == 0
    finally:
        for path in [node, *node.rglob("*")]:
            path.chmod(0o700)


@LINUX
def test_x13_what_may_not_be_read_is_named_and_the_others_go_on(comity, mails):
    (mails / "003.eml").chmod(0)
    (mails / "shut").mkdir()
    (mails / "shut").chmod(0)
    ran = comity("analyse", mails, "--json", before=without_rights_over_modes)
    (mails / "shut").chmod(0o700)
    assert ran.code == 1
    assert ran.err.count("Permission denied") == 2
    assert sum(line["error"] is None for line in ran.lines) == 39


@pytest.mark.parametrize("files", [6, 10])
def test_x13_too_few_open_files_is_one_sentence(comity, mails, files):
    ran = comity("analyse", mails, "--json", before=limited(resource.RLIMIT_NOFILE, files))
    assert ran.code in (0, 75)
    assert ran.code == 0 or "Too many open files" in ran.err


def test_x13_too_little_memory_is_one_sentence(comity, mails):
    environ = {"OPENBLAS_NUM_THREADS": "1"}
    few = limited(resource.RLIMIT_AS, 200 << 20)
    ran = comity("analyse", mails, "--json", before=few, env=environ)
    assert ran.code in (0, 75)


def test_x13_more_processes_than_mails(comity, mails):
    assert len(comity("analyse", mails, "--json", "--jobs", 64).lines) == 40


CLOSED = {0: (1, "standard input is closed"), 1: (74, "standard output is closed"), 2: (0, "")}


@pytest.mark.parametrize(("stream", "told"), CLOSED.items())
def test_x13_a_stream_that_is_closed(comity, mails, stream, told):
    words = ["-"] if stream == 0 else [mails]
    ran = comity("analyse", *words, "--json", before=lambda: os.close(stream))
    assert ran.code == told[0]
    assert told[1] in ran.err
    if stream == 2:
        assert len(ran.lines) == 40


@pytest.mark.parametrize("home", ["/nonexistent/x", "/dev/null"])
def test_x13_a_home_that_leads_nowhere(comity, mails, home):
    for words in (["fsck"], ["ingest", mails]):
        ran = comity(*words, env={"COMITY_HOME": home})
        assert ran.code in (2, 74)
        assert home in ran.err
    assert comity("init", "--country", "GB", env={"COMITY_HOME": "/proc/x"}).code == 74


def test_x13_a_terminal_that_knows_no_unicode(comity, mails):
    ran = comity("analyse", mails, env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0
    assert ran.out.isascii()


TOML = {
    "empty": "",
    "another version": "version = 99\n",
    "no text": "\x00",
    "wrong kind": "version = 1\ncountry = 5\n",
    "no UTF-8": "\udcff",
}


@pytest.mark.parametrize("text", TOML.values(), ids=TOML)
def test_x13_settings_that_cannot_be_used(comity, node, text):
    (node / "comity.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    ran = comity("fsck", "--node", node)
    assert ran.code == 65
    assert "comity.toml" in ran.err


@pytest.mark.parametrize("name", ["comity.sqlite", "locator.sqlite"])
def test_x06_an_index_of_junk_is_told_or_made_again(comity, node, mails, name):
    comity("ingest", mails, "--node", node)
    for path in (node / "index").glob(f"{name}*"):
        path.unlink()
    (node / "index" / name).write_bytes(bytes(range(256)) * 20)
    assert len(comity("ingest", mails, "--node", node, "--json").lines) == 40
    assert comity("stats", "--node", node).code in (0, 69)
    for path in (node / "index").iterdir():
        path.unlink()
    (counts,) = comity("stats", "--node", node, "--json").lines
    assert (counts["reportings"], counts["reports"]) == (80, 40)
