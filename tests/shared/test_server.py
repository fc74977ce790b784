"""What gunicorn does by settings of ours, seen from outside of a staged function."""

import socket
import threading
import time
from contextlib import suppress

import requests

from shared import limits

PATIENCE_SECONDS = 6 * limits.BODY_SECONDS


def test_no_control_socket_is_opened(serve, models, tmp_path):
    with serve("top_skills", MODELS_URI=str(models), HOME=str(tmp_path)) as running:
        assert requests.get(running.url + "/cook", timeout=30).ok
        time.sleep(1)  # The server would open it once its worker has started.
    assert list(tmp_path.iterdir()) == []
    assert b"Control" not in running.log.read_bytes()


def test_half_a_head_does_not_keep_others_out(serve, models):
    with serve("top_skills", MODELS_URI=str(models), THREADS="1") as running:
        address = ("127.0.0.1", int(running.url.rpartition(":")[2]))
        with socket.create_connection(address) as slow:
            slow.sendall(b"GET /cook HTTP/1.1\r\nHost: here\r\n")
            ended = threading.Event()
            sending = threading.Thread(target=send_now_and_then, args=(slow, ended))
            sending.start()
            try:
                assert requests.get(running.url + "/cook", timeout=PATIENCE_SECONDS).ok
                assert slow.recv(1) == b""
            finally:
                ended.set()
                sending.join()


def send_now_and_then(connection, ended):
    with suppress(OSError):
        while not ended.wait(0.5):
            connection.sendall(b"X-More: to come\r\n")
