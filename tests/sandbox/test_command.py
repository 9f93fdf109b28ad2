import json
import signal
import socket
import subprocess
import sys

import pytest

from numberadmin.sandbox import start
from numberadmin.sandbox.control import Control


def test_it_runs_by_itself_and_ends_when_told_to() -> None:
    command = [sys.executable, "-m", "numberadmin.sandbox", "--seed", "empty", "--user-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        urls = json.loads(process.stdout.readline())
        assert urls.keys() == {"user", "api", "portal", "control"}
        assert Control(urls["control"]).state()["rented"] == {"8888123": [], "7777456": [], "7777457": []}
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_stopped_sandbox_hangs_up_and_answers_no_more() -> None:
    with start() as sandbox:
        port = int(sandbox.urls["portal"].rpartition(":")[2])
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100)
    with client:
        while client.recv(1000):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_port_that_is_taken_is_said() -> None:
    with start() as sandbox, pytest.raises(OSError, match="in use"):
        start(user_port=int(sandbox.urls["user"].rpartition(":")[2]))


def test_an_unknown_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="demo or empty"):
        start(seed="tulips")
