"""YAML, with the library that comes on request: plain values only, and nothing in a file can run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile, ConfigError

ALIAS_LIMIT = 10_000
"""Uses of `*aliases` in one file: each may stand for much more than its own letters."""


def parse_yaml(text: str, path: Path) -> Any:
    """The first document in `text`: dicts, lists and plain values; what has a tag of its own (`!vault`) is None.

    Raises BrokenFile with the line, and ConfigError when the library is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise ConfigError(
            f"{path} is YAML, and the library that reads it is not installed.",
            hint="pip install 'sshtui[yaml]', or pipx inject sshtui pyyaml.",
        ) from None

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time
        """Safe values only; other tags mean nothing here."""

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    if text.count("*") > ALIAS_LIMIT:
        raise BrokenFile(path, 0, f"more than {ALIAS_LIMIT} aliases.")
    try:
        return yaml.load(text, Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BrokenFile(path, line, f"not valid YAML ({error.problem or error.context}).") from error
    except (yaml.YAMLError, ValueError) as error:
        raise BrokenFile(path, 0, f"not valid YAML ({error}).") from error
    except RecursionError:
        raise BrokenFile(path, 0, "nested too deeply.") from None
