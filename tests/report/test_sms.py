# SPDX-License-Identifier: Apache-2.0
"""The messaging record: round trip, refusals by field, and how later steps see it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.mime import split
from comity.report import sms
from comity.report.form import Form, Grade
from comity.report.read import read
from comity.report.sms import Sms
from comity.values.country import ASSIGNED

GOOD = {
    "record": "sms",
    "version": 1,
    "channel": "sms",
    "sender": "PARCEL",
    "recipient_country": "GB",
    "text": "Your parcel waits: http://parcel.example/pay",
    "received_at": "2024-06-03T10:15:00Z",
    "carrier": "Carrier One",
    "reporter": "+447700900123",
}


def record(**changes: object) -> bytes:
    value = {key: one for key, one in {**GOOD, **changes}.items() if one is not ...}
    return json.dumps(value).encode()


def test_a_record_is_a_report_of_grade_d():
    (report,) = read(record(), "x.json")
    assert (report.form, report.grade, report.rewritten) == (Form.SMS, Grade.D, True)
    assert report.claims["sender"] == "PARCEL" and report.claims["recipient_country"] == "GB"
    assert report.reporter == "+447700900123"
    root = split.split(report.mail).parts[0]
    assert root.first("from") == "PARCEL"
    assert root.first("date") == "Mon, 03 Jun 2024 10:15:00 +0000"
    assert report.mail.endswith(b"\n\nYour parcel waits: http://parcel.example/pay")


def test_the_marker_may_be_missing():
    assert read(record(record=..., version=...), "x")[0].form is Form.SMS


def test_the_digest_is_of_the_record():
    one, other = read(record(), "x")[0], read(record(carrier="Two"), "x")[0]
    assert one.mail == other.mail and one.digest != other.digest


def test_a_senders_name_never_becomes_a_second_field():
    (report,) = read(record(sender="A\r\nReceived: from evil.example"), "x")
    assert [one.key for one in split.split(report.mail).parts[0].fields].count("received") == 0


REFUSED = {  # name: (record, field)
    "no text": (record(text=...), "text"),
    "no sender": (record(sender=" "), "sender"),
    "sender is a number": (record(sender=7700900123), "sender"),
    "long sender": (record(sender="1" * 301), "sender"),
    "country": (record(recipient_country="XK"), "recipient_country"),
    "time": (record(received_at="yesterday"), "received_at"),
    "year 2199": (record(received_at="2199-01-01T00:00:00Z"), "received_at"),
    "version": (record(version=9), "version"),
    "a key twice": (record()[:-1] + b',"text":"b"}', "text"),
    "lone surrogate": (record()[:-1] + b',"x":"\\ud83d"}', "x"),
}


@pytest.mark.parametrize(("content", "field"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_record_is_refused_and_the_field_named(content, field):
    (report,) = read(content, "x.json")
    assert report.form is Form.SMS and report.refused
    assert any(field in one.detail for one in report.defects)


@pytest.mark.parametrize(("over", "taken"), [(-1, True), (0, True), (1, False)])
def test_cap_of_the_text(over, taken):
    assert (sms.read(record(text="x" * (sms.MAX_TEXT + over)))[0] is not None) is taken


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
times = st.none() | st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
records = st.builds(
    Sms,
    sender=words.filter(str.strip),
    text=words.filter(str.strip),
    recipient_country=st.none() | st.sampled_from(sorted(ASSIGNED)),
    received_at=times,
    carrier=st.none() | words,
    channel=st.sampled_from(["sms", "mms", "rcs"]),
    reporter=st.none() | words,
    reported_at=times,
    extra=st.dictionaries(words.filter(lambda key: key not in sms._KNOWN), words, max_size=2),
)


@given(records)
def test_printing_reads_back_the_same(value):
    assert sms.read(sms.print_sms(value)) == (value, ())


@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(content):
    sms.read(b'{"sender":"a","text":' + content)


@pytest.mark.parametrize("value", [{"text": "a"}, {"sender": "a"}, {"record": "mms"}, [], "sms"])
def test_other_json_is_no_record(value):
    assert read(json.dumps(value).encode(), "x.json")[0].form is Form.NOT_MAIL
