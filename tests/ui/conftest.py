"""The stage of the shell as a fixture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.shell_stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Stage]:
    """`stage(hosts, …)` builds the app on a fresh configuration; see `Stage`."""

    def build(*arguments: object, **options: object) -> Stage:
        return Stage(tmp_path, *arguments, **options)  # type: ignore[arg-type]  # passes its arguments on as they come

    return build
