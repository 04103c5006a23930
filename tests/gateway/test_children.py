# SPDX-License-Identifier: Apache-2.0
"""Work in child processes: order, crashes, hangs, memory. Real processes, no mocks."""

import os
import signal
import time

import pytest

from comity.gateway.children import Children, Failed, Limits

QUICK = Limits(memory=256 << 20, seconds=0.3, silence=1.5)


def work(tasks: list[object]) -> list[object]:
    return [work_on(task) for task in tasks]


def work_on(task: object) -> object:
    match task:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "loop":
            while True:
                pass
        case "hang":  # as C code does: no Python signal handler gets a turn
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(60)
        case "bloat":
            return len(bytearray(1 << 40))
        case "fail":
            raise KeyError("x")
        case bytes():
            return task
        case int():
            time.sleep(0.001 * (task % 7))
            return task * 2
    return None


@pytest.mark.parametrize("jobs", [1, 3])
def test_answers_come_in_the_order_of_the_tasks(jobs):
    with Children(work, jobs) as children:
        answers = list(children.run(range(200)))
    assert answers == [(n, n * 2) for n in range(200)]


def test_no_task_no_answer():
    with Children(work, 2) as children:
        assert list(children.run([])) == []


def test_big_tasks_and_big_answers_do_not_lock_each_other():
    tasks = [bytes([n % 250]) * 1_000_000 for n in range(100)]
    with Children(work, 2) as children:
        assert [len(answer) for _, answer in children.run(tasks)] == [1_000_000] * 100


M16 = {
    "die": "crashed",
    "loop": "too-slow",
    "hang": "too-slow",
    "bloat": "out-of-memory",
    "fail": "fault",
}


@pytest.mark.parametrize(("bad", "code"), M16.items(), ids=M16)
def test_m16_one_input_that_breaks_the_reader_does_not_stop_the_others(bad, code):
    tasks = [*range(20), bad, *range(20, 40)]
    with Children(work, 2, QUICK) as children:
        answers = dict(children.run(tasks))
    failure = answers.pop(bad)
    assert isinstance(failure, Failed)
    assert failure.code == code
    assert answers == {n: n * 2 for n in range(40)}
