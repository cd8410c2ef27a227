"""What a viewer's terminal says of itself."""

from __future__ import annotations

import pytest

from sshtui.attach.terminal_viewer import colours


@pytest.mark.parametrize(
    ("environment", "term", "count"),
    [
        ({"COLORTERM": "truecolor"}, "xterm-256color", 1 << 24),
        ({"COLORTERM": "24bit"}, "linux", 1 << 24),
        ({}, "tmux-256color", 256),
        ({}, "xterm-kitty", 256),
        ({}, "linux", 16),
        ({}, "xterm", 16),
        ({}, "dumb", 0),
        ({"NO_COLOR": "", "COLORTERM": "truecolor"}, "xterm-256color", 0),
    ],
)
def test_the_colours_are_those_that_the_app_would_use_there(environment: dict[str, str], term: str, count: int) -> None:
    assert colours(environment, term) == count
