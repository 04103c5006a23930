# SPDX-License-Identifier: Apache-2.0
"""Analyse what the vault holds, again or for the first time, and find the campaigns in it.

Always from the raw bytes. Adds results beside the older ones and overwrites none; a report that
cannot be read is parked with its reason and holds up nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from comity.campaign.fingerprint import VERSION
from comity.evidence.receipt import Damage, Entry
from comity.service.index import catch_up, catch_up_journal
from comity.service.ports import Analyser, Answer, Node, Unreadable
from comity.values.digest import Digest
from comity.values.errors import ComityError

STEP = "analysed"
CAMPAIGNS = "campaigns"
MAX_ATTEMPTS = 2  # a reader that failed twice on the same bytes will fail again (M16)
_BATCH = 200  # ours: reports in one transaction


@dataclass(slots=True)
class Reanalysed:
    """What a run did."""

    reports: int = 0
    mails: int = 0
    added: int = 0
    same: int = 0
    campaigns: int = 0
    changed: tuple[str, ...] = ()  # the same versions gave another answer: a fault of ours
    parked: tuple[str, ...] = ()  # reports, "sha256: reason"
    damaged: tuple[Damage, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "reports": self.reports,
            "mails": self.mails,
            "added": self.added,
            "same": self.same,
            "campaigns": self.campaigns,
            "changed": list(self.changed),
            "parked": list(self.parked),
            "damaged": [damage.as_json() for damage in self.damaged],
        }


def reanalyse(
    node: Node,
    analyser: Analyser,
    *,
    everything: bool = True,
    campaigns: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Reanalysed:
    """Analyse every report, or only those not analysed yet. `progress` hears of reports done.

    Raises ServiceAway where the index does not answer; the vault is only read.
    """
    done = Reanalysed()
    _, done.damaged = catch_up(node)
    catch_up_journal(node)
    start = 0 if everything else node.index.reached(STEP)
    run = _Run(node, done, progress or (lambda count: None))
    parked = [] if everything else node.index.to_retry(MAX_ATTEMPTS)
    run.all(start, analyser)
    run.retry(parked, analyser)
    behind = node.index.reached(CAMPAIGNS) < node.index.reached(STEP)
    behind = behind or node.decisions.corrected() < node.decisions.changed()
    if campaigns and (everything or done.reports or behind):
        done.campaigns = find_campaigns(node)
    return done


def find_campaigns(node: Node) -> int:
    """Cluster all that is analysed; what people said of campaigns wins. Gives how many.

    The order of arrival does not matter.
    """
    from comity.campaign.actor import actors  # late: with an index that is up to date, not needed
    from comity.campaign.cluster import cluster_table
    from comity.campaign.corrections import corrected, held
    from comity.campaign.find import campaigns
    from comity.campaign.table import read

    reached = node.index.reached(STEP)
    rows = bytearray()
    for row in node.index.fingerprints(VERSION):
        rows += row
    clustering = cluster_table(read(rows))
    catch_up_journal(node)
    while True:
        changed = node.decisions.changed()
        wanted = corrected(clustering, node.decisions.corrections())
        found = [held(one) for one in campaigns(wanted)]
        node.index.replace_campaigns(found, actors(wanted), node.now(), reached)
        node.decisions.has_corrected(changed)
        catch_up_journal(node)
        if node.decisions.changed() == changed:
            return len(found)
        # Somebody joined or split meanwhile, and may have found campaigns before us.


class _Run:
    """One run: reports go to the analyser in order, answers come back in the same order."""

    def __init__(self, node: Node, done: Reanalysed, progress: Callable[[int], None]) -> None:
        self._node, self._done, self._progress = node, done, progress
        self._sent: deque[Entry] = deque()  # without their bytes
        self._damaged = {(damage.segment, damage.offset): damage for damage in done.damaged}

    def all(self, start: int, analyser: Analyser) -> None:
        """Every report from leaf `start` on."""
        reached = start
        batch: list[tuple[Entry, Answer]] = []
        for answer in analyser(self._reports(start)):
            entry = self._sent.popleft()
            batch.append((entry, answer))
            reached = entry.leaf + 1
            if len(batch) == _BATCH:
                self._save(batch, reached)
                batch = []
        self._save(batch, max(reached, self._node.index.reached("reportings")))

    def retry(self, parked: Sequence[Digest], analyser: Analyser) -> None:
        """Reports that were parked in an earlier run, once more."""
        for digest in parked:
            try:
                content = self._node.archive.read(digest)
            except ComityError:
                continue  # damaged: named by the run over the vault
            entry = self._node.index.first_reporting(digest)
            for answer in analyser([(entry.path, content)]):
                self._save([(entry, answer)], 0)

    def _reports(self, start: int) -> Iterator[tuple[str, bytes]]:
        for entry in self._node.archive.entries(start, content=True):
            if isinstance(entry, Damage):
                self._damaged[entry.segment, entry.offset] = entry
            elif entry.content is not None:
                self._sent.append(_without_content(entry))
                yield entry.path, entry.content

    def _save(self, batch: list[tuple[Entry, Answer]], reached: int) -> None:
        saved = self._node.index.save(batch, self._node.now(), reached)
        done = self._done
        done.reports += len(batch)
        for entry, answer in batch:
            if isinstance(answer, Unreadable):
                done.parked += (f"{entry.digest}: {answer.text}",)
            else:
                done.mails += len(answer)
        done.added += saved.added
        done.same += saved.same
        done.changed += saved.changed
        done.damaged = tuple(self._damaged.values())
        self._progress(done.reports)


def _without_content(entry: Entry) -> Entry:
    return Entry(
        entry.leaf,
        entry.digest,
        entry.length,
        entry.received_at,
        entry.channel,
        entry.path,
        entry.duplicate,
    )
