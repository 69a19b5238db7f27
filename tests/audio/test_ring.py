"""The ring in shared memory and its messages."""

import os
import socket

import numpy as np
import pytest

from workbench.audio.ring import Link, Message, Ring, create_link, create_memory


def test_samples_come_out_as_they_went_in_across_the_end_of_the_memory():
    channels, capacity = 3, 1000
    descriptor = create_memory(capacity * channels * 4)
    reader = Ring(os.dup(descriptor), channels, capacity)  # as the other process maps it
    writer = Ring(descriptor, channels, capacity)
    rng = np.random.default_rng(1)
    index = 0
    for length in rng.integers(1, capacity + 1, 50):
        data = rng.standard_normal((length, channels)).astype(np.float32)
        writer.write(index, memoryview(data).cast("B"))
        back = np.empty_like(data)
        reader.read(index, memoryview(back).cast("B"))
        np.testing.assert_array_equal(back, data)
        index += int(length)
    writer.close()
    reader.close()


def test_the_memory_leaves_no_descriptor():
    before = len(os.listdir("/proc/self/fd"))
    ring = Ring(create_memory(400), 1, 100)
    ring.close()
    ring.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_messages_arrive_whole_and_the_newest_is_last():
    one, other = map(Link, create_link())
    sent = [Message(n, n / 3, 0.01, 480, n // 2, 1) for n in range(5)]
    for message in sent:
        one.send(message)
    assert other.messages() == sent
    assert other.newest() is None
    one.send(sent[3])
    one.send(sent[4])
    assert other.newest() == sent[4]


def test_a_full_link_neither_blocks_nor_breaks():
    one, other = map(Link, create_link())
    for n in range(100_000):
        one.send(Message(n))
    assert not one.closed
    received = other.messages()
    assert [message.index for message in received] == list(range(len(received)))


@pytest.mark.skipif(not hasattr(socket, "SOCK_SEQPACKET"), reason="no end-of-file on datagrams")
def test_the_other_end_closing_is_seen():
    one, other = map(Link, create_link())
    one.send(Message(7))
    one.close()
    assert other.messages() == [Message(7)]
    assert other.closed
    other.send(Message(8))
