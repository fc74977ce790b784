import time

import requests


def test_no_control_socket_is_opened(serve, models, tmp_path):
    with serve("top_skills", MODELS_URI=str(models), HOME=str(tmp_path)) as running:
        assert requests.get(running.url + "/cook", timeout=30).ok
        time.sleep(1)  # The server would open it once its worker has started.
    assert list(tmp_path.iterdir()) == []
    assert b"Control" not in running.log.read_bytes()
