"""The remote API in a box: it stands in for the real service in the demo and in the tests, and checks strictly."""

from types import TracebackType

from numberadmin.sandbox import door, sample, server
from numberadmin.sandbox.control import Control
from numberadmin.sandbox.faults import Faults
from numberadmin.sandbox.listener import Listener
from numberadmin.sandbox.state import State

__all__ = ["Control", "Sandbox", "start"]


class Sandbox:
    """A running sandbox: `urls` by name ("user", "api", "portal", "control") and its `state`."""

    def __init__(self, state: State, listeners: dict[str, Listener]) -> None:
        self.state = state
        self.urls = {name: item.url for name, item in listeners.items()}
        self._listeners = listeners

    @property
    def control(self) -> Control:
        """A client of the control door."""
        return Control(self.urls["control"])

    def stop(self) -> None:
        """Stop listening and hang up on all clients. Doing it again does nothing."""
        while self._listeners:
            self._listeners.popitem()[1].stop()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    *,
    host: str = "127.0.0.1",
    user_port: int = 0,
    api_port: int = 0,
    portal_port: int = 0,
    control_port: int = 0,
    seed: str = "demo",
    scale: int = 0,
) -> Sandbox:
    """A sandbox in threads of this process, ready to be asked. Port 0 is any free one; for `seed` and `scale` see
    `sample.seeded`. OSError where a port is taken."""
    state, faults = sample.seeded(seed, scale), Faults()
    listeners: dict[str, Listener] = {}
    try:
        for name, port in (("user", user_port), ("api", api_port), ("portal", portal_port)):
            listeners[name] = server.listener(name, host, port, state, faults)
        listeners["control"] = door.listener(host, control_port, state, faults)
    except OSError:
        for item in listeners.values():
            item.server_close()
        raise
    for item in listeners.values():
        item.run()
    return Sandbox(state, listeners)
