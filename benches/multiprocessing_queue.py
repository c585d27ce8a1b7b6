"""Sends numbered items through a queue of multiprocessing and prints its version and nanoseconds per item.

Arguments: Queue or JoinableQueue, producers, consumers, capacity, bytes of an item (8 stands for
a number), items in all. Producers come first; cores 0 and 1 are given out in turn.
"""

import ctypes
import multiprocessing
import os
import platform
import signal
import sys
import time
from multiprocessing.connection import wait

KIND = sys.argv[1]
PRODUCERS, CONSUMERS, CAPACITY, LENGTH, ITEMS = map(int, sys.argv[2:])
JOINABLE = KIND == "JoinableQueue"
MOST = 8
PR_SET_PDEATHSIG = 1
STUCK_AFTER_SECONDS = 60
REST = bytes(max(0, LENGTH - 8))


def die_with_parent():
    """Makes sure that this process neither outlives its parent nor is stuck for ever."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.alarm(STUCK_AFTER_SECONDS)


def pack(stamp):
    return stamp if LENGTH == 8 else stamp.to_bytes(8, "little") + REST


def unpack(item):
    return item if LENGTH == 8 else int.from_bytes(item[:8], "little")


def produce(queue, me):
    for number in range(1, ITEMS // PRODUCERS + 1):
        queue.put(pack(number * MOST + me))
    if JOINABLE:
        queue.join()


def consume(queue):
    newest, total = [0] * MOST, 0
    for _ in range(ITEMS // CONSUMERS):
        stamp = unpack(queue.get())
        if JOINABLE:
            queue.task_done()
        assert stamp > newest[stamp % MOST], "an item came twice or too late"
        newest[stamp % MOST] = stamp
        total += stamp
    return total


def participate(me, queue, barrier, began, ended, sums):
    die_with_parent()
    os.sched_setaffinity(0, {me % 2})
    barrier.wait()
    began[me] = time.monotonic_ns()
    if me < PRODUCERS:
        produce(queue, me)
    else:
        sums[me] = consume(queue)
    ended[me] = time.monotonic_ns()


def join_all(running):
    """Waits for all; one that fails ends the others."""
    while running:
        wait([process.sentinel for process in running])
        over = [process for process in running if process.exitcode is not None]
        running = [process for process in running if process.exitcode is None]
        if any(process.exitcode != 0 for process in over):
            for process in running:
                process.kill()
            sys.exit("a participant failed")


def main():
    die_with_parent()
    context = multiprocessing.get_context("fork")
    queue = context.JoinableQueue(CAPACITY) if JOINABLE else context.Queue(CAPACITY)
    participants = PRODUCERS + CONSUMERS
    barrier = context.Barrier(participants)
    began, ended, sums = (context.RawArray("q", participants) for _ in range(3))
    shared = (queue, barrier, began, ended, sums)
    running = [
        context.Process(target=participate, args=(me, *shared), daemon=True)
        for me in range(participants)
    ]
    for process in running:
        process.start()
    join_all(running)
    each = ITEMS // PRODUCERS
    put = sum(each * (each + 1) // 2 * MOST + each * me for me in range(PRODUCERS))
    assert sum(sums) == put, "the items got are not those put"
    print(platform.python_version(), (max(ended) - min(began)) / ITEMS)


main()
