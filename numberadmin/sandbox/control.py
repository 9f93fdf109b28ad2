"""The client of the control door: how a test or a person tells the sandbox what to be like."""

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener


class Control:
    """Talks to the control door at `url`. Every method is one request; a refused one raises HTTPError."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self._url = url
        self._timeout = timeout
        self._opener = build_opener(ProxyHandler({}))

    def state(self) -> dict[str, Any]:
        """What the sandbox holds: `assignments` {key: {capability: [numbers]}}, `rented` {organisation: [numbers]},
        `reservations`, `credit` and `spent` {organisation: {currency: "2.00"}}, `availability` {group: n}."""
        return dict(self._ask("GET", "/state"))

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """The requests to the three hosts with a `seq` beyond `after`, in order of arrival; times are Unix seconds,
        `applied` says whether what was asked was done, `ended` is null while it is being served."""
        return list(self._ask("GET", f"/log?after={after}"))

    def clear_log(self) -> None:
        self._ask("DELETE", "/log")

    def fault(self, *, kind: str, match: dict[str, Any] | None = None, times: int = 1, **options: Any) -> None:
        """Let something go wrong; kinds and options are those of `faults.Fault`. `match` may name `verb`, `path` (a
        regular expression found in it), `listener`, and `nth` (the first such request that it meets)."""
        self._ask("POST", "/faults", {"kind": kind, "match": match or {}, "times": times, **options})

    def clear_faults(self) -> None:
        self._ask("DELETE", "/faults")

    def expire_instances(self) -> None:
        """End every instance now."""
        self._ask("POST", "/expire-instances", {})

    def expire_reservations(self, references: list[str] | None = None) -> None:
        """Let these reservations lapse now, or all that are held."""
        self._ask("POST", "/expire-reservations", {"references": references})

    def set(self, **changes: Any) -> None:
        """Change what the sandbox holds or how it behaves; the names are those of `door.SETTINGS`."""
        self._ask("POST", "/set", changes)

    def reset(self, seed: str = "demo", scale: int = 0) -> None:
        """Begin anew: data, settings, faults and log."""
        self._ask("POST", "/reset", {"seed": seed, "scale": scale})

    def _ask(self, verb: str, path: str, content: Any = None) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = Request(self._url + path, data, {"Content-Type": "application/json"}, method=verb)  # noqa: S310
        with self._opener.open(request, timeout=self._timeout) as answer:
            return json.loads(answer.read() or b"null")
