"""What a browser keeps for itself is never the only way to a command."""

from __future__ import annotations

from sshtui.ui.actions import ACTIONS
from sshtui.ui.keymap import Keymap

KEPT_BY_BROWSERS = {"ctrl+w", "ctrl+t", "ctrl+n", "ctrl+tab", "ctrl+shift+tab", "ctrl+pageup", "ctrl+pagedown", "f11"}
"""Chromium and Firefox in a window of their own (not full screen), and with Shift what closes or opens a window."""


def in_a_browser(name: str) -> bool:
    held, _, bare = name.rpartition("+")
    digit = bare.isdigit() and "alt" in held.split("+")
    return name not in KEPT_BY_BROWSERS and name.replace("shift+", "") not in KEPT_BY_BROWSERS and not digit


def test_every_command_is_reached_without_the_browsers_own_keys() -> None:
    keymap = Keymap()
    assert in_a_browser(keymap.leader)
    palette = [name for name in keymap.keystrokes("app.palette") if name.startswith("leader ")]
    assert palette
    unreachable = [
        action.id
        for action in ACTIONS
        if not action.palette and not any(in_a_browser(name) for name in keymap.keystrokes(action.id))
    ]
    assert unreachable == []
