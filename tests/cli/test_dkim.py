# SPDX-License-Identifier: Apache-2.0
"""DKIM checked with archived DNS answers, in a real process (T10, T11)."""

import base64
import json

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@pytest.fixture
def signed(mail):
    """(signed mail, line of the archive that holds its key)."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    received, _, written = mail.partition(b"From: ")
    written = b"From: " + written
    # Signed by the clock of this machine, so it is received after any day this test may run on.
    received = received.replace(b"Tue, 03 Nov 2026", b"Fri, 01 Nov 2058")
    field = dkim.sign(written, b"s1", b"sender.example", pem)
    answer = {
        "name": "s1._domainkey.sender.example",
        "type": "TXT",
        "answer": "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode(),
        "fetched_at": "2026-11-03T10:00:00Z",
    }
    return received + field + written, json.dumps(answer)


def dkim_of(comity, tmp_path, content: bytes, answer: str):
    (tmp_path / "a.eml").write_bytes(content)
    (tmp_path / "answers.ndjson").write_text(answer)
    words = ("--json", "--address-policy", "demo", "--dns", tmp_path / "answers.ndjson")
    (line,) = comity("analyse", tmp_path / "a.eml", *words).lines
    return [one for one in line["trace"]["authentication"] if one["method"] == "dkim"]


def test_t11_a_signature_is_checked_with_the_key_of_its_day(comity, signed, tmp_path):
    (found,) = dkim_of(comity, tmp_path, *signed)
    assert (found["result"], found["identity"], found["by"]) == ("pass", "sender.example", "comity")


def test_t10_a_changed_body_fails(comity, signed, tmp_path):
    content, answer = signed
    (found,) = dkim_of(comity, tmp_path, content.replace(b"ten per cent", b"99 per cent"), answer)
    assert found["result"] == "fail"


def test_a_key_that_was_not_archived_is_said_to_be_missing(comity, signed, tmp_path):
    content, answer = signed
    (found,) = dkim_of(comity, tmp_path, content, answer.replace("s1._domain", "s2._domain"))
    assert found["result"] not in ("pass", "fail")
