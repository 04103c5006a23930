# SPDX-License-Identifier: Apache-2.0
"""Brings a node's index up to its vault before a question is answered, with progress."""

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.node import Node
from comity.bootstrap.pool import analyser, jobs_or_all
from comity.cli.progress import Progress
from comity.service.reanalyse import Reanalysed, reanalyse


def read_reports(node: Node, jobs: int | None, *, everything: bool = False) -> Reanalysed:
    """Analyse what is new, or everything again, then find the campaigns."""
    run = analyser(lambda: of_node(node), jobs_or_all(jobs))
    with Progress("reports analysed") as progress:
        return reanalyse(node, run, everything=everything, progress=progress.reached)
