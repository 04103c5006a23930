# SPDX-License-Identifier: Apache-2.0
"""What a fingerprint holds: hashes only, the same for mails that differ by recipient and number."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.campaign.campaign import Family
from comity.campaign.fingerprint import VERSION, fingerprint
from comity.campaign.key import FAMILY, Kind, key, kind_of
from comity.campaign.table import ROW, SLOTS, digests, ordered, pack, read, table
from comity.message.read import read as read_message
from comity.trace.trace import Confidence, Origin, OriginKind, Trace
from comity.values.address import address

NOTHING = Trace((), None, None, Confidence.NONE, ())


def kinds(found):
    every = (*found.urls, *found.attachments, *found.template, *found.infrastructure)
    return {kind_of(one) for one in every}


def test_two_mails_that_differ_by_recipient_and_number_have_the_same_keys(mail):
    one, other = mail(number=1).print(), mail(number=2).print()
    assert one.digest != other.digest
    assert (one.text, one.subject, one.template, one.infrastructure) == (
        other.text,
        other.subject,
        other.template,
        other.infrastructure,
    )


def test_a_fingerprint_holds_no_word_name_or_address_of_the_mail(mail):
    one = mail(
        subject="Secretword parcel",
        link="https://landing.example/path/secret",
        reply="who@r.example",
    )
    packed = pack(one.print())
    for secret in (
        "secretword",
        "parcel",
        "landing",
        "someone",
        "reader",
        "depot",
        "192.0.2",
        "who",
    ):
        assert secret.encode() not in packed.lower()
    assert address("192.0.2.10").packed not in packed


def test_a_row_is_small_and_of_fixed_size(mail):
    heavy = " ".join(f"https://h{i}.example/p/{i}" for i in range(500))
    assert len(pack(mail(link=heavy).print())) == len(pack(mail().print())) == ROW.itemsize <= 700


def test_rows_say_what_the_fingerprint_says(mail):
    found = mail(link="https://a.example/x", file=b"%PDF-1.4" + b"x" * 900).print()
    row = table([found])[0]
    assert digests(table([found])) == [found.digest]
    assert row["version"] == VERSION
    assert row["text"].tobytes() == found.text
    every = {*found.urls, *found.attachments, *found.template, *found.infrastructure}
    assert every | {found.subject, *found.subject_parts} - {0} == set(row["keys"].tolist()) - {0}
    assert read(pack(found)) == table([found])


def test_a_kind_with_too_many_keys_keeps_the_same_ones_in_every_mail(mail):
    hosts = [f"https://h{i}.example/" for i in range(40)]
    one = mail(link=" ".join(hosts)).print()
    other = mail(link=" ".join(reversed(hosts))).print()
    assert one.urls == other.urls
    rows = table([one, other])["keys"]
    assert (rows[0] == rows[1]).all()
    kept = [value for value in rows[0].tolist() if value and kind_of(value) is Kind.URL_DOMAIN]
    assert len(kept) == SLOTS[Kind.URL_DOMAIN]


def test_rows_are_put_in_order_once_a_mail(mail):
    rows = table([mail(number=n % 5).print() for n in range(12)])
    names = digests(ordered(rows))
    assert names == sorted(set(digests(rows)))


def test_a_mailbox_providers_address_is_nobodys_evidence(mail):
    message = read_message(mail().raw())
    for kind in OriginKind:
        origin = Origin(address("192.0.2.1"), None, None, None, kind, None)
        trace = Trace((), 0, origin, Confidence.HIGH, ())
        expected = kind is not OriginKind.MAILBOX_PROVIDER
        assert (Kind.ADDRESS in kinds(fingerprint(message, trace))) is expected


def test_a_mail_in_the_recipients_own_name_does_not_name_the_sender(mail):
    own = mail(author="me@reader.example", to="me@reader.example").print()
    assert Kind.MAILBOX not in kinds(own)
    assert Kind.MAILBOX in kinds(mail().print())


@pytest.mark.parametrize(
    ("content", "type_", "expected"),
    [
        (b"%PDF-1.4\n" + b"x" * 900, "application/pdf", Kind.ATTACHMENT),
        (b"%PDF-1.4\n", "application/pdf", None),  # a stub
        (b"Scanned by a service on the way. " * 30, "text/plain", None),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 900, "image/png", Kind.IMAGE),
    ],
)
def test_which_attachments_are_evidence(mail, content, type_, expected):
    found = kinds(mail(file=content, file_type=type_).print())
    assert found & {Kind.ATTACHMENT, Kind.IMAGE} == ({expected} if expected else set())


def test_every_kind_belongs_to_a_family():
    assert set(FAMILY) == set(Kind)
    assert set(FAMILY.values()) == set(Family)
    assert all(kind_of(key(kind, "x")) is kind for kind in Kind)
    with pytest.raises(ValueError, match="0"):
        kind_of(0)


@given(st.binary(max_size=2_000))
@settings(max_examples=80, deadline=None)
def test_any_bytes_have_a_fingerprint(raw):
    found = fingerprint(read_message(raw), NOTHING)
    assert len(pack(found)) == ROW.itemsize


def test_mail_files_of_the_message_room_have_fingerprints():
    folder = Path(__file__).parents[1] / "message" / "corpus"
    for path in sorted(folder.rglob("*.eml")):
        assert len(pack(fingerprint(read_message(path.read_bytes()), NOTHING))) == ROW.itemsize
