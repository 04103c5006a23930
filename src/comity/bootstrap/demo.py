# SPDX-License-Identifier: Apache-2.0
"""The demo: a simulated world reports to a node, and the node finds campaigns. Real parts only.

Each step is what `comity ingest`, `campaigns` and `fsck` do; the world knows the truth, so the
demo can say how much of it was found. Needs no network and no data from outside.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import cast

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.node import Node
from comity.bootstrap.pool import analyser
from comity.bootstrap.settings import Reading
from comity.report.container import unpack
from comity.service.fsck import fsck
from comity.service.ingest import ingest
from comity.service.picture import campaign_html
from comity.service.reanalyse import reanalyse
from comity.values.digest import digest_of
from comity.values.json import JSON
from simulator.truth import Truth
from simulator.world import World

SHOWN = 8  # campaigns, so that the whole demo fits a screen


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is done: its name in the contract, its figures, a sentence for people."""

    name: str
    figures: dict[str, JSON]
    told: str


class Demo:
    """A world of `mails` mails in `folder`, which must be empty or not there."""

    def __init__(
        self, folder: Path, *, seed: int, mails: int, jobs: int, progress: Callable[[int], None]
    ) -> None:
        self.folder, self._jobs, self._progress = folder, jobs, progress
        self.world = World(seed, mails)
        self.truth: dict[str, Truth] = {}  # by digest of the mail

    def run(self) -> Iterator[Step]:
        """Every step when it is done. Raises ComityError as the use cases do."""
        self.node = self._make_node()
        yield Step(
            "node",
            {"country": self.node.settings.country, "folder": str(self.folder)},
            f"A node for {self.node.settings.country}: keys, an empty vault, an empty log.",
        )
        yield self._reports()
        yield from self._campaigns()
        yield self._picture()
        yield self._fsck()

    def _make_node(self) -> Node:
        self.folder.mkdir(parents=True, exist_ok=True)
        trust, geo = self.folder / "trust.json", self.folder / "world.mmdb"
        trust.write_text(json.dumps(self.world.trust_json(), indent=1), encoding="utf-8")
        geo.write_bytes(self.world.mmdb())
        reading = Reading(trust=str(trust), geo=(str(geo),), address_policy="demo")
        return Node.create(self.folder / "node", "GB", reading=reading)

    def _reports(self) -> Step:
        forms: Counter[str] = Counter()

        def items() -> Iterator[tuple[str, bytes, str]]:
            for number, report in enumerate(self.world.reports()):
                forms[report.container or report.form] += 1
                self.truth |= {digest_of(mail.raw): mail.truth for mail in report.mails}
                self._progress(number)
                for item in unpack(report.path, BytesIO(report.content)):
                    yield item.path, item.content, "demo"

        receipts = list(ingest(items(), self.node))
        known = sum(receipt.duplicate for receipt in receipts)
        ways = ", ".join(f"{count:,} {form}" for form, count in forms.most_common())
        return Step(
            "reports",
            {"received": len(receipts), "duplicates": known, "forms": dict(forms.most_common())},
            f"Citizens sent {len(receipts):,} reports ({ways}). Each has a receipt: its bytes are "
            "on the disk and in the log.",
        )

    def _campaigns(self) -> Iterator[Step]:
        run = analyser(lambda: of_node(self.node), self._jobs)
        done = reanalyse(self.node, run, everything=False, progress=self._progress)
        stats = self.node.questions.stats()
        right, asked = self._origins()
        yield Step(
            "analysed",
            {"mails": done.mails, "origin_right": right, "origin_asked": asked},
            f"{done.mails:,} mails were read. The world knows who sent each: of {asked:,} whose "
            f"header was reported, the origin is right for {right:,}.",
        )
        yield Step(
            "campaigns",
            {"campaigns": stats["campaigns"], "mails": stats["in_campaigns"]},
            f"{stats['campaigns']:,} campaigns hold {stats['in_campaigns']:,} of the mails.",
        )

    def _origins(self) -> tuple[int, int]:
        right = asked = 0
        for line in self.node.questions.lines():
            found = json.loads(line)
            truth = self.truth.get(found["sha256"])
            if truth is None or found["message"] is None:
                continue
            asked += 1
            origin = found["trace"]["origin"]
            right += origin is not None and origin["ip"] == str(truth.origin_ip)
        return right, asked

    def _picture(self) -> Step:
        name = self.shown_campaign()
        if name is None:
            return Step("picture", {"file": None, "campaign": None}, "No campaign, so no picture.")
        file = self.folder / "campaign.html"
        found = self.node.questions.campaign(name)
        file.write_text(campaign_html(found, self.node.now()), encoding="utf-8")
        return Step(
            "picture",
            {"file": str(file), "campaign": name},
            f"One of them, {name}, is drawn in {file}",
        )

    def largest(self) -> list[dict[str, JSON]]:
        """The campaigns that are shown; the picture is of one of them."""
        found: list[dict[str, JSON]] = self.node.questions.campaigns(SHOWN)
        return found

    def shown_campaign(self) -> str | None:
        """Of the larger ones that which comes from most countries: it has most to show."""
        larger = self.largest()
        if not larger:
            return None
        widest = max(larger, key=lambda one: len(cast(dict[str, int], one["countries"])))
        return str(widest["id"])

    def _fsck(self) -> Step:
        found = fsck(self.node)
        leaves = found.checkpoint.size if found.checkpoint else 0
        return Step(
            "fsck",
            {"records": found.records, "damaged": len(found.damaged), "leaves": leaves},
            f"Every byte checked: {found.records:,} records, {len(found.damaged)} damaged, "
            f"a signed log of {leaves:,} leaves.",
        )
