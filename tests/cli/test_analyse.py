# SPDX-License-Identifier: Apache-2.0
"""`comity analyse` as a user meets it: files, folders, boxes, faults, exit codes, JSON."""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from importlib.resources import files

import jsonschema
import pytest

SCHEMA = json.loads(
    files("comity.service").joinpath("schemas", "analysis.schema.json").read_text("utf-8")
)
VALID = jsonschema.Draft202012Validator(SCHEMA)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def variant(mail: bytes, number: int) -> bytes:
    return mail.replace(b"<1@sender", b"<%d@sender" % number)


def test_one_mail_gives_one_line_that_keeps_the_contract(comity, mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    ran = comity("analyse", tmp_path / "a.eml", "--json", "--address-policy", "demo")
    assert ran.code == 0
    (line,) = ran.lines
    VALID.validate(line)
    assert line["sha256"] == sha256(mail)
    assert line["form"] == "eml"
    assert line["message"]["subject"] == "Ten per cent off all shoes"
    assert line["trace"]["origin"]["ip"] == "198.51.100.7"
    assert line["trace"]["hops"][0]["standing"] == "vouched"
    assert {link["url"] for link in line["message"]["links"]} >= {
        "http://shop.sender.example/shoes"
    }
    assert line["campaign"] is None


def test_t07_a_documentation_address_is_no_origin_outside_the_demo(comity, mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    (line,) = comity("analyse", tmp_path / "a.eml", "--json").lines
    assert line["trace"]["origin"] is None
    assert line["trace"]["confidence"] == "none"
    assert line["trace"]["reasons"]


def test_m01_an_empty_file_is_named_and_the_others_go_on(comity, mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    (tmp_path / "b.eml").write_bytes(b"")
    (tmp_path / "c.eml").write_bytes(variant(mail, 2))
    ran = comity("analyse", tmp_path, "--json")
    assert ran.code == 1
    assert [line["error"] is not None for line in ran.lines] == [False, True, False]
    assert "b.eml" in ran.err
    for line in ran.lines:
        VALID.validate(line)


@pytest.mark.parametrize("content", [b"\r\n", b"   \n \n", b"\xff\xd8\xff\xe0" + bytes(500)])
def test_what_is_no_mail_is_said_to_be_none(comity, tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    ran = comity("analyse", tmp_path / "a", "--json")
    assert ran.code == 1
    (line,) = ran.lines
    VALID.validate(line)
    assert line["message"] is None
    assert line["sha256"] == sha256(content)


def test_a_file_that_is_not_there_is_named(comity, mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    ran = comity("analyse", tmp_path / "nope.eml", tmp_path / "a.eml", "--json")
    assert ran.code == 1
    assert "nope.eml" in ran.err
    assert [line["error"] is None for line in ran.lines] == [False, True]


def test_output_keeps_the_order_of_the_input_whatever_the_jobs(comity, mail, tmp_path):
    for number in range(100):
        (tmp_path / f"{number:03}.eml").write_bytes(variant(mail, number))
    one = comity("analyse", tmp_path, "--json", "--jobs", 1)
    three = comity("analyse", tmp_path, "--json", "--jobs", 3)
    assert one.code == 0
    assert one.out == three.out
    assert [line["path"] for line in one.lines] == sorted(line["path"] for line in one.lines)


def test_campaigns_are_filled_in_by_a_second_pass(comity, mail, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(variant(mail, number))
    lines = comity("analyse", tmp_path, "--json", "--campaigns", "--address-policy", "demo").lines
    names = {line["campaign"] for line in lines}
    assert len(names) == 1
    assert None not in names
    for line in lines:
        VALID.validate(line)


def test_a_text_that_holds_the_campaign_key_is_not_touched(comity, mail, tmp_path):
    bait = b'{"campaign":null}'
    for number in range(2):
        content = variant(mail, number).replace(b"Ten per cent", bait)
        (tmp_path / f"{number}.eml").write_bytes(content)
    for line in comity("analyse", tmp_path, "--json", "--campaigns").lines:
        assert line["message"]["subject"].startswith(bait.decode())


def test_boxes_in_boxes_are_opened(comity, mail, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as box:
        box.writestr("x/1.eml", mail)
        box.writestr("x/2.eml.gz", gzip.compress(variant(mail, 2)))
        box.writestr("../../evil.eml", variant(mail, 3))
    (tmp_path / "box.zip").write_bytes(inner.getvalue())
    ran = comity("analyse", tmp_path / "box.zip", "--json")
    digests = {line["sha256"] for line in ran.lines}
    assert {sha256(mail), sha256(variant(mail, 2)), sha256(variant(mail, 3))} == digests
    assert list(tmp_path.iterdir()) == [tmp_path / "box.zip"]  # A02: nothing is written


def test_an_mbox_and_standard_input(comity, mail, tmp_path):
    box = b"".join(
        b"From x@y Tue Nov  3 10:00:00 2026\n" + variant(mail, n).replace(b"\r\n", b"\n") + b"\n"
        for n in range(3)
    )
    (tmp_path / "a.mbox").write_bytes(box)
    from_file = comity("analyse", tmp_path / "a.mbox", "--json")
    from_stdin = comity("analyse", "-", "--json", stdin=box)
    assert len(from_file.lines) == 3
    assert [x["sha256"] for x in from_file.lines] == [x["sha256"] for x in from_stdin.lines]


def test_maildir_leaves_out_what_is_half_written(comity, mail, tmp_path):
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.host").write_bytes(mail)
    assert len(comity("analyse", tmp_path, "--json").lines) == 2


def test_a_configured_relay_is_stepped_over(comity, mail, tmp_path):
    relayed = (
        b"Received: from relay.recipient.example (relay.recipient.example [203.0.113.9])\r\n"
        b"\tby store.recipient.example (Postfix) with ESMTP id 1;\r\n"
        b"\tTue, 03 Nov 2026 10:00:01 +0000 (UTC)\r\n"
    ) + mail.replace(b"by mx.recipient.example", b"by relay.recipient.example")
    (tmp_path / "a.eml").write_bytes(relayed)
    words = ("analyse", tmp_path / "a.eml", "--json", "--address-policy", "demo")
    (by_cidr,) = comity(*words, "--trusted-relay", "203.0.113.9/32").lines
    (by_host,) = comity(*words, "--trusted-relay", "recipient.example").lines
    trust = tmp_path / "trust.json"
    trust.write_text('[{"by": ["*.recipient.example"], "relays": ["203.0.113.0/24"]}]')
    (by_file,) = comity(*words, "--trust", trust).lines
    for line in (by_cidr, by_host, by_file):
        assert line["trace"]["origin"]["ip"] == "198.51.100.7"


WRONG = {
    "no path": (["analyse"], 2),
    "no verb": (["analyze"], 2),
    "trust is no JSON": (["analyse", "a.eml", "--trust", "a.eml"], 65),
    "trust is not there": (["analyse", "a.eml", "--trust", "nope.json"], 65),
    "relay is nonsense": (["analyse", "a.eml", "--trusted-relay", "a b"], 65),
    "address data is none": (["analyse", "a.eml", "--geo", "a.eml"], 65),
    "jobs is no number": (["analyse", "a.eml", "--jobs", "x"], 2),
}


@pytest.mark.parametrize(("words", "code"), WRONG.values(), ids=WRONG)
def test_wrong_use_has_its_exit_code_and_one_clear_sentence(comity, mail, tmp_path, words, code):
    (tmp_path / "a.eml").write_bytes(mail)
    ran = comity(*words, cwd=tmp_path)
    assert ran.code == code
    assert ran.out == b""
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_a_person_sees_a_table_without_live_links_or_control_characters(comity, mail, tmp_path):
    evil = mail.replace(b"Ten per cent", b"=?utf-8?Q?=1B=5B31mred=E2=80=AEgpj?=")
    (tmp_path / "a.eml").write_bytes(evil)
    one = comity("analyse", tmp_path / "a.eml").out.decode()
    assert "\x1b" not in one
    assert "\u202e" not in one
    assert "[U+202E]" in one
    assert "http://shop" not in one
    assert "hxxp://shop[.]sender[.]example/shoes" in one
    assert "trust boundary" in one


def test_a_closed_pipe_ends_quietly(mail, tmp_path):
    for number in range(200):
        (tmp_path / f"{number:03}.eml").write_bytes(variant(mail, number))
    comity = subprocess.Popen(
        [sys.executable, "-m", "comity.cli", "analyse", str(tmp_path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert comity.stdout is not None and comity.stderr is not None
    comity.stdout.readline()
    comity.stdout.close()
    told = comity.stderr.read().decode()
    comity.stderr.close()
    assert comity.wait(60) == 0
    assert "Traceback" not in told


def test_help_is_quick_and_loads_nothing_heavy(comity):
    code = (
        "import sys; from comity.cli import main; "
        "heavy = {'numpy', 'django', 'PIL', 'rich', 'cryptography', 'selectolax'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert loaded.stdout.strip() == b"[]"
    ran = comity("analyse", "--help")
    assert ran.code == 0
    assert b"Example:" in ran.out


def test_m03_m04_hostile_structure_ends_in_time(comity, tmp_path):
    (tmp_path / "nested.eml").write_bytes(
        b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Subject: in\r\n\r\nx"
    )
    (tmp_path / "parts.eml").write_bytes(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000
    )
    (tmp_path / "lines.eml").write_bytes(
        b"From: a@x.example\r\n" + b"X: y\r\n" * 1_000_000 + b"\r\nbody"
    )
    (tmp_path / "subject.eml").write_bytes(b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\nx")
    (tmp_path / "divs.eml").write_bytes(
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 1_000_000 + b"deep"
    )
    (tmp_path / "attributes.eml").write_bytes(
        b"Content-Type: text/html\r\n\r\n<p " + b"a=b " * 100_000 + b">text</p>"
    )
    started = time.monotonic()
    ran = comity("analyse", tmp_path, "--json", "--jobs", 1)
    assert time.monotonic() - started < 30
    assert len(ran.lines) == 6
    for line in ran.lines:
        VALID.validate(line)
        assert line["error"] is None, line["path"]
        defects = line["message"]["defects"]
        assert defects, line["path"]


def test_a_link_that_leads_nowhere_is_named_and_a_pipe_is_passed_over(comity, mail, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    ran = comity("analyse", tmp_path, "--json")
    assert ran.code == 1
    assert [line["error"] is None for line in ran.lines] == [True, False]
    assert "loop" in ran.err
