"""Uses a manager's dict and prints its version, then kinds of operations with nanoseconds for one.

Arguments: participants, bytes of a key, bytes of a value (8 stands for a number), keys, operations
of each kind. Cores 0 and 1 are given out in turn; the manager may run on either. An update is a
get and an insert under a lock, because the dict has none.
"""

import ctypes
import multiprocessing
import os
import platform
import random
import signal
import sys
import time
from multiprocessing.connection import wait
from multiprocessing.managers import SyncManager

PARTICIPANTS, KEY_LENGTH, VALUE_LENGTH, KEYS, OPERATIONS = map(int, sys.argv[1:])
SPACE = 1 << KEYS.bit_length()
SPREAD = 0x9E3779B97F4A7C15
PR_SET_PDEATHSIG = 1
STUCK_AFTER_SECONDS = 60


def die_with_parent():
    """Makes sure that this process neither outlives its parent nor is stuck for ever."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.alarm(STUCK_AFTER_SECONDS)


def pack(number, length):
    if length == 8:
        return number
    stamp = number.to_bytes(8, "little")
    return stamp + bytes(length - 16) + stamp


def unpack(value):
    if VALUE_LENGTH == 8:
        return value
    assert value[:8] == value[-8:], "a value in pieces"
    return int.from_bytes(value[:8], "little")


def number(index, block):
    return block * SPACE + index


def get(shared, index):
    assert unpack(shared[ALL_KEYS[index]]) % SPACE == index, "the value of another key"


def insert(shared, index, block):
    shared[ALL_KEYS[index]] = pack(number(index, block), VALUE_LENGTH)


def update(shared, index, lock):
    with lock:
        shared[ALL_KEYS[index]] = pack(unpack(shared[ALL_KEYS[index]]) + 1, VALUE_LENGTH)


def drawn(me, block):
    """Gives what a participant draws in a block: an index, and whether it is one of ten draws."""
    draw = random.Random(block * PARTICIPANTS + me)
    each = range(OPERATIONS // PARTICIPANTS)
    return [(draw.randrange(KEYS), draw.randrange(10) == 0) for _ in each]


def do(kind, shared, me, block, draws, lock):
    if kind == "get":
        for index, _ in draws:
            get(shared, index)
    elif kind == "insert":
        for index, _ in draws:
            insert(shared, index, block)
    elif kind == "fill":
        for index in range(me, KEYS, PARTICIPANTS):
            insert(shared, index, block)
    elif kind == "update":
        for index, _ in draws:
            update(shared, index, lock)
    else:
        for index, is_one_of_ten in draws:
            if is_one_of_ten:
                insert(shared, index, block)
            else:
                get(shared, index)


def account(kind, expected, block):
    """Does to the expected numbers what the participants have done to the dict."""
    if kind == "fill":
        expected[:] = [number(index, block) for index in range(KEYS)]
        return
    for me in range(PARTICIPANTS):
        for index, is_one_of_ten in drawn(me, block):
            if kind == "update":
                expected[index] += 1
            elif kind == "insert" or kind == "mixed" and is_one_of_ten:
                expected[index] = number(index, block)


def participate(kind, me, shared, block, lock, barrier, began, ended):
    die_with_parent()
    os.sched_setaffinity(0, {me % 2})
    draws = drawn(me, block)
    # The connection to the manager is made at the first use.
    len(shared)
    barrier.wait()
    began[me] = time.monotonic_ns()
    do(kind, shared, me, block, draws, lock)
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


def measure(context, kind, shared, block, expected):
    barrier, lock = context.Barrier(PARTICIPANTS), context.Lock()
    began, ended = (context.RawArray("q", PARTICIPANTS) for _ in range(2))
    if kind == "fill":
        shared.clear()
    rest = (shared, block, lock, barrier, began, ended)
    running = [
        context.Process(target=participate, args=(kind, me, *rest), daemon=True)
        for me in range(PARTICIPANTS)
    ]
    for process in running:
        process.start()
    join_all(running)
    account(kind, expected, block)
    found = shared.copy()
    assert len(found) == KEYS, "a key is missing, or there is one too many"
    for index, key in enumerate(ALL_KEYS):
        assert unpack(found[key]) == expected[index], "a change was lost or came twice"
    operations = KEYS if kind == "fill" else OPERATIONS // PARTICIPANTS * PARTICIPANTS
    return (max(ended) - min(began)) / operations


def main():
    die_with_parent()
    os.sched_setaffinity(0, {0, 1})
    context = multiprocessing.get_context("fork")
    expected = [number(index, 0) for index in range(KEYS)]
    manager = SyncManager(ctx=context)
    manager.start(die_with_parent)
    with manager:
        shared = manager.dict(
            {key: pack(index, VALUE_LENGTH) for index, key in enumerate(ALL_KEYS)}
        )
        print(platform.python_version())
        # A raised number does not tell its key any more.
        for block, kind in enumerate(["get", "insert", "fill", "mixed", "update"], start=1):
            print(kind, measure(context, kind, shared, block, expected))


ALL_KEYS = [pack((index + 1) * SPREAD % (1 << 64), KEY_LENGTH) for index in range(KEYS)]
main()
