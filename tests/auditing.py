"""The moments at which Python is about to touch files and sockets (PEP 578), for tests of what others do just then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Hook = Callable[[str, tuple[Any, ...]], None]

_hooks: list[Hook] = []
_installed: list[bool] = []


def _audit(event: str, args: tuple[Any, ...]) -> None:
    for hook in _hooks:
        hook(event, args)


@contextmanager
def auditing(hook: Hook) -> Iterator[None]:
    """`hook(event, args)` is called at every audit event of this process inside the block, in the thread it is of."""
    if not _installed:
        # It cannot be taken away again.
        sys.addaudithook(_audit)
        _installed.append(True)
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)
