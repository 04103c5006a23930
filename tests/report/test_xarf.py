# SPDX-License-Identifier: Apache-2.0
"""XARF: what is read, what is refused with its field named, and that printing reads back."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.report import xarf
from comity.report.form import Form, Grade
from comity.report.read import read
from comity.report.strict_json import MAX_DEPTH

MAIL = (
    b"Received: from b (b [192.0.2.7]) by mx.example;\r\n x\r\nFrom: a@x.example\r\n\r\nhi \xff\n"
)
PARTY = {"org": "Trap Desk", "contact": "abuse@desk.example", "domain": "desk.example"}
GOOD = {
    "xarf_version": "4.2.0",
    "report_id": "123e4567-e89b-42d3-a456-426614174000",
    "timestamp": "2024-06-03T10:15:00.250Z",
    "reporter": PARTY,
    "sender": PARTY,
    "source_identifier": "192.0.2.7",
    "source_port": 25,
    "category": "messaging",
    "type": "spam",
    "protocol": "smtp",
    "subject": "Win now",
    "smtp_from": "a@x.example",
    "evidence": [
        {"content_type": "message/rfc822", "payload": base64.b64encode(MAIL).decode()},
    ],
}


def document(**changes: object) -> bytes:
    value = {key: one for key, one in {**GOOD, **changes}.items() if one is not ...}
    return json.dumps(value).encode()


def faults(content: bytes) -> str:
    found, defects = xarf.read(content)
    assert found is None
    return " ".join(one.detail for one in defects)


def test_the_mail_in_the_evidence_is_the_report():
    (report,) = read(document(), "x.json")
    assert (report.form, report.grade, report.mail) == (Form.XARF, Grade.B, MAIL)
    assert report.reporter == "abuse@desk.example"
    assert report.reported_at == datetime(2024, 6, 3, 10, 15, 0, 250_000, UTC)
    assert report.claims["source_identifier"] == "192.0.2.7"
    assert report.claims["protocol"] == "smtp" and report.claims["source_port"] == "25"
    assert report.defects == () and not report.refused and not report.rewritten


def test_two_mails_are_two_reports():
    item = GOOD["evidence"][0]
    other = {"content_type": "text/plain", "payload": base64.b64encode(b"a log").decode()}
    reports = read(document(evidence=[item, other, item]), "x.json")
    assert [one.path for one in reports] == ["x.json!evidence[0]", "x.json!evidence[2]"]


def test_without_the_mail_it_is_grade_d_with_its_claims():
    (report,) = read(document(evidence=...), "x.json")
    assert (report.form, report.grade) == (Form.XARF, Grade.D)
    assert report.rewritten and b"Subject: Win now" in report.mail
    assert [one.code for one in report.defects] == ["no-mail-inside"]


def test_r11_a_source_that_the_mail_does_not_name_is_a_defect():
    (report,) = read(document(source_identifier="198.51.100.9"), "x.json")
    assert [one.code for one in report.defects] == ["source-not-in-mail"]
    assert report.claims["source_identifier"] == "198.51.100.9" and report.mail == MAIL


BIG = base64.b64encode(b"x" * (xarf.MAX_EVIDENCE + 1)).decode()
REFUSED = {  # name: (document, what the defect must name)
    "yesterday": (document(timestamp="yesterday"), "timestamp"),
    "year 2199": (document(timestamp="2199-01-01T00:00:00Z"), "timestamp"),
    "day 32": (document(timestamp="2024-01-32T00:00:00Z"), "timestamp"),
    "no zone": (document(timestamp="2024-01-01T00:00:00"), "timestamp"),
    "number as time": (document(timestamp=5), "timestamp"),
    "address 999.1.1.1": (document(source_identifier="999.1.1.1"), "source_identifier"),
    "address of five numbers": (document(source_identifier="1.2.3.4.5"), "source_identifier"),
    "broken v6": (document(source_identifier="2001:db8::1::2"), "source_identifier"),
    "100 KB address": (document(source_identifier="a" * 100_000), "source_identifier"),
    "control characters": (document(source_identifier="a\x00b"), "source_identifier"),
    "port 0": (document(source_port=0), "source_port"),
    "port 65536": (document(source_port=65_536), "source_port"),
    "port true": (document(source_port=True), "source_port"),
    "no reporter": (document(reporter=...), "reporter"),
    "reporter without domain": (document(reporter={"org": "x", "contact": "a@b.example"}),
                                "reporter.domain"),
    "sender contact": (document(sender={**PARTY, "contact": "nobody"}), "sender.contact"),
    "unknown category": (document(category="weather"), "category"),
    "no type": (document(type=...), "type"),
    "version 5": (document(xarf_version="5.0.0"), "xarf_version"),
    "id": (document(report_id="17"), "report_id"),
    "more than 5 MB of evidence": (document(evidence=[{"content_type": "text/plain",
                                                       "payload": BIG}]), "evidence[0].payload"),
    "evidence is no base64": (document(evidence=[{"content_type": "text/plain",
                                                  "payload": "%%%"}]), "evidence[0].payload"),
    "evidence is text": (document(evidence="x"), "evidence"),
    "51 items": (document(evidence=[GOOD["evidence"][0]] * 51), "evidence"),
    "nested [": (b'{"xarf_version":"4.0.0","x":' + b"[" * 100_000, "nested"),
    "nested, closed": (document(x=json.loads("[" * 30 + "]" * 30)), "nested"),
    "NaN": (document()[:-1] + b',"confidence":NaN}', "NaN"),
    "1e999": (document()[:-1] + b',"confidence":1e999}', "1e999"),
    "5,000 digits": (document()[:-1] + b',"n":' + b"9" * 5000 + b"}", "digits"),
    "a key twice": (document()[:-1] + b',"type":"ddos"}', "type"),
    "a key twice, deep": (document()[:-1] + b',"x":{"k":1,"k":2}}', "'k'"),
    "lone surrogate": (document()[:-1] + b',"subject2":"\\ud800"}', "subject2"),
    "lone surrogate in a key": (document()[:-1] + b',"\\udc00":1}', "surrogate"),
    "latin-1": (document()[:-1] + b',"x":"\xe9"}', "UTF-8"),
    "cut off": (document()[:-20], "line 1"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "named"), REFUSED.values(), ids=REFUSED)
def test_r12_refused_and_the_field_named(content, named):
    assert named in faults(content)
    (report,) = read(content, "x.json")
    assert report.refused and report.form is Form.XARF and report.mail == b""
    assert not report.claims


CAP = [(-1, True), (0, True), (1, False)]


@pytest.mark.parametrize(("over", "taken"), CAP)
def test_r12_cap_of_evidence(over, taken):
    payload = base64.b64encode(b"x" * (xarf.MAX_EVIDENCE + over)).decode()
    content = document(evidence=[{"content_type": "text/plain", "payload": payload}])
    assert (xarf.read(content)[0] is not None) is taken


@pytest.mark.parametrize(("over", "taken"), CAP)
def test_r12_cap_of_the_address(over, taken):
    content = document(source_identifier="a" * (xarf.MAX_IDENTIFIER + over))
    assert (xarf.read(content)[0] is not None) is taken


@pytest.mark.parametrize(("over", "taken"), CAP)
def test_r12_cap_of_depth(over, taken):
    levels = MAX_DEPTH - 1 + over
    content = document(x=json.loads("[" * levels + "]" * levels))
    assert (xarf.read(content)[0] is not None) is taken


def test_a_wrong_hash_is_a_remark_and_the_mail_still_read():
    item = {**GOOD["evidence"][0], "hash": "sha256:" + "0" * 64, "size": 3}
    document_, remarks = xarf.read(document(evidence=[item]))
    assert document_ is not None and document_.evidence[0].payload == MAIL
    assert sorted(one.code for one in remarks) == ["xarf-hash", "xarf-size"]


def test_internal_fields_are_dropped_and_said():
    found, remarks = xarf.read(document(_internal={"ticket": 1}))
    assert found is not None and "_internal" not in found.extra
    assert [one.code for one in remarks] == ["xarf-internal"]


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
leaves = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | words
extras = st.dictionaries(
    words.filter(lambda key: key and key not in xarf._CORE and key not in ("_internal",)),
    st.recursive(leaves, lambda inner: st.lists(inner, max_size=3), max_leaves=5),
    max_size=3,
)


@given(extras, st.binary(max_size=60), st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_printing_reads_back_the_same(extra, payload, moment):
    found, _ = xarf.read(document())
    assert found is not None
    item = xarf.Evidence("text/plain", payload, "a log", None, len(payload))
    changed = replace(found, extra=extra, evidence=(item,), timestamp=moment.replace(tzinfo=UTC))
    assert xarf.read(xarf.print_xarf(changed)) == (changed, ())


def test_the_same_document_prints_the_same_bytes():
    found, _ = xarf.read(document())
    assert found is not None
    assert xarf.print_xarf(found) == xarf.print_xarf(xarf.read(xarf.print_xarf(found))[0])
    assert xarf.read(xarf.print_xarf(xarf.of_mail(found, MAIL)))[1] == ()


THREE = {
    "Version": "3",
    "ReporterInfo": {
        "ReporterOrg": "Trap Desk",
        "ReporterOrgDomain": "desk.example",
        "ReporterOrgEmail": "abuse@desk.example",
    },
    "Disclosure": True,
    "Report": {
        "ReportClass": "Activity",
        "ReportType": "Spam",
        "Date": "2024-06-03T10:15:00Z",
        "SourceIp": "192.0.2.7",
        "SourcePort": 25,
        "SmtpMailFromAddress": "a@x.example",
        "Samples": [
            {"ContentType": "message/rfc822", "Base64Encoded": True,
             "Payload": base64.b64encode(MAIL).decode()},
        ],
    },
}  # fmt: skip


def three(**report: object) -> bytes:
    inner = {key: one for key, one in {**THREE["Report"], **report}.items() if one is not ...}
    return json.dumps({**THREE, "Report": inner}).encode()


def test_version_3_is_read_into_the_same_shape():
    (report,) = read(three(), "x.json")
    assert (report.form, report.mail, report.refused) == (Form.XARF, MAIL, False)
    assert report.claims["category"] == "messaging" and report.claims["type"] == "spam"
    assert report.claims["legacy_version"] == "3"
    assert report.claims["smtp_mail_from_address"] == "a@x.example"
    found, _ = xarf.read(three())
    assert found is not None and xarf.read(xarf.print_xarf(found))[0] == found
    assert found.report_id == xarf.read(three())[0].report_id


def test_version_3_with_the_newer_names():
    content = three(SourceIp=..., Source={"IP": "192.0.2.7", "Port": 25}, ReportClass="Messaging",
                    Samples=..., SourcePort=...,
                    Attachment=[{"ContentType": "message/rfc822",
                                 "Data": base64.b64encode(MAIL).decode()}])  # fmt: skip
    assert read(content, "x.json")[0].mail == MAIL


THREE_REFUSED = {
    "no date": (three(Date=...), "Report.Date"),
    "not a date": (three(Date="This is not a date"), "timestamp"),
    "no source": (three(SourceIp=...), "Report.SourceIp"),
    "source is no address": (three(SourceIp="not an IP"), "Report.SourceIp"),
    "class": (three(ReportClass="Meh"), "Report.ReportClass"),
    "samples": (three(Samples="x"), "Report.Samples"),
    "port": (three(SourcePort="x"), "source_port"),
    "version": (json.dumps({**THREE, "Version": "INVALID"}).encode(), "Version"),
    "no reporter": (json.dumps({**THREE, "ReporterInfo": []}).encode(), "ReporterInfo"),
    "no report": (json.dumps({**THREE, "Report": 5}).encode(), "Report"),
    "disclosure": (json.dumps({**THREE, "Disclosure": "x"}).encode(), "Disclosure"),
}


@pytest.mark.parametrize(("content", "named"), THREE_REFUSED.values(), ids=THREE_REFUSED)
def test_r12_version_3_refused_and_the_field_named(content, named):
    assert named in faults(content)


ZERO = (
    b"From: Desk <abuse@desk.example>\nSubject: report\nX-XARF: PLAIN\nReceived: from x\n"
    b'Date: Mon, 03 Jun 2024 10:15:00 +0000\nContent-Type: multipart/mixed; boundary="q"\n\n'
    b"--q\nContent-Type: text/plain\n\nPlease see below.\n"
    b'--q\nContent-Type: text/plain; name="report.txt"\n\n---\nReported-From: abuse@desk.example\n'
    b"Category: abuse\nReport-Type: spam\nReport-ID: 17@desk.example\nSource-Type: ip-address\n"
    b"Source: 192.0.2.7\nDate: Mon, 03 Jun 2024 10:00:00 +0000\n"
)


def test_version_0_by_mail_with_the_mail_as_evidence():
    raw = ZERO + b"--q\nContent-Type: message/rfc822\n\n" + MAIL + b"\n--q--\n"
    (report,) = read(raw, "x.eml")
    assert (report.form, report.grade, report.mail) == (Form.XARF, Grade.B, MAIL)
    assert report.claims["report-type"] == "spam" and report.claims["source"] == "192.0.2.7"
    assert report.reporter == "abuse@desk.example"


def test_version_0_by_mail_with_a_log_is_grade_d():
    raw = ZERO + b"--q\nContent-Type: text/plain\n\nJun 3 sshd: no mail at all\n--q--\n"
    (report,) = read(raw, "x.eml")
    assert (report.form, report.grade, report.mail) == (Form.XARF, Grade.D, b"")


def test_version_4_as_a_mails_attachment():
    packed = base64.encodebytes(document())
    raw = (
        b'From: d@desk.example\nContent-Type: multipart/mixed; boundary="q"\n\n--q\n\nhello\n'
        b'--q\nContent-Type: application/json; name="xarf.json"\n'
        b"Content-Transfer-Encoding: base64\n\n" + packed + b"--q--\n"
    )
    (report,) = read(raw, "x.eml")
    assert (report.form, report.mail) == (Form.XARF, MAIL)
    plain = raw.replace(packed, base64.encodebytes(b'{"a": 1}'))
    assert read(plain, "x.eml")[0].form is Form.EML


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(content):
    xarf.read(b'{"xarf_version":' + content)


@given(st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(words, inner),
                    max_leaves=12))  # fmt: skip
def test_any_json_gives_an_answer(value):
    xarf.check(value)
    xarf.check({**GOOD, "evidence": value, "reporter": value})
    xarf.check({"Version": value, "ReporterInfo": value, "Report": value})
    xarf.check({**THREE, "Report": {**THREE["Report"], "Samples": value, "Source": value}})


def test_the_operators_word_makes_a_mail_without_its_field_version_0():
    raw = ZERO.replace(b"X-XARF: PLAIN\n", b"") + b"--q\nContent-Type: message/rfc822\n\n" + MAIL
    assert read(raw + b"\n--q--\n", "x.eml")[0].form is not Form.XARF
    (report,) = read(raw + b"\n--q--\n", "x.eml", Form.XARF)
    assert (report.form, report.mail) == (Form.XARF, MAIL)
