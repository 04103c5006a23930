# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Attached files as facts: type by content, hints, archives (A01 to A05)."""

import hashlib
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_files import archive, encrypted, mail, part, pdf, png, word

from comity.message.archive import MAX_LISTED, MAX_MEMBERS
from comity.message.archive import read as read_archive
from comity.message.attachment import end_of
from comity.message.magic import type_of
from comity.message.read import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
VBA = "_VBA_PROJECT".encode("utf-16-le")
LNK = b"L\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 60
EXE = b"MZ" + b"\x90" * 200
ISO = b"\x00" * 0x8001 + b"CD001\x01"
ONE = b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3" + b"\x00" * 50

FILES = {  # case: (name, declared, content, type by content, hints)
    "pdf": ("a.pdf", "application/pdf", pdf(), "application/pdf", []),
    "pdf with a link": ("a.pdf", "application/pdf", pdf("http://x.example/"), "application/pdf", ["pdf-with-link"]),
    "pdf with a packed link": ("a.pdf", "application/pdf", pdf("http://x.example/", True), "application/pdf", ["pdf-with-link"]),
    "pdf in name only": ("a.pdf", "application/pdf", EXE, "application/vnd.microsoft.portable-executable", ["executable", "type-mismatch"]),
    "html": ("a.html", "text/html", b"<html><p>x", "text/html", ["html"]),
    "html with a form": ("a.htm", "text/html", b"<html><form><input type=password>", "text/html", ["html", "html-form"]),
    "html that unpacks itself": ("a.html", "text/html", b"<html><script>document.write(atob('x'))</script>", "text/html", ["html", "html-unpacks", "script"]),
    "html called pdf": ("a.pdf", "application/pdf", b"<html><p>x", "text/html", ["html", "type-mismatch"]),
    "svg with script": ("a.svg", "image/svg+xml", b"<svg xmlns=x><script>x</script></svg>", "image/svg+xml", ["html", "image", "script"]),
    "script": ("a.js", "text/plain", b"var a = 1;", "text/plain", ["executable", "script"]),
    "double end": ("invoice.pdf.exe", "application/octet-stream", EXE, "application/vnd.microsoft.portable-executable", ["double-extension", "executable"]),
    "double end, blanks": ("invoice.pdf    .exe", "application/octet-stream", EXE, "application/vnd.microsoft.portable-executable", ["double-extension", "executable"]),
    "shortcut": ("a.lnk", "application/octet-stream", LNK, "application/x-ms-shortcut", ["executable", "shortcut"]),
    "disk image": ("a.iso", "application/octet-stream", ISO, "application/x-iso9660-image", ["disk-image"]),
    "HTA": ("a.hta", "text/html", b"<hta:application><script>x</script>", "application/hta", ["executable", "html", "script", "type-mismatch"]),
    "OneNote": ("a.one", "application/octet-stream", ONE, "application/onenote", ["onenote"]),
    "Word": ("a.docx", "application/octet-stream", word(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", []),
    "Word with macro": ("a.docm", "application/octet-stream", word(True), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ["macro"]),
    "old Word with macro": ("a.doc", "application/msword", OLE + VBA, "application/x-ole-storage", ["macro"]),
    "encrypted Word": ("a.docx", "application/octet-stream", OLE + "EncryptedPackage".encode("utf-16-le"), "application/x-ole-storage", ["encrypted"]),
    "RTF with object": ("a.doc", "application/msword", b"{\\rtf1{\\object\\objdata 01}}", "application/rtf", ["embedded-object"]),
    "archive": ("a.zip", "application/zip", archive({"a.txt": b"x"}), "application/zip", ["archive"]),
    "archive with a program": ("a.zip", "application/zip", archive({"a.pdf.js": b"x"}), "application/zip", ["archive", "executable-inside", "script-inside"]),
    "archive in an archive": ("a.zip", "application/zip", archive({"b.zip": b"x"}), "application/zip", ["archive", "nested-archive"]),
    "picture": ("a.png", "image/png", png(8, 8), "image/png", ["image"]),
    "picture called jpg": ("a.jpg", "image/jpeg", png(8, 8), "image/png", ["image"]),
    "text": ("a.txt", "text/plain", b"hello", "text/plain", []),
    "nothing": ("a.bin", "application/octet-stream", b"", "application/x-empty", []),
    "unknown": ("a.bin", "application/octet-stream", b"\x00\x01\x02", "application/octet-stream", []),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "declared", "content", "kind", "hints"), FILES.values(), ids=FILES
)
def test_types_and_hints(name, declared, content, kind, hints):
    (found,) = read(mail(part(b"hi", kind="text/plain"), part(content, name, declared))).attachments
    assert (found.name, found.declared, found.type) == (name, declared, kind)
    assert list(found.hints) == hints
    assert (found.size, found.digest) == (len(content), hashlib.sha256(content).hexdigest())


def test_m14_a_name_that_runs_backwards_is_shown_as_it_is():
    (found,) = read(mail(part(EXE, "invoice\u202efdp.exe"))).attachments
    assert found.name == "invoice[U+202E]fdp.exe"
    assert end_of("invoice\u202efdp.exe") == "exe"
    assert {"executable", "name-reordered"} <= set(found.hints)


@pytest.mark.parametrize("packed", [False, True])
def test_links_in_a_pdf_are_links_of_the_mail(packed):
    found = read(mail(part(pdf("http://x.example/a", packed), "a.pdf", "application/pdf")))
    assert [(link.url, link.source) for link in found.links] == [
        ("http://x.example/a", "attachment")
    ]


def test_links_in_an_attached_page_are_links_of_the_mail():
    page = (
        b"<html><a href='https://evil.example/'>https://bank.example</a><form action=//f.example>"
    )
    found = read(mail(part(page, "a.html", "text/html")))
    assert [(link.host, link.source) for link in found.links] == [
        ("evil.example", "attachment"),
        ("f.example", "attachment"),
    ]
    assert "shown-is-not-real" in [reason.code for reason in found.links[0].reasons]
    assert found.text == ""


def test_a01_a_bomb_is_named_and_not_unpacked():
    bomb = archive({"a.txt": b"\x00" * 50_000_000})
    start = time.process_time()
    found = read(mail(part(bomb, "a.zip")))
    assert time.process_time() - start < 0.1
    assert "archive-bomb" in found.attachments[0].hints
    assert "archive-bomb" in [defect.code for defect in found.defects]
    assert found.attachments[0].digest == hashlib.sha256(bomb).hexdigest()


def test_a01_entries_that_share_bytes_are_noted():
    box = bytearray(archive({"a": b"x" * 50, "b": b"y" * 50}))
    second = box.rindex(b"PK\x01\x02")
    struct.pack_into("<L", box, second + 42, 0)
    codes = [defect.code for defect in read_archive(bytes(box)).defects]
    assert "archive-members-overlap" in codes


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a01_the_cap_on_members_is_at_its_value(over):
    listing = read_archive(archive({str(n): b"" for n in range(MAX_MEMBERS + over)}))
    assert len(listing.members) == MAX_LISTED
    assert ("archive-too-many-members" in [d.code for d in listing.defects]) == (over > 0)


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "C:\\x", "a\\..\\..\\x", "n" * 4_000])
def test_a02_a_members_name_is_text(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    listing = read_archive(archive({name: b"x"}))
    assert listing.members[0] == name[:255]
    wanted = "archive-name-too-long" if len(name) > 255 else "archive-path-escapes"
    assert wanted in [defect.code for defect in listing.defects]
    assert list(Path(tmp_path).iterdir()) == []


def test_a03_both_views_are_noted_when_headers_disagree():
    box = archive({"good.txt": b"x"}).replace(b"good.txt", b"evil.exe", 1)
    (defect,) = read_archive(box).defects
    assert defect.code == "archive-disagrees"
    assert "evil.exe" in defect.detail
    assert "good.txt" in defect.detail


def test_a03_sizes_that_disagree_are_noted():
    box = bytearray(archive({"a": b"x" * 100}))
    struct.pack_into("<L", box, box.index(b"PK\x01\x02") + 24, 5)
    assert [defect.code for defect in read_archive(bytes(box)).defects] == ["archive-disagrees"]


def test_a04_an_encrypted_archive_is_told_and_not_opened():
    (found,) = read(mail(part(encrypted(archive({"a.txt": b"x"})), "a.zip"))).attachments
    assert "encrypted-archive" in found.hints
    assert found.members == ("a.txt",)


def test_a05_a_file_that_is_three_kinds_shows_both_types():
    content = b"%PDF-1.7 <html><script>x</script>" + archive({"a.exe": b"x"})
    (found,) = read(mail(part(content, "a.html", "text/html"))).attachments
    assert (found.type, found.declared) == ("application/pdf", "text/html")
    assert {"polyglot", "type-mismatch", "executable-inside"} <= set(found.hints)


def test_a_picture_with_a_page_behind_it_is_a_polyglot():
    (found,) = read(mail(part(png(8, 8) + b"<script>x</script>", "a.png", "image/png"))).attachments
    assert "polyglot" in found.hints


def test_m12_a_uuencoded_file_in_a_text_is_attached():
    body = "before\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\nafter\r\n"
    head = "From: a@b.example\r\nDate: Tue, 1 Jan 2019 10:00:00 +0000\r\n\r\n"
    found = read((head + body).encode())
    assert found.text == "before\nafter"
    (attached,) = found.attachments
    assert (attached.name, attached.size) == ("a.txt", 3)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(content):
    assert "/" in type_of(content)
    for start in (b"PK\x03\x04", b"%PDF-", b"<html>", b"\xff\xd8\xff", b"MZ"):
        assert "/" in type_of(start + content)


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 200), st.binary(max_size=4))
def test_any_damage_to_an_archive_is_survived(tail, at, change):
    box = bytearray(archive({"a.txt": b"x" * 30, "b/c": b"y"}))
    box[at : at + len(change)] = change
    read_archive(bytes(box))
    read_archive(bytes(box) + tail)
    read_archive(bytes(box)[at:])
