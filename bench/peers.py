# SPDX-License-Identifier: Apache-2.0
"""Programs that Comity's speed is compared with: mail-parser, Rspamd, SpamAssassin.

Daemons run on loopback with their data in a temporary folder, look nothing up, and are ended by
the process id that we started. A peer that is not installed is None, with how to install it.
"""

import contextlib
import grp
import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import BenchError, cpu_of, tree

START_SECONDS = 240  # Rspamd reads its rules, then compiles them, before it runs at full speed
ANSWER_SECONDS = 60
AT_ONCE = 16  # mails sent to Rspamd at a time, where it waits for answers that never come

# mail-parser's whole job here: read each file, parse it, touch nothing more.
MAIL_PARSER = """
import sys
from pathlib import Path
import mailparser
for path in sorted(Path(sys.argv[1]).iterdir()):
    raw = path.read_bytes()
    try:
        mailparser.parse_from_bytes(raw)
        print("parsed")
    except Exception as error:
        print("failed", type(error).__name__)
"""

# Modules of Rspamd 3.4 that ask DNS, HTTP, Redis or another daemon, or need one that does.
_SERVICES = (
    "antivirus arc asn aws_s3 bimi clickhouse dcc dkim dkim_signing dmarc elastic emails"
    " external_services fuzzy_check greylist history_redis metadata_exporter metric_exporter"
    " mx_check neural p0f ratelimit rbl replies reputation rspamd_update spamtrap spf"
    " url_redirector whitelist"
).split()
# Modules that ask DNS on the way to rules which need none.
_ASKING = ("hfilter", "once_received")


def mail_parser(folder: Path) -> list[str]:
    """The command that parses each file in a folder."""
    return [sys.executable, "-c", MAIL_PARSER, str(folder)]


class Daemon:
    """A running peer: takes one mail at a time, and knows what CPU time it has used."""

    def __init__(self, check: Callable[[bytes], None], pids: Callable[[], list[int]]) -> None:
        self._check, self._pids = check, pids

    def cost(self, mails: list[bytes], at_once: int = 1) -> float:
        """CPU seconds of the daemon's working processes for these mails."""
        pids = self._pids()
        before = cpu_of(pids)
        with ThreadPoolExecutor(at_once) as pool:
            for _ in pool.map(self._check, mails):
                pass
        if self._pids() != pids:
            raise BenchError("a child of the daemon was replaced: its CPU time is lost")
        return cpu_of(pids) - before


def rspamd_missing() -> str | None:
    """Why Rspamd cannot be compared, if so."""
    if shutil.which("rspamd") and Path("/etc/rspamd/rspamd.conf").is_file():
        return None
    return "skipped: rspamd is not installed (apt-get install rspamd)"


def spamd_missing() -> str | None:
    """Why SpamAssassin cannot be compared, if so."""
    if _spamd():
        return None
    return "skipped: spamd is not installed (apt-get install spamassassin spamd)"


@contextlib.contextmanager
def rspamd(folder: Path, *, asking: bool = False) -> Iterator[Daemon]:
    """Rspamd with the rules of its package, one worker, all modules off that need a service.

    With `asking`, the rules stay on that ask DNS about hosts and links; nobody answers them.
    """
    port = _free_port()
    _write_settings(folder, port, asking)
    command = ["rspamd", "-f", "-c", "/etc/rspamd/rspamd.conf"]
    command += [f"--var={name}={folder}" for name in ("LOCAL_CONFDIR", "RUNDIR", "LOGDIR", "DBDIR")]
    command += _as_user(folder, "_rspamd", "-u", "-g")
    log = folder / "rspamd.log"
    with _started(command, folder) as process:

        def ready() -> bool:
            lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
            return any("(normal)" in one and "full hyperscan database" in one for one in lines)

        _wait(ready, process, "Rspamd", folder)
        worker = [pid for pid in tree(process.pid) if "normal process" in _title(pid)]

        def check(raw: bytes) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
            with contextlib.closing(connection):
                connection.request("POST", "/checkv2", raw)
                answer = connection.getresponse()
                if answer.status != 200:
                    raise BenchError(f"Rspamd answered {answer.status} {answer.reason}")
                answer.read()

        yield Daemon(check, lambda: worker)


@contextlib.contextmanager
def spamd(folder: Path) -> Iterator[Daemon]:
    """SpamAssassin's daemon with the rules of its package, local tests only (-L)."""
    port = _free_port()
    command = [_spamd() or "spamd", "-L", "-x", "-i", "127.0.0.1", "-p", str(port), "-s", "stderr"]
    # Two children: with one, a connection that says nothing blocks it. None may be replaced.
    command += ["-m", "2", "--min-children=2", "--max-conn-per-child=1000000", "--round-robin"]
    command += _as_user(folder, "debian-spamd", "-u", "-g")
    with _started(command, folder) as process:

        def ready() -> bool:
            with contextlib.suppress(OSError):
                return b"PONG" in _ask_spamd(port, b"PING SPAMC/1.5\r\n\r\n")
            return False

        _wait(ready, process, "SpamAssassin", folder)

        def check(raw: bytes) -> None:
            head = f"CHECK SPAMC/1.5\r\nContent-length: {len(raw)}\r\n\r\n".encode()
            if b"EX_OK" not in _ask_spamd(port, head + raw):
                raise BenchError("SpamAssassin did not check a mail")

        yield Daemon(check, lambda: tree(process.pid))


def _ask_spamd(port: int, question: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection:
        connection.sendall(question)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65_536):
            answer += more
        return answer


def _write_settings(folder: Path, port: int, asking: bool) -> None:
    """Settings of ours above those of the package (its `override.d`)."""
    override = folder / "override.d"
    override.mkdir(parents=True)
    off = [*_SERVICES, *(() if asking else _ASKING)]
    settings = dict.fromkeys(off, "enabled = false;")
    settings["phishing"] = f"phishtank_enabled = {str(asking).lower()};"
    settings["options"] = (
        'filters = "chartable,regexp";\n'
        f'control_socket = "{folder}/control.sock mode=0600";\n'
        # A closed port of this machine: nothing is asked of the network, nothing is answered.
        'dns { nameserver = ["127.0.0.1:9:1"]; timeout = 0.1s; retransmits = 1; }'
    )
    settings["statistic"] = 'classifier "bayes" { enabled = false; }'
    settings["redis"] = "enabled = false;"
    settings["logging"] = f'type = "file"; filename = "{folder}/rspamd.log"; level = "info";'
    for name, text in settings.items():
        (override / f"{name}.conf").write_text(text + "\n")
        (override / f"{name}.inc").write_text(text + "\n")
    workers = dict.fromkeys(("controller", "proxy", "fuzzy"), "enabled = false; count = 0;")
    workers["normal"] = f'bind_socket = "127.0.0.1:{port}"; count = 1;'
    for name, text in workers.items():
        (override / f"worker-{name}.inc").write_text(text + "\n")


def _spamd() -> str | None:
    return shutil.which("spamd") or shutil.which("spamd", path="/usr/sbin")


def _as_user(folder: Path, name: str, user: str, group: str) -> list[str]:
    """Daemons do not work as root: they get their own user, and `folder` with all in it."""
    if os.geteuid() != 0:
        return []
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        entry = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return [user, entry.pw_name, group, grp.getgrgid(entry.pw_gid).gr_name]


@contextlib.contextmanager
def _started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon in its own process group, ended with all of its children."""
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        for which in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, which)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)


def _wait(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, folder: Path
) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            said = (folder / "said.txt").read_text(errors="replace").strip()[-300:]
            raise BenchError(f"{name} did not start: {said or 'it said nothing'}")
        time.sleep(0.2)


def _title(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    return ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
