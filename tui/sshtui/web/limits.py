"""How often somebody may try to enter: a growing delay for each address and for all together, across restarts.

A browser that has signed in before shows a device token and is judged by its own failures only, so strangers cannot
shut the owner out (the device cookies of OWASP's "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time as wall_clock
from typing import Any, NamedTuple

from sshtui.errors import ConfigError, NotSaved
from sshtui.files import ensure_private_directory, read_whole, write_whole


class _Rule(NamedTuple):
    """Failures that cost nothing; the longest wait and how long a failure is remembered, in seconds."""

    free: int
    longest: float
    forgotten: float


_OF_ONE = _Rule(5, 15 * 60.0, 24 * 3600.0)
"""One address or known browser waits 1 s after its fifth failure, and twice as long with each further one."""

_OF_ALL = _Rule(50, 60.0, 15 * 60.0)
"""All addresses together."""

ADDRESSES = 5_000
"""Addresses remembered; beyond it the one that failed longest ago goes."""

DEVICES = 20
DEVICE_KEPT = 90 * 24 * 3600.0

_IN_ALL = "*"
_FILE_LIMIT = 4 * 1024 * 1024


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


@dataclass(frozen=True)
class Attempt:
    """One try that was let through, counted as failed until it is told otherwise."""

    names: tuple[str, ...]


class Delayed(Exception):
    """Not before `seconds` are over."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Limits:
    """The counters, kept in the file at `path`. A damaged file counts as an empty one; safe in several threads."""

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = wall_clock, addresses: int = ADDRESSES, devices: int = DEVICES
    ) -> None:
        """As many `addresses` and `devices` are remembered."""
        self._path = path
        self._most_addresses = addresses
        self._most_devices = devices
        self._clock = clock
        self._guard = threading.Lock()
        self._failures: dict[str, _Failures] = {}
        self._devices: dict[str, float] = {}
        self._load()

    def attempt(self, address: str, device: str = "") -> Attempt:
        """Let one try through, and write down that it failed. Raises Delayed, which changes nothing."""
        with self._guard:
            self.check(address, device)
            return self._count(self._names(address, device), self._clock())

    def check(self, address: str, device: str = "") -> None:
        """Raise Delayed where `attempt` would, at once: a look that waits for no disk."""
        now = self._clock()
        wait = max(self._wait(name, now) for name in self._names(address, device))
        if wait > 0:
            raise Delayed(wait)

    def _names(self, address: str, device: str) -> tuple[str, ...]:
        """Whose failures count."""
        known = _hash(device)
        return (f"device {known}",) if known in self._devices else (_network(address), _IN_ALL)

    def attempt_with_pass(self, address: str) -> Attempt:
        """Let a try through that paid with something of its own, such as a recovery code."""
        with self._guard:
            return self._count((_network(address), _IN_ALL), self._clock())

    def succeeded(self, attempt: Attempt) -> None:
        """It was right: its address starts anew."""
        with self._guard:
            for name in attempt.names:
                if name == _IN_ALL:
                    self._take_back(name)
                else:
                    self._failures.pop(name, None)
            self._save()

    def remember_device(self) -> str:
        """A new token for the browser that has just signed in."""
        token = secrets.token_urlsafe(32)
        with self._guard:
            self._devices[_hash(token)] = self._clock()
            while len(self._devices) > self._most_devices:
                del self._devices[min(self._devices, key=lambda each: self._devices[each])]
            self._save()
        return token

    def knows(self, device: str) -> bool:
        """Whether a browser with this token signed in before."""
        with self._guard:
            return _hash(device) in self._devices

    def forget(self, *, devices: bool = False) -> None:
        """Let everybody try at once again; with `devices`, no browser is known any more."""
        with self._guard:
            self._failures.clear()
            if devices:
                self._devices.clear()
            self._save()

    def _wait(self, name: str, now: float) -> float:
        failures = self._failures.get(name)
        if failures is None:
            return 0.0
        # A clock that was set back must not make anybody wait longer than the delay itself.
        failures.last = min(failures.last, now)
        since = now - failures.last
        free, longest, forgotten = _OF_ALL if name == _IN_ALL else _OF_ONE
        if failures.count < free or since > forgotten:
            return 0.0
        return min(longest, 2.0 ** min(failures.count - free, 30)) - since

    def _count(self, names: tuple[str, ...], now: float) -> Attempt:
        for name in names:
            failures = self._failures.pop(name, None) or _Failures()
            old = now - failures.last > (_OF_ALL if name == _IN_ALL else _OF_ONE).forgotten
            # Put at the end: the first entry of the table is the one that failed longest ago.
            self._failures[name] = _Failures(1 if old else failures.count + 1, now)
        while len(self._failures) > self._most_addresses:
            oldest = next(name for name in self._failures if name != _IN_ALL)
            del self._failures[oldest]
        self._save()
        return Attempt(names)

    def _take_back(self, name: str) -> None:
        failures = self._failures.get(name)
        if failures is not None:
            failures.count = max(0, failures.count - 1)

    def _load(self) -> None:
        with suppress(ConfigError, ValueError, KeyError, TypeError, AttributeError):
            values: dict[str, Any] = json.loads(read_whole(self._path, limit=_FILE_LIMIT) or b"{}")
            now = self._clock()
            failures = {str(name): _Failures(int(count), float(last)) for name, (count, last) in values["failures"]}
            devices = {str(name): float(last) for name, last in values["devices"].items()}
            self._failures = failures
            self._devices = {name: last for name, last in devices.items() if now - last < DEVICE_KEPT}

    def _save(self) -> None:
        rows = [(name, (each.count, each.last)) for name, each in self._failures.items()]
        text = json.dumps({"failures": rows, "devices": self._devices})
        # A disk that takes nothing must not open the door, and need not close it: the counters live on in memory.
        with suppress(NotSaved):
            ensure_private_directory(self._path.parent)
            write_whole(self._path, text.encode())


def _hash(device: str) -> str:
    return hashlib.sha256(device.encode("utf-8", "replace")).hexdigest() if device else ""


def _network(address: str) -> str:
    """What counts as one address: all of IPv4, the /64 of IPv6, which one customer is given as a whole."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
