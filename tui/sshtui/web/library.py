"""Whether the packages of the browser console are there; they are an optional part."""

from __future__ import annotations

from importlib.util import find_spec

from sshtui.errors import UsageError


def require() -> None:
    """Return when aiohttp and segno can be imported. Raises UsageError."""
    missing = [name for name in ("aiohttp", "segno") if find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(
            f"The browser console needs {' and '.join(missing)}, which {verb} not installed.",
            hint="pip install 'sshtui[web]'",
        )
