# SPDX-License-Identifier: Apache-2.0
"""Groups M and A at the command: odd names, folders, pipes, boxes of boxes, cut boxes."""

import gzip
import io
import os
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from comity.gateway.inputs import find_sources

ODD = [b"a\nb.eml", b"\x1b]0;x\x07.eml", b"\xff\xfe.eml", "\u202efdp.eml".encode(), b"-rf.eml"]


@pytest.fixture
def odd(tmp_path, mail):
    """Good mails, and empty ones, under names that a terminal would obey."""
    folder = tmp_path / "odd"
    folder.mkdir()
    for number, name in enumerate(ODD):
        for content, mark in ((mail(number), b"good"), (b"", b"bad")):
            (folder / os.fsdecode(mark + name)).write_bytes(content)
    return folder


def test_m01_odd_names_are_named_without_control_characters(comity, odd):
    ran = comity("analyse", odd, "--json")
    assert ran.code == 1
    lines = ran.lines
    assert len(lines) == 2 * len(ODD)
    assert len({line["path"] for line in lines}) == 2 * len(ODD)  # each can be told from the others
    assert any(line["path"].endswith("bad\\xff\\xfe.eml") for line in lines)
    assert "[U+001B]]0;x[U+0007].eml" in ran.err
    assert len(ran.err.splitlines()) == len(ODD) + 1  # no name makes a line of its own


def test_m01_odd_names_in_a_table_and_in_receipts(comity, odd, node):
    assert comity("analyse", odd).code == 1
    assert comity("ingest", odd, "--node", node).code == 1
    receipts = comity("ingest", odd, "--node", node, "--json").lines
    assert [one["duplicate"] for one in receipts] == [True] * len(ODD)


def test_m01_folders_deeper_than_the_system_allows(tmp_path, mail):
    (tmp_path / "z.eml").write_bytes(mail())
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(5_000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    try:
        found = list(find_sources([str(tmp_path)]))
    finally:
        os.system(f"rm -rf '{tmp_path}/d'")
    assert [one.refused is None for one in found] == [False, True]
    assert "too long" in found[0].refused.detail


def test_m01_loops_folders_like_mails_and_pipes(tmp_path, mail):
    (tmp_path / "a.eml").mkdir()
    (tmp_path / "a.eml" / "b.eml").write_bytes(mail())
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "x").symlink_to(tmp_path / "y")
    (tmp_path / "y").symlink_to(tmp_path / "x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to(tmp_path / "pipe")  # opening it would wait for ever
    found = {Path(one.path).name: one.refused for one in find_sources([str(tmp_path)])}
    assert set(found) == {"b.eml", "loop", "x", "y"}
    assert found["b.eml"] is None
    assert all(found[name] is not None for name in ("loop", "x", "y"))


def test_m01_a_pipe_that_is_named_is_read_once_and_whole(tmp_path, mail):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(mail(),))
    writer.start()
    (found,) = find_sources([str(tmp_path / "pipe")])
    writer.join()
    assert found.content == mail()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/zero")
def test_m02_an_endless_input_is_refused_not_cut(comity, node):
    ran = comity("ingest", "/dev/zero", "--node", node, "--json")
    assert ran.code == 1
    assert ran.lines == []
    assert "the cap" in ran.err


def test_m02_a_line_of_60_mb_takes_little_memory(tmp_path):
    content = b"From: a@x.example\r\nSubject: s\r\n\r\n" + b"A" * 60_000_000
    (tmp_path / "long.eml").write_bytes(content)
    script = (
        "import resource, subprocess, sys; "
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    import subprocess

    words = [sys.executable, "-m", "comity.cli", "analyse", str(tmp_path), "--json", "--jobs", "1"]
    ran = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, check=True)
    code, mebibytes = map(int, ran.stdout.split())
    assert code == 0
    assert mebibytes < 400


def test_m01_a_nodes_own_folder_is_not_mail(comity, node, tmp_path):
    ran = comity("ingest", tmp_path, "--node", node, "--json")  # the node lies below
    assert ran.code == 1
    assert ran.lines == []  # its key is not taken in as a report
    assert "a node's own folder" in ran.err


GARBAGE = {"noise": bytes(range(256)) * 50, "nothing": b""}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_m06_garbage_on_standard_input_is_said_to_be_no_mail(comity, content):
    ran = comity("analyse", "-", "--json", stdin=content)
    assert ran.code == 1
    assert ran.lines[0]["error"]


@pytest.mark.parametrize("smuggled", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r\n"])
def test_m18_a_smuggled_second_envelope_stays_in_one_mail(smuggled, mail):
    """The file as a front kept it. The fronts themselves come with the issue of mail intake."""
    import comity

    raw = mail(1, b"one" + smuggled + b"MAIL FROM:<x@y.example>\r\nDATA\r\n" + mail(2))
    (found,) = comity.analyse(raw)
    assert found.report.mail == raw
    assert found.message is not None
    assert "Ten per cent off 1" in found.message.subject


def boxed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return out.getvalue()


def sources(tmp_path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    return list(find_sources([str(tmp_path / name)]))


def test_a01_a_bomb_of_boxes_is_given_up_early(tmp_path, mail):
    inner = boxed({"a.eml": mail()})
    for _ in range(6):
        inner = boxed({f"{number}.zip": inner for number in range(10)})
    found = sources(tmp_path, "bomb.zip", inner)
    assert len(found) < 20  # of a million
    assert found[-1].refused is not None
    assert found[-1].refused.code == "container-too-many"


def test_a01_many_tiny_members_of_few_bytes_are_given_up(tmp_path):
    inner = boxed({f"{number}": b"x" for number in range(300)})
    middle = boxed({f"{number}.zip": inner for number in range(300)})
    found = sources(tmp_path, "flat.zip", boxed({f"{n}.zip": middle for n in range(20)}))
    assert len(found) < 100_000  # of 1.8 million
    assert found[-1].refused.code == "container-too-many"


def test_a01_what_is_refused_is_hashed_as_it_is_or_not_at_all(tmp_path):
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for content in (b"PK\x03\x04", gzip.compress(bytes(60_000_000)), boxed({"b": bytes(60 << 20)})):
        for one in sources(tmp_path, "box", content):
            assert one.refused is not None
            assert one.digest != nothing


def test_a02_what_a_tar_holds_beside_files_is_named_and_nothing_is_written(comity, tmp_path, mail):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as box:
        kinds = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
        for number, kind in enumerate(kinds):
            member = tarfile.TarInfo(f"{number}")
            member.type, member.linkname = kind, "/etc/passwd"
            box.addfile(member)
        member = tarfile.TarInfo("../../\x1b[31m.eml")
        member.size = len(mail())
        box.addfile(member, io.BytesIO(mail()))
    (tmp_path / "odd.tar").write_bytes(out.getvalue())
    ran = comity("analyse", tmp_path / "odd.tar", "--json", cwd=tmp_path)
    assert ran.code == 1
    assert [line["error"] is None for line in ran.lines] == [False] * 4 + [True]
    codes = [one["code"] for one in ran.lines[-1]["report"]["defects"]]
    assert "member-name-unsafe" in codes
    assert list(tmp_path.iterdir()) == [tmp_path / "odd.tar"]


def test_a07_a_cut_box_is_named_with_its_last_report_and_the_byte(comity, node, tmp_path, mail):
    noise = [os.urandom(300).hex().encode() for _ in range(200)]
    box = b"".join(
        b"From x@y Tue Nov  3 10:00:00 2026\n" + mail(n, line) + b"\n\n"
        for n, line in enumerate(noise)
    )
    whole = gzip.compress(box)
    (tmp_path / "cut.mbox.gz").write_bytes(whole[: len(whole) // 2])
    ran = comity("analyse", tmp_path / "cut.mbox.gz", "--json")
    assert ran.code == 1
    *given, told = ran.lines
    assert 50 < len(given) < 150
    assert f"ends at byte {len(whole) // 2}" in told["error"]["text"]
    assert Path(given[-1]["path"]).name in told["error"]["text"]
    assert [one["code"] for one in given[-1]["report"]["defects"]] == [
        "mbox-cut-off",
        "container-cut-off",
    ]
    taken = comity("ingest", tmp_path / "cut.mbox.gz", "--node", node, "--json")
    assert taken.code == 1
    assert len(taken.lines) == len(given)


def test_a07_an_mbox_that_ends_inside_a_line_says_where(tmp_path, mail):
    box = b"".join(b"From x@y Tue Nov  3 10:00:00 2026\n" + mail(n) + b"\n" for n in range(9))
    found = sources(tmp_path, "cut.mbox", box[:-30])
    assert [len(one.defects) for one in found] == [0] * 8 + [1]
    assert found[-1].defects[0].detail.endswith(f"at byte {len(box) - 30}")


def test_a08_pictures_are_decoded_in_one_module_only_and_in_child_processes():
    """Office files and PDFs are decoded nowhere."""
    import ast

    import comity

    decoders = {"PIL", "zxingcpp", "fitz", "pypdf", "docx", "openpyxl", "olefile", "cv2"}
    users = set()
    root = Path(comity.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if decoders & {name.partition(".")[0] for name in names}:
                users.add(str(path.relative_to(root)))
    assert users == {"gateway/qr.py", "report/msg.py"}  # .msg is a report form: read in a child
