# SPDX-License-Identifier: Apache-2.0
"""`comity up`: the console answers and reports are read as they come; `comity worker` alone too."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from comity.bootstrap.node import Node

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: hello\r\n\r\nsee you at noon\r\n"


def start(*words):
    environ = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "comity", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ,
    )  # fmt: skip


def until(found, what):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found():
            return
        time.sleep(0.1)
    pytest.fail(f"30 s went by without {what}")


def ingest(folder, content):
    command = [sys.executable, "-m", "comity", "ingest", "-", "--node", str(folder)]
    subprocess.run(command, input=content, check=True, capture_output=True)


def read(folder):
    """Reports that the index has dealt with, asked without setting anything to work."""
    return Node.open(folder).index.reached("analysed")


def children(pid):
    return subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()


def test_up_answers_reads_and_ends_whole(fast_path):
    folder = fast_path / "node"
    Node.create(folder, "GB")
    process = start("up", "--node", str(folder), "--port", "0", "--json")
    try:
        said = json.loads(process.stdout.readline())
        assert "/welcome/" in said["set_up"]
        with urllib.request.urlopen(said["url"] + "healthz") as answer:
            assert answer.read() == b"alive\n"
        with urllib.request.urlopen(said["set_up"]) as answer:
            assert b"Make my account" in answer.read()
        ingest(folder, MAIL)
        until(lambda: read(folder) == 1, "the report being read")
        (worker,) = children(process.pid)
        os.kill(int(worker), signal.SIGKILL)
        until(lambda: children(process.pid) not in ([], [worker]), "another worker")
        ingest(folder, MAIL.replace(b"noon", b"one"))
        until(lambda: read(folder) == 2, "the next report being read")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert process.returncode == 0
    assert b"ended with code -9; it is started again" in process.stderr.read()


def test_a_worker_alone_reads_what_waits_and_stops_when_told(fast_path):
    folder = fast_path / "node"
    Node.create(folder, "GB")
    ingest(folder, MAIL)
    process = start("worker", "--node", str(folder), "--jobs", "1", "--json")
    try:
        assert json.loads(process.stdout.readline())["mails"] == 1
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert process.returncode == 0


def test_a_port_that_is_taken_is_told(fast_path):
    folder = fast_path / "node"
    Node.create(folder, "GB")
    first = start("serve", "--node", str(folder), "--port", "0", "--json")
    try:
        port = json.loads(first.stdout.readline())["url"].rstrip("/").rpartition(":")[2]
        second = start("serve", "--node", str(folder), "--port", port)
        _, told = second.communicate(timeout=30)
        assert second.returncode == 69
        assert b"cannot be taken" in told
        assert b"--port" in told
    finally:
        first.terminate()
        first.wait(20)


def test_without_the_console_packages_it_says_what_to_install(monkeypatch):
    from comity.cli import console
    from comity.values.errors import WrongUse

    monkeypatch.setattr(console, "NEEDED", ("click", "no_such_package"))
    with pytest.raises(WrongUse) as told:
        console._web()
    assert "not installed: no_such_package" in told.value.fact
    assert "pip install" in told.value.advice
