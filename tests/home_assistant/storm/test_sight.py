"""Laws of what is seen of connections, with sockets of this very process."""

from __future__ import annotations

import os
import socket

from tests.home_assistant.storm import sight
from tests.wire_pairs import LOOPBACK

US = {"us": os.getpid()}


def test_both_ends_of_a_connection_are_seen_and_so_is_one_that_is_left_half_open() -> None:
    with socket.create_server((LOOPBACK, 0)) as server, socket.create_connection(server.getsockname()) as dialled:
        taken, _ = server.accept()
        ports, port = {"there": server.getsockname()[1]}, dialled.getsockname()[1]
        assert sight.connections(US, ports) == {"us > there": {port}, "us < us": {port}}
        with taken:
            dialled.close()
            assert sight.connections(US, ports) == {"us < nobody CLOSE_WAIT": {port}}
        assert sight.connections(US, ports) == {}


def test_what_a_process_holds_is_counted() -> None:
    before = sight.holds(os.getpid())
    with socket.create_server((LOOPBACK, 0)):
        assert sight.holds(os.getpid()).files == before.files + 1
    assert before.memory_mb > 1
    assert before.threads >= 1
