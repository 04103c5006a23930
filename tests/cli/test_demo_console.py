# SPDX-License-Identifier: Apache-2.0
"""`comity demo` in a terminal leaves the console open on the simulated world."""

import os
import pty
import re
import select
import signal
import sys
import time
import urllib.request

import pytest

from comity.bootstrap.node import Node


def test_in_a_terminal_the_console_stays_open_until_ctrl_c(fast_path):
    words = [sys.executable, "-m", "comity", "demo", "--mails", "20", "--jobs", "1"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(words[0], [*words, "--port", "0", "--dir", str(fast_path / "demo")])
    try:
        said = _until(terminal, rb"Ctrl-C ends it")
        (port,) = re.findall(r"http://localhost:(\d+)/", said)
        assert "analyst@example.org" in said
        with urllib.request.urlopen(f"http://localhost:{port}/sign-in/") as answer:
            assert b"Sign in" in answer.read()
    finally:
        os.kill(pid, signal.SIGINT)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_real_node_never_gets_the_accounts_of_the_demo(comity, fast_path):
    Node.create(fast_path / "node", "GB")
    ran = comity("serve", "--demo", "--port", "0", "--node", fast_path / "node", timeout=20)
    assert ran.code == 2
    assert "need a second factor" in ran.err
    assert not ran.out


def _until(terminal, wanted):
    said, end = b"", time.monotonic() + 60
    while not re.search(wanted, said):
        if time.monotonic() > end:
            pytest.fail(f"60 s went by without {wanted!r}: {said[-2000:]!r}")
        if select.select([terminal], [], [], 1)[0]:
            try:
                said += os.read(terminal, 65_536)
            except OSError:  # the other end is closed
                break
    assert re.search(wanted, said), said[-2000:]
    return said.decode("utf-8", "replace")
