import threading

import pytest

from tests.engine.messages import snapshot
from workbench.engine.mailbox import History, Mailbox


def test_since_gives_each_message_once_and_in_order():
    box = Mailbox()
    for number in range(10):
        box.snapshots.put(snapshot(number))
    assert [s.sequence for s in box.snapshots_since(-1)] == list(range(10))
    assert [s.sequence for s in box.snapshots_since(6)] == [7, 8, 9]
    assert box.snapshots_since(9) == []
    assert box.snapshots.latest.sequence == 9


def test_history_is_bounded():
    history = History(5)
    for number in range(12):
        history.put(snapshot(number))
    assert [s.sequence for s in history.since(-1)] == [8, 9, 10, 11]


def test_a_number_left_out_is_refused():
    history = History(5)
    with pytest.raises(ValueError, match="expected message 0"):
        history.put(snapshot(3))


def test_a_reader_beside_a_writer_never_sees_a_column_twice_or_skips_one():
    history = History(64)
    messages = [snapshot(number) for number in range(5000)]
    seen: list[int] = []
    done = threading.Event()

    def write():
        for message in messages:
            history.put(message)
            while message.sequence - (seen[-1] if seen else -1) > 40:
                pass
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set() or (seen and seen[-1] < 4999):
        seen.extend(s.sequence for s in history.since(seen[-1] if seen else -1))
    writer.join()
    assert seen == list(range(5000))
