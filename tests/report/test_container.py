# SPDX-License-Identifier: Apache-2.0
"""Boxes of reports: what comes out, what is refused, and that nothing is ever written."""

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from comity.report import mbox
from comity.report.caps import CAPS, Caps
from comity.report.container import Item, unpack

ONE = b"From: a@x.example\nSubject: 1\n\nfirst\n"
TWO = b"From: b@x.example\nSubject: 2\n\nsecond\n"
BOX = b"".join(mbox.print_box([ONE, TWO], mbox.Dialect.RD))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: dict[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def found(content: bytes, name: str = "b", caps: Caps = CAPS) -> list[Item]:
    return list(unpack(name, io.BytesIO(content), caps))


def codes(item: Item) -> list[str]:
    return [one.code for one in item.defects]


class Pipe(io.RawIOBase):
    """A stream that cannot seek and gives a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size=-1):
        return self._inner.read(min(size, 700) if size >= 0 else 700)


BOXES = {  # name: (bytes, paths)
    "plain file": (ONE, ["b"]),
    "mbox": (BOX, ["b#1", "b#2"]),
    "gzip of a mail": (gzip.compress(ONE), ["b"]),
    "gzip of a mbox": (gzip.compress(BOX), ["b#1", "b#2"]),
    "gzip in two members": (gzip.compress(BOX[:40]) + gzip.compress(BOX[40:]), ["b#1", "b#2"]),
    "zstd of a mbox": (zstandard.compress(BOX), ["b#1", "b#2"]),
    "zstd in two frames": (zstandard.compress(BOX[:40]) + zstandard.compress(BOX[40:]),
                           ["b#1", "b#2"]),
    "zip": (zipped({"a/1.eml": ONE, "a/2.eml": TWO}), ["b!a/1.eml", "b!a/2.eml"]),
    "stored zip": (zipped({"1": ONE, "2": TWO}, zipfile.ZIP_STORED), ["b!1", "b!2"]),
    "tar": (tarred({"1.eml": ONE, "2.eml": TWO}), ["b!1.eml", "b!2.eml"]),
    "old tar": (tarred({"1": ONE, "2": TWO}, tarfile.USTAR_FORMAT), ["b!1", "b!2"]),
    "gnu tar, long name": (tarred({"n" * 200: ONE, "2": TWO}, tarfile.GNU_FORMAT),
                           ["b!" + "n" * 200, "b!2"]),
    "tar.gz": (gzip.compress(tarred({"1": ONE, "2": TWO})), ["b!1", "b!2"]),
    "tar.zst": (zstandard.compress(tarred({"1": ONE, "2": TWO})), ["b!1", "b!2"]),
    "mbox in a zip in a tar.gz": (gzip.compress(tarred({"z": zipped({"m": BOX})})),
                                  ["b!z!m#1", "b!z!m#2"]),
    "json lines": (b'{"a":1}\n\n{"b":2}\n', ["b#1", "b#3"]),
}  # fmt: skip


@pytest.mark.parametrize("pipe", [False, True], ids=["file", "pipe"])
@pytest.mark.parametrize(("content", "paths"), BOXES.values(), ids=BOXES)
def test_each_report_comes_out_with_its_exact_bytes(content, paths, pipe):
    stream = Pipe(content) if pipe else io.BytesIO(content)
    items = list(unpack("b", stream))
    assert [one.path for one in items] == paths
    assert not any(one.refused for one in items)
    for item in items:
        assert item.digest == hashlib.sha256(item.content).hexdigest()
    if len(items) == 2 and "json" not in paths[0] and items[0].content.startswith(b"From"):
        assert [one.content for one in items] == [ONE, TWO]


def test_a01_a_bomb_stops_at_the_ratio_and_the_outer_file_is_hashed():
    for bomb in (gzip.compress(bytes(50_000_000)), zstandard.compress(bytes(500_000_000))):
        (item,) = found(bomb)
        assert item.refused and codes(item) == ["container-ratio"]
        assert item.digest == hashlib.sha256(bomb).hexdigest()


def test_a01_a_bomb_in_a_zip_is_named_and_the_others_go_on():
    bomb = zipped({"1": ONE, "bomb": bytes(50_000_000), "2": TWO})
    assert len(bomb) < 60_000
    first, bad, second = found(bomb)
    assert (first.content, second.content) == (ONE, TWO)
    assert bad.refused and codes(bad) == ["container-ratio"] and bad.content == b""


def test_a01_the_peak_of_memory_stays_low():
    import tracemalloc

    bomb = zipped({f"bomb{n}": bytes(30_000_000) for n in range(4)})
    tracemalloc.start()
    found(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60_000_000


def test_a01_a_box_of_bombs_is_given_up():
    small = Caps(ratio_from=100_000, bombs=3)
    items = found(zipped({f"{n}": bytes(1_000_000) for n in range(20)}), caps=small)
    assert len(items) == 4
    assert codes(items[-1]) == ["container-too-many"] and items[-1].refused


def test_folders_of_a_zip_are_not_reports():
    out = io.BytesIO(zipped({"1.eml": ONE}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.mkdir("folder")
    assert [one.path for one in found(out.getvalue())] == ["b!1.eml"]


def test_a01_nested_boxes_stop_at_the_depth():
    inner = ONE
    for _ in range(5):
        inner = zipped({"z": inner})
    for caps, refused in ((Caps(depth=4), False), (Caps(depth=3), True)):
        (item,) = found(inner, caps=caps)
        assert item.refused is refused
        assert codes(item) == (["container-too-deep"] if refused else [])


def test_a01_overlapping_entries_are_refused():
    """Two directory entries that tell the same bytes (the trick of flat bombs)."""
    content = bytearray(zipped({"aa": ONE, "bb": TWO}, zipfile.ZIP_STORED))
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = struct.pack("<I", 10)  # into the first member
    items = found(bytes(content))
    assert items[0].content == ONE
    assert items[1].refused and codes(items[1]) == ["zip-overlap"]


NAMES = ["../../etc/x", "/etc/x", "C:\\x", "..\\x", "a/../../x"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
def test_a02_unsafe_names_are_only_text(name, pack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (item,) = found(pack({name: ONE}))
    assert item.path == f"b!{name}"
    assert codes(item) == ["member-name-unsafe"]
    assert item.content == ONE
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(("size", "cut"), [(1023, False), (1024, False), (1025, True)])
def test_a02_a_long_name_is_cut_at_the_cap(size, cut):
    (item,) = found(tarred({"n" * size: ONE}))
    assert codes(item) == (["member-name-too-long"] if cut else [])
    assert len(item.path) == 2 + min(size, 1024)


def test_a02_control_characters_of_a_name_are_shown_as_marks():
    (item,) = found(zipped({"a\n\x1b[31m\u202e.eml": ONE}))
    assert item.path == "b!a\ufffd\ufffd[31m\ufffd.eml"


def test_a02_links_and_devices_are_named_and_not_followed():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("it")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("1.eml")
        info.size = len(ONE)
        archive.addfile(info, io.BytesIO(ONE))
    items = found(out.getvalue())
    assert [codes(one) for one in items[:4]] == [["member-not-a-file"]] * 4
    assert items[4].content == ONE


def test_a03_a_lying_size_and_other_views_are_told():
    content = bytearray(zipped({"1.eml": ONE}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 7)  # size, in the directory only
    (item,) = found(bytes(content))
    assert codes(item) == ["zip-views-differ", "zip-size-lies"]
    assert item.content == ONE
    content = bytearray(zipped({"1.eml": ONE}))
    content[30:35] = b"2.exe"  # name, in the local header only
    (item,) = found(bytes(content))
    assert codes(item) == ["zip-views-differ"]
    assert "2.exe" in item.defects[0].detail and item.path == "b!1.eml"


def test_a03_a_wrong_checksum_is_told():
    content = bytearray(zipped({"1.eml": ONE}, zipfile.ZIP_STORED))
    at = content.find(b"first")
    content[at] ^= 1
    assert codes(found(bytes(content))[0]) == ["container-damaged"]


def test_a04_an_encrypted_member_is_not_opened():
    content = bytearray(zipped({"1.eml": ONE, "2.eml": TWO}))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    bad, good = found(bytes(content))
    assert bad.refused and codes(bad) == ["encrypted-archive"] and bad.content == b""
    assert good.content == TWO


@pytest.mark.parametrize("cut", range(30, 700, 61))
def test_a07_a_cut_archive_names_its_last_partial_report(cut):
    """Wherever the bytes end, what lies before is given, and the end is told."""
    whole = gzip.compress(tarred({"1": ONE, "2": TWO}), mtime=0)
    items = found(whole[: min(cut, len(whole) - 9)])
    assert any("cut-off" in code for one in items for code in codes(one))
    assert [one.content for one in items if not codes(one)] in ([], [ONE], [ONE, TWO])


def test_a07_a_cut_tar_keeps_the_part_that_is_there():
    big = ONE + b"x" * 2000
    (item,) = found(tarred({"1": big})[: 1500 + 512])
    assert codes(item) == ["container-cut-off"]
    assert big.startswith(item.content) and item.content


CAP = [(-1, False), (0, False), (1, True)]


@pytest.mark.parametrize(("over", "refused"), CAP)
@pytest.mark.parametrize("pack", ["plain", "zip", "tar", "gz", "lines"])
def test_cap_of_one_report(pack, over, refused):
    content = b'{"a":"' + b"x" * 3000 + b'"}'
    packed = {
        "plain": content,
        "zip": zipped({"1": content}),
        "tar": tarred({"1": content}),
        "gz": gzip.compress(content),
        "lines": b'{"a":1}\n' + content,
    }[pack]
    item = found(packed, caps=Caps(report_bytes=len(content) - over))[-1]
    assert item.refused is refused
    assert codes(item) == (["report-too-big"] if refused else [])
    assert item.content == (b"" if refused else content)


@pytest.mark.parametrize(("over", "refused"), CAP)
def test_cap_of_members(over, refused):
    items = found(zipped({f"{n}": ONE for n in range(5)}), caps=Caps(members=5 - over))
    assert (codes(items[-1]) == ["container-too-many"]) is refused
    assert len(items) == 5


@pytest.mark.parametrize(("over", "refused"), CAP)
def test_cap_of_all_bytes(over, refused):
    total = len(ONE) + len(TWO)
    items = found(zipped({"1": ONE, "2": TWO}), caps=Caps(total_bytes=total - over))
    assert (codes(items[-1]) == ["container-too-many"]) is refused


@pytest.mark.parametrize(("over", "refused"), CAP)
def test_cap_of_the_zip_directory(over, refused):
    content = zipped({"1.eml": ONE})
    size = 46 + len("1.eml")
    (item,) = found(content, caps=Caps(zip_directory=size - over))
    assert item.refused is refused


@pytest.mark.parametrize(("over", "refused"), CAP)
def test_cap_of_the_ratio(over, refused):
    content = bytes(200_000)
    packed = gzip.compress(content)
    ratio = -(-len(content) // len(packed)) - over
    (item,) = found(packed, caps=Caps(ratio=ratio, ratio_from=1))
    assert item.refused is refused


def test_a_pax_header_of_any_declared_size_takes_no_memory():
    content = bytearray(tarred({"n" * 300: ONE}))
    content[124:136] = b"77777777777\0"  # 8 GiB
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    (item,) = found(bytes(content))
    assert item.refused and codes(item) == ["container-damaged"]


FAULTY = {  # name: (bytes, code)
    "zip without members": (b"PK\x05\x06" + bytes(18), "container-empty"),
    "zip without end": (zipped({"1": ONE})[:-30], "container-cut-off"),
    "gzip of nothing": (gzip.compress(b"")[:12], "container-cut-off"),
    "gzip then rubbish": (gzip.compress(ONE) + b"rubbish", "container-damaged"),
    "seven zip": (b"7z\xbc\xaf\x27\x1c" + bytes(30), "container-unsupported"),
    "empty tar": (tarred({})[:512] or bytes(512), None),
}


@pytest.mark.parametrize(("content", "code"), FAULTY.values(), ids=FAULTY)
def test_faulty_boxes_are_named(content, code):
    items = found(content)
    assert code is None or code in codes(items[-1])


def test_an_office_document_is_no_box_of_mail():
    content = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<y/>"})
    (item,) = found(content, "letter.docx")
    assert item.content == content


@given(st.binary(max_size=300))
def test_any_bytes_give_items(content):
    found(content)


packs = st.sampled_from([gzip.compress(BOX), zstandard.compress(BOX), zipped({"1": ONE, "b": BOX}),
                         tarred({"1": ONE, "b": BOX})])  # fmt: skip


@given(packs, st.integers(0, 2000), st.integers(1, 255), st.integers(0, 2000))
def test_any_flipped_byte_and_any_cut_give_items(content, at, flip, cut):
    broken = bytearray(content)
    broken[at % len(broken)] ^= flip
    found(bytes(broken[: len(broken) - cut % len(broken)]))


def test_a03_a_member_without_its_local_header_is_named():
    for case in ("overwritten", "beyond the end"):
        content = bytearray(zipped({"1.eml": ONE, "2.eml": TWO}))
        if case == "overwritten":
            at = content.find(b"PK\x03\x04", 10)
            content[at : at + 2] = b"XX"
        else:
            at = content.rfind(b"PK\x01\x02")
            content[at + 42 : at + 46] = struct.pack("<I", len(content) - 4)
        good, bad = found(bytes(content))
        assert good.content == ONE
        assert bad.refused and codes(bad) == ["container-damaged"]


NOT_LINES = {
    "one object over lines": b'{"a":\n{"b": 1}}\n',
    "an object, then text": b'{"a": 1}\nhello\n',
    "one object": b'{"a": 1}\n',
    "text, then an object": b'hello {"a"\n{"b": 1}\n',
}


@pytest.mark.parametrize("content", NOT_LINES.values(), ids=NOT_LINES)
def test_only_an_object_a_line_makes_json_lines(content):
    (item,) = found(content)
    assert (item.path, item.content) == ("b", content)


def pax(record: bytes, size: bytes = b"%011o" % len(ONE)) -> bytes:
    """A pax header with this record in front of a member with this size field."""
    content = bytearray(tarred({"1.eml": ONE}, tarfile.USTAR_FORMAT))
    content[124:135] = size
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    head = bytearray(content[:512])
    head[:9], head[156:157], head[124:135] = b"PaxHeader", b"x", b"%011o" % len(record)
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + record.ljust(512, b"\0") + bytes(content)


PAX = {  # name: (archive, path)
    "a path": (pax(b"14 path=other\n"), "b!other"),
    "size of a big file": (pax(b"11 size=%d\n" % len(ONE), b"00000000000"), "b!1.eml"),
    "size that is no number": (pax(b"10 size=a\n"), "b!1.eml"),
    "length that lies": (pax(b"1 path=other\n"), "b!1.eml"),
    "length that is no number": (pax(b"xx path=other\n"), "b!1.eml"),
    "no value": (pax(b"6 path\n"), "b!1.eml"),
}


@pytest.mark.parametrize(("content", "path"), PAX.values(), ids=PAX)
def test_pax_records(content, path):
    (item,) = found(content)
    assert (item.path, item.content, item.refused) == (path, ONE, False)
