# SPDX-License-Identifier: Apache-2.0
"""How fast the queue answers: its page as a browser gets it, and the index's part of that.

Run: python bench/queue_pages.py [--full] [--folder DIR]. Rows are simulated, each with a line of
the usual length; the index is SQLite. The median of the runs after the first; the slowest is said.
Goals at 100,000 rows (--full): page 150 ms, search 300 ms.
"""

import argparse
import hashlib
import itertools
import json
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from comity.bootstrap.node import Node
from comity.campaign.campaign import Campaign
from comity.evidence.receipt import Entry
from comity.service.ports import Analysed
from comity.values.digest import Digest

RUNS = 7
BATCH = 2_000
SIZE = 40  # mails of a campaign
LABELS = ("commercial", "phishing", "fraud", "malware", "undetermined", "other", "non-commercial")
ASKED = {
    "page": "",
    "page.category": "category:fraud",
    "page.country": "country:KR",
    "page.network": "asn:64510",
    "page.domain": "domain:shop17.example",
    "page.campaign": "campaign:c-7",
    "page.open": "is:open",
    "page.alone": "is:alone",
    "page.since": "after:2026-10-01",
    "search.rare": "ticket4711",
    "search.common": "offer",
    "search.beginning": "of",
    "search.phrase": '"your offer"',
    "search.korean": "당첨",
    "search.sender": "from:shop17",
    "search.in-category": "offer category:phishing",
    "search.nothing": "nosuchword",
}
ORDERS = ("arrived", "category", "-confidence", "sender", "country", "-network")


def lines(count):
    """Like those of real analyses in length (5 kB) and in how often values repeat."""
    draw = random.Random(4)
    words = ["offer", "invoice", "your", "account", "prize", "당첨", "안내", "colis", "parcel"]
    reason = {
        "code": "words",
        "text": "Its words are like those of mail of this kind.",
        "span": None,
    }
    hop = {"by": "mx.example", "from_ip": "192.0.2.1", "protocol": "ESMTP", "reasons": [reason]}
    for number in range(count):
        shop = f"shop{draw.randrange(5_000)}.example"
        known = draw.random() < 0.9
        origin = {
            "ip": f"198.51.100.{number % 256}",
            "asn": 64_500 + draw.randrange(400),
            "country": draw.choice(("KR", "US", "CN", "FR", "DE", "NG", "BR", "IN", "VN", "RU")),
            "network": "Example Net",
        }
        subject = " ".join(draw.choices(words, k=5))
        yield {
            "sha256": hashlib.sha256(b"%d" % number).hexdigest(),
            "form": "eml",
            "message": {
                "subject": f"{subject} ticket{number}",
                "from": f"Shop {number % 97} <sales@{shop}>",
                "from_address": f"sales@{shop}",
                "language": "en",
                "links": [{"host": f"www.{shop}"}, {"host": f"track{number % 900}.example"}],
            },
            "trace": {"origin": origin if known else None, "hops": [hop] * 15},
            "category": {
                "label": draw.choices(LABELS, (40, 20, 15, 5, 15, 3, 2))[0],
                "confidence": round(draw.random(), 4),
                "reasons": [reason] * 8,
            },
            "versions": {"bench": "1"},
        }


def fill(node, count):
    now = node.now()
    digests = []
    made = enumerate(lines(count))
    while batch := list(itertools.islice(made, BATCH)):
        answers = []
        for number, line in batch:
            received = now - timedelta(minutes=count - number)
            digest = Digest(line["sha256"])
            digests.append(digest)
            entry = Entry(number, digest, 5_000, received, "bench", "a.eml", duplicate=False)
            answers.append((entry, [Analysed(json.dumps(line).encode(), None)]))
        node.index.add_reportings([entry for entry, _ in answers], number + 1)
        node.index.save(answers, now, number + 1)
    grouped = digests[: count * 6 // 10]
    grouped.sort()
    members = [tuple(grouped[at : at + SIZE]) for at in range(0, len(grouped), SIZE)]
    campaigns = [Campaign(f"c-{some[0][:12]}", some, ()) for some in members]
    node.index.replace_campaigns(campaigns, [], now, count)


def measured(act):
    """(median, slowest) in milliseconds; the first run, which fills caches, counts for the slowest
    only."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        act()
        taken.append(1_000 * (time.perf_counter() - begun))
    return statistics.median(taken[1:]), max(taken)


def told(name, act, note=""):
    median, slowest = measured(act)
    print(f"{name}\t{median:.1f}\tms\tslowest {slowest:.0f}{note}", flush=True)


def browser(node):
    """Somebody who is signed in, asked without a network between."""
    start(node)
    from django.test import Client

    from comity.safeguard.role import Role
    from comity.work.models import Account

    name = f"bench{time.time_ns()}@example.org"
    account = Account.objects.make(name, "Bench", Role.ANALYST, "x" * 20)
    client = Client()
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def run(node):
    client = browser(node)

    def page(**asked):
        answer = client.get("/queue/", asked)
        assert answer.status_code == 200, (asked, answer.content[:300])
        return answer

    from comity.service.query import read
    from comity.store.queue import Queue

    queue = Queue(node.alias)
    for name, text in ASKED.items():
        query = read(text)
        found = sum(queue.categories(query).values())
        alone, _ = measured(lambda query=query: (queue.page(query), queue.categories(query)))
        note = f", of the index {alone:.0f}; {found:,} mails: {text}"
        told(name, lambda text=text: page(q=text), note)
    for order in ORDERS:
        told(f"order.{order}", lambda order=order: page(sort=order))
    after = None
    for _ in range(20):
        after = queue.page(read(""), after=after).after
    told("page.21st", lambda: page(after=after))
    print(f"page.bytes\t{len(page().content)}\tbytes\tbefore compression")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="100,000 rows, else 10,000")
    parser.add_argument("--folder", type=Path, help="a node made by an earlier run, or for one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = given.folder or Path(aside) / "node"
        if folder.exists():
            node = Node.open(folder)
        else:
            node = Node.create(folder, "GB", environ={})
            start(node)
            fill(node, 100_000 if given.full else 10_000)
        run(node)


def start(node):
    """Django is set up once, and as the console needs it."""
    from comity.web import project

    project.start(node, hosts=["testserver"], secure=False, second_factor=False)


if __name__ == "__main__":
    main()
