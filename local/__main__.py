"""`python -m local`: starts every function and a gateway in front of them, until Ctrl-C."""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from local.gateway import FUNCTIONS, gateway

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
LAST_PORT = 65_535
START_SECONDS = 30
STOP_SECONDS = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

EXAMPLES = """
Ready at http://{host}:{port} (Ctrl-C stops everything). Try:

  curl -XPOST -H 'Content-Type: application/json' -d '{{"experience":[{{"description": "organizing projects with agile and scrum methodologies"}}]}}' {host}:{port}/model/similar_jobs | python -m json.tool | head -22

  curl {host}:{port}/model/skills/data%20scientist
"""  # noqa: E501


def main() -> int:
    """Runs until a signal; 1 and one line on standard error where something cannot start."""
    argparse.ArgumentParser(
        prog="python -m local", description=__doc__,
        epilog="PORT is the gateway's port (8080); each function takes one of those after it.",
    ).parse_args()  # fmt: skip
    port = _port(os.environ.get("PORT", "8080"))
    if port is None:
        print(f"error: PORT must be a number from 1 to {LAST_PORT - len(FUNCTIONS)}",
              file=sys.stderr)  # fmt: skip
        return 1
    ports = {name: port + 1 + i for i, name in enumerate(FUNCTIONS)}
    for each in (port, *ports.values()):
        if _in_use(each):
            print(f"error: port {each} is in use; stop what listens there or set PORT to a port "
                  f"with {len(ports)} free ones after it", file=sys.stderr)  # fmt: skip
            return 1
    processes: dict[str, subprocess.Popen[bytes]] = {}
    early: list[int] = []
    # Until every process is known here, a signal waits: what is not known cannot be stopped.
    _on_signals(lambda number, _frame: early.append(number))
    try:
        for name, each in ports.items():
            processes[name] = _start(name, each)
        _on_signals(_interrupt)
        if early:
            _interrupt(early[0], None)
        for name, each in ports.items():
            if not _wait(processes[name], each):
                print(f"error: {name} did not start; its output is above", file=sys.stderr)
                return 1
            print(f"{name}: http://{HOST}:{each}")
        with gateway((HOST, port), ports) as server:
            print(EXAMPLES.format(host=HOST, port=port), flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("stopped")
    finally:
        _stop(processes)
    return 0


def _port(written: str) -> int | None:
    """None where it is no port that the functions' follow."""
    port = int(written) if written.isascii() and written.isdigit() else 0
    return port if 0 < port <= LAST_PORT - len(FUNCTIONS) else None


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: another Ctrl-C must not keep us from stopping what we started.
    _on_signals(signal.SIG_IGN)
    raise KeyboardInterrupt


def _start(name: str, port: int) -> "subprocess.Popen[bytes]":
    environment = {
        "MODELS_URI": str(ROOT / "models"),
        "SUBMISSIONS_URI": str(ROOT / "submissions"),
        "CORS_ORIGINS": "*",
        **os.environ,
        "PYTHONPATH": str(ROOT),
    }
    command = [
        str(Path(sys.executable).parent / "functions-framework"),
        "--source", str(ROOT / "functions" / name / "main.py"),
        "--target", name, "--host", HOST, "--port", str(port),
    ]  # fmt: skip
    # A session of its own: Ctrl-C reaches only us, and we stop them in order.
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _listens(port):
            return True
        time.sleep(0.02)
    return False


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _stop(processes: "dict[str, subprocess.Popen[bytes]]") -> None:
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
