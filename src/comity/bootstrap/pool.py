# SPDX-License-Identifier: Apache-2.0
"""Analyses many inputs in child processes under limits, and prints each as its JSON line.

Joins `gateway` (inputs, children) with `service.analyse`. Order of output is order of input.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from comity.gateway.children import Children, Failed
from comity.gateway.inputs import Source, find_sources
from comity.report.caps import CAPS
from comity.service.analyse import Analysis, Knowledge
from comity.service.analyse import analyse_all as analyse_inputs
from comity.service.line import failed, line
from comity.service.ports import Analysed, Analyser, Answer, Unreadable
from comity.values.digest import Digest, digest_of
from comity.values.json import print_json


def jobs_or_all(jobs: int | None) -> int:
    """What the operator asked for, else one per processor this process may use."""
    if jobs is not None:
        return jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def analyse_all(paths: Iterable[str], knowledge: Knowledge, jobs: int) -> Iterator[Analysed]:
    """Every reported mail below `paths`. An input that fails has a line that says why."""
    yield from analyse_sources(find_sources(paths), knowledge, jobs)


def analyse_sources(
    sources: Iterable[Source], knowledge: Knowledge, jobs: int
) -> Iterator[Analysed]:
    """As `analyse_all`, for inputs already found."""

    def work(some: list[Source]) -> list[list[Analysed]]:
        return _analyse(some, knowledge)

    with Children(work, jobs, weight=lambda source: source.size) as children:
        for source, answer in children.run(sources):
            if isinstance(answer, Failed):
                yield _failed(source, _digest(source), answer.code, answer.text, knowledge)
            else:
                yield from answer


def analyser(known: Callable[[], Knowledge], jobs: int) -> Analyser:
    """What `service.reanalyse` calls: one answer for each report, in the order given.

    `known` is asked only once there is a report: reading the model takes time.
    """

    def run(reports: Iterable[tuple[str, bytes]]) -> Iterator[Answer]:
        waiting = iter(reports)
        first = next(waiting, None)
        if first is None:
            return
        knowledge = known()

        def work(some: list[tuple[str, bytes]]) -> list[list[Analysed]]:
            return _analyse([Source(*report) for report in some], knowledge)

        with Children(work, jobs, weight=lambda report: len(report[1])) as children:
            for _, answer in children.run(chain((first,), waiting)):
                if isinstance(answer, Failed):
                    yield Unreadable(answer.code, answer.text)
                else:
                    yield answer

    return run


def _analyse(sources: list[Source], knowledge: Knowledge) -> list[list[Analysed]]:
    """For each source the mails in it, or the one line that says why there is none."""
    contents = [_content(source, knowledge) for source in sources]
    whole = [
        (content, source.name)
        for content, source in zip(contents, sources, strict=True)
        if isinstance(content, bytes)
    ]
    found = iter(analyse_inputs(whole, knowledge))
    return [
        [_printed(one, source, knowledge) for one in next(found)]
        if isinstance(content, bytes)
        else [content]
        for content, source in zip(contents, sources, strict=True)
    ]


def _content(source: Source, knowledge: Knowledge) -> bytes | Analysed:
    """The bytes of a source, or the line of one that cannot be read."""
    if (refused := source.refused) is not None:
        return _failed(source, source.digest, refused.code, refused.detail, knowledge)
    try:
        content = source.read()
    except OSError as error:
        return _failed(source, None, "cannot-read", error.strerror or str(error), knowledge)
    if len(content) > CAPS.report_bytes:
        return _failed(source, None, "too-big", f"more than {CAPS.report_bytes:,} B", knowledge)
    return content


def _printed(found: Analysis, source: Source, knowledge: Knowledge) -> Analysed:
    printed = print_json(line(_of_box(found, source), knowledge.versions))
    return Analysed(printed, found.fingerprint)


def _of_box(found: Analysis, source: Source) -> Analysis:
    """With what the box around the report had wrong."""
    if not source.defects:
        return found
    defects = (*found.report.defects, *source.defects)
    return replace(found, report=replace(found.report, defects=defects))


def _failed(
    source: Source, digest: Digest | None, code: str, text: str, knowledge: Knowledge
) -> Analysed:
    return Analysed(print_json(failed(source.name, digest, code, text, knowledge.versions)), None)


def _digest(source: Source) -> Digest | None:
    """Of an input that broke its reader: it is hashed, nothing more."""
    try:
        return digest_of(source.read())
    except OSError:
        return None
