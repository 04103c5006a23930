# SPDX-License-Identifier: Apache-2.0
"""Runs a function over batches of inputs in child processes under limits; answers in input order.

Hostile content can crash, hang or bloat a parser: the child dies, its input is tried once more
alone, then reported as failed; the others go on. Holds no knowledge of what the function does.
"""

import contextlib
import gc
import multiprocessing
import os
import queue
import resource
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Generic, TypeVar

from comity.values.errors import ServiceAway

Task = TypeVar("Task")
Answer = TypeVar("Answer")

BATCH = 16  # tasks sent at once: fewer wake-ups, yet little is repeated after a crash
BATCH_WEIGHT = 4 << 20  # bytes of tasks sent at once, and one task more
HELD_WEIGHT = 32 << 20  # bytes of tasks without answer, and one batch more: memory stays flat
IN_FLIGHT = 2  # batches a child may hold, so that it never waits for its next one


@dataclass(frozen=True, slots=True)
class Limits:
    """Per child. Real mail stays far below: the slowest of 4,300 took under 0.2 s. Ours."""

    memory: int = 1 << 30  # bytes of address space beyond what the parent has
    seconds: float = 10.0  # of one task, before it is interrupted
    silence: float = 30.0  # without any answer, before the child is killed
    starts: int = 10_000  # children started before we give up


class TooSlow(Exception):
    """Raised inside a child when a task takes longer than its limit."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that has no answer, and why: "crashed", "too-slow", "out-of-memory"."""

    code: str
    text: str


Numbered = tuple[int, Task]


@dataclass(slots=True)
class _Child(Generic[Task]):
    process: Any
    pipe: Connection
    # Batches without all their answers yet; the first one is what the child works on.
    sent: deque[deque[Numbered[Task]]] = field(default_factory=deque)
    heard: float = 0.0


class Children(Generic[Task, Answer]):
    """`work` runs in `jobs` children. Use as a context manager: leaving it ends them all.

    It takes some tasks and gives an answer for each; where it raises, it is asked one by one.
    `weight` tells how many bytes a task holds, so that few heavy ones are held at once.
    """

    def __init__(
        self,
        work: Callable[[list[Task]], list[Answer]],
        jobs: int,
        limits: Limits | None = None,
        weight: Callable[[Task], int] = lambda _: 0,
    ) -> None:
        self._work = work
        self._weight = weight
        self._jobs = max(1, jobs)
        self._limits = limits or Limits()
        self._children: list[_Child[Task]] = []
        self._starts = 0
        self._alone: set[int] = set()  # tasks sent again, one at a time
        # fork: the model and the address data are loaded once and shared
        self._context = multiprocessing.get_context("fork")

    def __enter__(self) -> "Children[Task, Answer]":
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            _end(child)
        self._children = []

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer | Failed]]:
        """Answers in the order of `tasks`; reads ahead by a bounded number of tasks."""
        numbered = enumerate(tasks)
        order: deque[Numbered[Task]] = deque()
        answers: dict[int, Answer | Failed] = {}
        again: deque[list[Numbered[Task]]] = deque()
        window = self._jobs * BATCH * (IN_FLIGHT + 2)
        held = 0
        exhausted = False
        while True:
            while self._room() and (
                again or (not exhausted and len(order) < window and held < HELD_WEIGHT)
            ):
                if again:
                    self._send(again.popleft())
                    continue
                batch, weight = self._batch(numbered)
                if not batch:
                    exhausted = True
                    break
                held += weight
                order.extend(batch)
                self._send(batch)
            while order and order[0][0] in answers:
                number, task = order.popleft()
                held -= self._weight(task)
                yield task, answers.pop(number)
            if exhausted and not order:
                return
            if order:
                self._collect(answers, again)

    def _batch(self, tasks: Iterator[Numbered[Task]]) -> tuple[list[Numbered[Task]], int]:
        """The next tasks to send together, and their weight."""
        batch: list[Numbered[Task]] = []
        weight = 0
        for numbered in islice(tasks, BATCH):
            batch.append(numbered)
            weight += self._weight(numbered[1])
            if weight >= BATCH_WEIGHT:
                break
        return batch, weight

    def _room(self) -> bool:
        return len(self._children) < self._jobs or any(
            len(child.sent) < IN_FLIGHT for child in self._children
        )

    def _send(self, batch: list[Numbered[Task]]) -> None:
        if len(self._children) < self._jobs:
            self._children.append(self._start())
        child = min(self._children, key=lambda one: len(one.sent))
        if not child.sent:
            child.heard = time.monotonic()
        child.sent.append(deque(batch))
        with contextlib.suppress(BrokenPipeError):  # it died: `_collect` will see that
            child.pipe.send([task for _, task in batch])

    def _start(self) -> _Child[Task]:
        self._starts += 1
        if self._starts > self._limits.starts:
            raise ServiceAway(
                f"{self._starts} child processes died in a row",
                "Look at the memory and process limits of this machine, then start again.",
            )
        here, there = self._context.Pipe()
        gc.freeze()  # what is loaded now stays: no child looks through it again
        others = [child.pipe for child in self._children]
        process = self._context.Process(
            target=_serve, args=(there, [here, *others], self._work, self._limits), daemon=True
        )
        process.start()
        there.close()
        return _Child(process, here, heard=time.monotonic())

    def _collect(
        self, answers: dict[int, Answer | Failed], again: deque[list[Numbered[Task]]]
    ) -> None:
        """Take what children have answered; replace those that died or fell silent."""
        ready = wait([child.pipe for child in self._children], timeout=1.0)
        now = time.monotonic()
        for child in list(self._children):
            if child.pipe in ready:
                child.heard = now
                try:
                    _take(child, answers)
                    continue
                except (EOFError, OSError):
                    failure = Failed("crashed", "The reader crashed on this input, twice.")
            elif child.sent and now - child.heard > self._limits.silence:
                failure = Failed("too-slow", "Reading this input took too long, twice.")
            else:
                continue
            self._children.remove(child)
            _end(child)
            self._bury(child, failure, answers, again)

    def _bury(
        self,
        child: _Child[Task],
        failure: Failed,
        answers: dict[int, Answer | Failed],
        again: deque[list[Numbered[Task]]],
    ) -> None:
        """The batch a child died on is tried again, each task alone; one that was alone failed."""
        if child.sent:
            suspects = child.sent.popleft()
            number, _ = suspects[0]
            if number in self._alone:
                answers[number] = failure
            else:
                again.extend([one] for one in suspects)
                self._alone.update(number for number, _ in suspects)
        again.extend(list(batch) for batch in child.sent)


def _take(child: _Child[Any], answers: dict[int, Any]) -> None:
    """Answers come in the order in which the tasks were sent, some at a time."""
    for answer in child.pipe.recv():
        number, _ = child.sent[0].popleft()
        answers[number] = answer
        if not child.sent[0]:
            child.sent.popleft()


def _end(child: _Child[Any]) -> None:
    child.process.kill()
    child.process.join()
    child.pipe.close()


def _serve(
    pipe: Connection,
    inherited: list[Connection],
    work: Callable[[list[Any]], list[Any]],
    limits: Limits,
) -> None:
    """The child's loop. Catch-all by design: this is a process edge, and each failure is named."""
    for one in inherited:
        one.close()
    # A mail makes thousands of short-lived objects and hardly a cycle: look for those less often.
    gc.set_threshold(50_000, 20, 50)
    _limit(limits)
    signal.signal(signal.SIGALRM, _too_slow)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    # A thread takes the tasks in, so that the parent never waits for us while we wait for it.
    waiting: queue.SimpleQueue[list[Any] | None] = queue.SimpleQueue()
    threading.Thread(target=_take_in, args=(pipe, waiting), daemon=True).start()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while (batch := waiting.get()) is not None:
            answers = _answer(work, batch, limits)
            if not isinstance(answers, Failed):
                pipe.send(answers)
                continue
            for task in batch:  # one of them failed: which? And let the parent know we live
                found = _answer(work, [task], limits)
                pipe.send([found] if isinstance(found, Failed) else found)


def _take_in(pipe: Connection, waiting: "queue.SimpleQueue[list[Any] | None]") -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            waiting.put(pipe.recv())
    waiting.put(None)


def _answer(
    work: Callable[[list[Any]], list[Any]], tasks: list[Any], limits: Limits
) -> list[Any] | Failed:
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    try:
        return work(tasks)
    except TooSlow:
        return Failed("too-slow", f"Reading this input took more than {limits.seconds:g} s.")
    except MemoryError:
        return Failed("out-of-memory", "Reading this input needs more memory than the limit.")
    except Exception as error:  # a fault of ours: named with the input, and the others go on
        if os.environ.get("COMITY_DEBUG"):
            raise
        return Failed("fault", f"Comity failed on this input: {type(error).__name__}: {error}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def _limit(limits: Limits) -> None:
    """Cap the address space: a parser that asks for more gets MemoryError, not the machine."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            used = int(statm.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return  # no such file on this system: the parent's silence limit still holds
    cap = used + limits.memory
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
