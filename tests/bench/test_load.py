import json
import socket
import threading

import numpy as np
import pytest

from bench import instances, load
from bench.instances import EMPTY, Case


@pytest.fixture(scope="module")
def empty():
    with instances.started(Case("empty", EMPTY, "empty", load.get("/"))) as instance:
        yield instance


@pytest.mark.parametrize("clients", [1, 8])
def test_every_request_is_answered_and_timed(empty, clients):
    before = empty.cpu_seconds()
    found = load.run(empty.port, [load.post("/", b"{}"), load.get("/")], clients, total=50)
    assert found.latencies.shape == (50,)
    assert np.all(found.latencies > 0)
    # Each client waits for its answer before it asks again.
    assert found.latencies.sum() <= clients * found.seconds
    assert empty.cpu_seconds() > before


def answering(*answers):
    """A server that gives the requests on one connection these bytes in turn, piece by piece."""
    server = socket.create_server(("127.0.0.1", 0))

    def run():
        connection, _ = server.accept()
        with connection, server:
            for pieces in answers:
                connection.recv(1 << 16)
                for piece in pieces:
                    connection.sendall(piece)

    threading.Thread(target=run, daemon=True).start()
    return server.getsockname()[1]


def test_an_answer_may_come_in_pieces():
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour"
    port = answering([whole[:10], whole[10:-2], whole[-2:]], [whole])
    assert len(load.run(port, [load.get("/")], clients=1, total=2).latencies) == 2


def test_a_refusal_is_an_error():
    port = answering([b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"])
    with pytest.raises(RuntimeError, match="503"):
        load.run(port, [load.get("/")], clients=1, total=1)


def test_a_connection_that_ends_is_an_error():
    port = answering([b"HTTP/1.1 200 OK\r\nContent-Le"])
    with pytest.raises(ConnectionError):
        load.run(port, [load.get("/")], clients=1, total=1)


def test_a_body_goes_over_the_wire_as_it_is():
    body = json.dumps({"a": "é"}).encode()
    head, _, sent = load.post("/?limit=1", body).partition(b"\r\n\r\n")
    assert sent == body
    assert f"Content-Length: {len(body)}".encode() in head
