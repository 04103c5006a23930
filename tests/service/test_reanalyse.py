# SPDX-License-Identifier: Apache-2.0
"""Analysing from the raw bytes: added and never overwritten, parked and never in the way."""

import json
import shutil
import struct

import pytest

from comity.bootstrap.node import Node
from comity.campaign.campaign import Fingerprint
from comity.campaign.fingerprint import VERSION
from comity.campaign.key import Kind, key
from comity.service.ingest import ingest
from comity.service.ports import Analysed, Unreadable
from comity.service.reanalyse import MAX_ATTEMPTS, find_campaigns, reanalyse
from comity.values.digest import digest_of


@pytest.fixture
def node(fast_path):
    return Node.create(fast_path / "node", "GB", environ={})


def mails(*numbers):
    return [(f"{n}.eml", f"Subject: {n}\r\n\r\n{n}".encode(), "cli") for n in numbers]


def fingerprint(content):
    """Mails whose number is of the same ten carry the same attachment and the same landing path."""
    ten = int(content.split()[-1]) // 10 + 1
    return Fingerprint(
        version=VERSION,
        digest=digest_of(content),
        text=struct.pack("<64I", *range(ten, ten + 64)),
        html=b"",
        text_exact=ten,
        subject=0,
        urls=(key(Kind.URL_PAGE, f"page {ten}"),),
        attachments=(key(Kind.ATTACHMENT, f"file {ten}"),),
        template=(),
        infrastructure=(),
    )


class Reader:
    """An analyser that says what it is told to."""

    def __init__(self, version="1", label="fraud", fails=()):
        self.version, self.label, self.fails, self.seen = version, label, set(fails), []

    def __call__(self, reports):
        for path, content in reports:
            self.seen.append(path)
            if path in self.fails:
                yield Unreadable("crashed", "The reader crashed on this input, twice.")
                continue
            line = {
                "path": path,
                "sha256": digest_of(content),
                "form": "eml",
                "message": {"date": "2026-01-02T03:04:05+00:00"},
                "trace": {
                    "origin": {"ip": "192.0.2.7", "asn": 64500, "network": "Net", "country": "KR"}
                },
                "category": {"label": self.label},
                "versions": {"comity": self.version},
            }
            yield [Analysed(json.dumps(line).encode(), fingerprint(content))]


def all_lines(node):
    return sorted(node.questions.lines())


def test_every_report_is_analysed_once_whoever_reported_it(node):
    list(ingest(mails(1, 2, 1), node))
    reader = Reader()
    done = reanalyse(node, reader)
    assert reader.seen == ["1.eml", "2.eml"]
    assert (done.reports, done.mails, done.added, done.same) == (2, 2, 2, 0)
    stats = node.questions.stats()
    assert stats["labels"] == {"fraud": 2}
    assert stats["countries"] == {"KR": 2}
    assert stats["networks"] == {"AS64500 Net": 2}


def test_the_same_bytes_and_versions_give_the_same_answers(node):
    list(ingest(mails(1, 2), node))
    reanalyse(node, Reader())
    before = all_lines(node)
    done = reanalyse(node, Reader())
    assert (done.added, done.same, done.changed) == (0, 2, ())
    assert all_lines(node) == before


def test_an_answer_that_changes_without_a_new_version_is_told_and_not_stored(node):
    list(ingest(mails(1), node))
    reanalyse(node, Reader(label="fraud"))
    done = reanalyse(node, Reader(label="phishing"))
    assert done.changed == (digest_of(mails(1)[0][1]),)
    assert node.questions.stats()["labels"] == {"fraud": 1}


def test_m17_a_new_version_is_kept_beside_the_old_one(node):
    list(ingest(mails(1), node))
    reanalyse(node, Reader("1", "fraud"))
    old = node.questions.analyses(digest_of(mails(1)[0][1]))
    done = reanalyse(node, Reader("2", "phishing"))
    assert done.added == 1
    both = node.questions.analyses(digest_of(mails(1)[0][1]))
    assert both[0]["line"] == old[0]["line"]
    assert [found["line"]["category"]["label"] for found in both] == ["fraud", "phishing"]
    assert [found["current"] for found in both] == [False, True]
    assert node.questions.stats()["labels"] == {"phishing": 1}
    reanalyse(node, Reader("1", "fraud"))  # going back to it makes it the newest again
    assert [f["current"] for f in node.questions.analyses(digest_of(mails(1)[0][1]))] == [
        True,
        False,
    ]


def test_only_what_is_new_is_analysed_when_asked_so(node):
    list(ingest(mails(1, 2), node))
    reanalyse(node, Reader(), everything=False)
    list(ingest(mails(3, 1), node))
    reader = Reader()
    done = reanalyse(node, reader, everything=False)
    assert reader.seen == ["3.eml"]
    assert done.added == 1
    assert reanalyse(node, Reader(), everything=False).reports == 0


def test_m16_what_cannot_be_read_is_parked_tried_once_more_and_shown(node):
    list(ingest(mails(1, 2, 3), node))
    done = reanalyse(node, Reader(fails=["2.eml"]), everything=False)
    assert done.mails == 2
    assert done.parked == (
        f"{digest_of(mails(2)[0][1])}: The reader crashed on this input, twice.",
    )
    reader = Reader(fails=["2.eml"])
    reanalyse(node, reader, everything=False)
    assert reader.seen == ["2.eml"]
    (job,) = node.index.parked()
    assert job["attempts"] == MAX_ATTEMPTS
    assert "crashed" in job["reason"]
    reader = Reader()
    reanalyse(node, reader, everything=False)
    assert reader.seen == []  # not a third time by itself
    reanalyse(node, reader)  # but when asked for all
    assert node.index.parked() == []
    assert node.questions.stats()["mails"] == 3


def test_x06_an_index_lost_whole_is_made_again_the_same(node):
    list(ingest(mails(*range(30), 1, 2), node))
    reanalyse(node, Reader())
    stats, lines, campaigns = (
        node.questions.stats(),
        all_lines(node),
        node.questions.campaigns(),
    )
    from comity.store.database import disconnect

    disconnect(node.alias)
    shutil.rmtree(node.folder / "index")
    again = Node.open(node.folder, environ={})
    done = reanalyse(again, Reader(), everything=False)
    assert done.reports == 30
    assert again.questions.stats() == stats
    assert all_lines(again) == lines
    assert again.questions.campaigns() == campaigns


def test_damaged_reports_are_named_and_stepped_over(node):
    list(ingest(mails(1, 2, 3), node))
    (name,) = node.segments.names()
    path = node.folder / "vault" / name
    content = bytearray(path.read_bytes())
    at = content.find(b"\x28\xb5\x2f\xfd", 400)  # the zstd frame of the second report
    content[at + 9] ^= 1
    path.write_bytes(content)
    done = reanalyse(node, Reader())
    assert [damage.leaf for damage in done.damaged] == [1]
    assert done.mails == 2


def test_campaigns_do_not_depend_on_the_order_of_arrival(fast_path):
    found = []
    for name, numbers in (("a", range(30)), ("b", reversed(range(30)))):
        node = Node.create(fast_path / name, "GB", environ={})
        list(ingest(mails(*numbers), node))
        reanalyse(node, Reader())
        rows = node.questions.campaigns()
        found.append([(row["id"], row["size"], row["countries"]) for row in rows])
    assert found[0] == found[1]
    assert [size for _, size, _ in found[0]] == [10, 10, 10]


def test_a_campaign_is_shown_with_its_members_and_why(node):
    list(ingest(mails(*range(12)), node))
    assert reanalyse(node, Reader()).campaigns == 2
    large, small = node.questions.campaigns()
    shown = node.questions.campaign(large["id"])
    assert (shown["size"], len(shown["mails"]), small["size"]) == (10, 10, 2)
    assert shown["labels"] == {"fraud": 10}
    assert shown["reportings"] == 10
    assert shown["first_date"] == "2026-01-02T03:04:05+00:00"
    assert shown["links"]
    assert {"a", "b", "families", "strength", "why"} <= set(shown["links"][0])
    by_mail = node.questions.campaign(digest_of(mails(3)[0][1]))
    assert by_mail["id"] == large["id"]


def test_clustering_again_replaces_the_campaigns(node):
    list(ingest(mails(*range(4)), node))
    reanalyse(node, Reader())
    assert find_campaigns(node) == 1
    assert len(node.questions.campaigns()) == 1


def test_an_unknown_campaign_is_said_so(node):
    from comity.values.errors import BadData

    with pytest.raises(BadData, match="no campaign 'c-0'"):
        node.questions.campaign("c-0")


def test_two_nodes_in_one_process_keep_their_own_index(fast_path):
    nodes = [Node.create(fast_path / name, name, environ={}) for name in ("gb", "kr")]
    for node, count in zip(nodes, (3, 5), strict=True):
        list(ingest(mails(*range(count)), node))
        reanalyse(node, Reader())
    assert [node.questions.stats()["mails"] for node in nodes] == [3, 5]
