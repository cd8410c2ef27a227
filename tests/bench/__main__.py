"""Run every benchmark module of this directory (`run() -> list[Result]`), or those named on the command line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent
HELPERS = {"__main__", "table"}


def main(names: list[str]) -> None:
    """Print one line a result."""
    for name in names or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS):
        run = getattr(importlib.import_module(f"tests.bench.{name}"), "run", None)
        for result in run() if run is not None else ():
            print(result.line(), flush=True)


main(sys.argv[1:])
