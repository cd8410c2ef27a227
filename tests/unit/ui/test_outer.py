"""What the terminal around us draws is read from its environment."""

from __future__ import annotations

import pytest

from sshtui.model.outer import Outer, outer_terminal


@pytest.mark.parametrize(
    ("environment", "outer"),
    [
        ({}, Outer()),
        ({"TERM": "dumb"}, Outer()),
        ({"TERM": "linux"}, Outer()),
        ({"TERM": "vt100"}, Outer()),
        # xterm takes 4:3 for nothing and 58:5:1 for blinking.
        ({"TERM": "xterm-256color"}, Outer(underlines=False, strings=True)),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4803"}, Outer(underlines=False, strings=True)),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, Outer(underlines=True, strings=True)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Outer(underlines=True, strings=True)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Outer(underlines=False, strings=True)),
        ({"TERM": "xterm-kitty"}, Outer(underlines=True, strings=True)),
        ({"TERM": "tmux-256color"}, Outer(underlines=True, strings=True)),
        ({"TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0"}, Outer(underlines=True, strings=True)),
        ({"TERM": "screen"}, Outer(underlines=False, strings=True)),
    ],
)
def test_the_environment_tells(environment: dict[str, str], outer: Outer) -> None:
    assert outer_terminal(environment) == outer
