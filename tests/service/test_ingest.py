# SPDX-License-Identifier: Apache-2.0
"""Taking reports in: batches, refusals, and a database that is away."""

import subprocess
import sys

import pytest

from comity.bootstrap.node import Node
from comity.evidence.segment import MAX_CONTENT
from comity.service.index import catch_up
from comity.service.ingest import ingest
from comity.store.testing import FULL, Faulty
from comity.values.digest import digest_of
from comity.values.errors import BadData, ServiceAway, TryLater


@pytest.fixture
def node(fast_path):
    return Node.create(fast_path / "node", "GB", environ={})


def mails(*numbers):
    return [(f"{n}.eml", f"Subject: {n}\r\n\r\n{n}".encode(), "cli") for n in numbers]


class Huge(bytes):
    def __len__(self):
        return MAX_CONTENT + 1


def test_receipts_come_in_the_order_of_the_reports(node):
    receipts = list(ingest(mails(*range(25)), node, batch=10))
    assert [receipt.path for receipt in receipts] == [f"{n}.eml" for n in range(25)]
    assert [receipt.leaf for receipt in receipts] == list(range(25))


def test_nothing_is_read_ahead_of_the_receipts_by_more_than_a_batch(node):
    read = []

    def items():
        for item in mails(*range(100)):
            read.append(item)
            yield item

    stream = ingest(items(), node, batch=10)
    next(stream)
    assert len(read) == 10
    stream.close()
    assert node.archive.size() == 10  # and the vault is free again
    assert len(list(ingest(mails(200), node))) == 1


def test_r01_one_report_by_ten_people_is_kept_once_and_counted_ten_times(node):
    receipts = list(ingest(mails(1) * 10, node))
    assert [receipt.duplicate for receipt in receipts] == [False] + [True] * 9
    catch_up(node)
    assert node.questions.stats()["reportings"] == 10
    assert node.questions.stats()["reports"] == 1
    assert sum(e.content is not None for e in node.archive.entries(content=True)) == 1


def test_one_report_over_the_cap_is_named_and_the_rest_goes_on(node):
    refused = []
    items = [*mails(1), ("big.eml", Huge(), "cli"), *mails(2)]
    receipts = list(ingest(items, node, refused=lambda *why: refused.append(why)))
    assert [receipt.path for receipt in receipts] == ["1.eml", "2.eml"]
    assert refused == [
        ("big.eml", f"{MAX_CONTENT + 1} bytes, more than the {MAX_CONTENT} of one report")
    ]
    with pytest.raises(BadData, match=r"big\.eml"):
        list(ingest(items, node))


def test_x01_a_full_disk_ends_the_stream_after_the_last_good_receipt(node):
    receipts = []
    full = Node.open(node.folder, environ={}, files=Faulty(5, FULL, "write"))
    with pytest.raises(TryLater) as refusal:
        for receipt in ingest(mails(*range(30)), full, batch=10):
            receipts.append(receipt)
    assert refusal.value.exit_code == 75
    assert len(receipts) == 20
    assert node.archive.size() == 20


def test_x05_a_database_that_is_away_stops_no_report(node):
    (node.folder / "index" / "comity.sqlite").write_bytes(b"this is no database" * 100)
    receipts = list(ingest(mails(1, 2), node))
    assert len(receipts) == 2
    with pytest.raises(ServiceAway) as away:
        catch_up(node)
    assert away.value.exit_code == 69
    (node.folder / "index" / "comity.sqlite").unlink()
    assert catch_up(Node.open(node.folder, environ={})) == (2, ())


def test_x05_a_database_that_is_locked_stops_no_report_and_is_told_later(node):
    import sqlite3

    list(ingest(mails(1), node))
    catch_up(node)
    other = sqlite3.connect(node.folder / "index" / "comity.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    from django.db import connections

    connections[node.alias].cursor().execute("PRAGMA busy_timeout = 10")
    assert len(list(ingest(mails(2), node))) == 1
    with pytest.raises(ServiceAway, match="locked"):
        catch_up(node)
    other.execute("ROLLBACK")
    other.close()
    assert catch_up(node) == (1, ())


def test_x12_two_processes_cannot_write_one_vault(node):
    script = (
        "import sys\n"
        "from comity.bootstrap.node import Node\n"
        "with Node.open(sys.argv[1]).writer():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(node.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(TryLater, match=f"in use by pid {holder.pid}") as refusal:
            list(ingest(mails(1), node))
        assert refusal.value.exit_code == 75
        holder.communicate()
    assert len(list(ingest(mails(1), node))) == 1


def test_ingest_loads_no_django(tmp_path):
    script = (
        "import sys\n"
        "from comity.bootstrap.node import Node\n"
        "from comity.service.ingest import ingest\n"
        "node = Node.create(sys.argv[1], 'GB')\n"
        "assert list(ingest([('a', b'a', 'cli')], node))\n"
        "assert not [name for name in sys.modules if name.startswith('django')]\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "n")], check=True)


def test_the_exact_bytes_come_back_by_digest(node):
    odd = b"\xef\xbb\xbfFrom : a\r\rb\nc\0" * 3
    list(ingest([("odd", odd, "cli")], node))
    assert node.archive.read(digest_of(odd)) == odd
