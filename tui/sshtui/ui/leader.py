"""The leader: one keystroke of ours, then one that says what for. And the lock, that passes even it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sshtui.ui.keymap import Keymap

HOLD_BEFORE_MENU = 0.5
"""Seconds until the menu of what can follow appears."""

UNLOCK_WITHIN = 0.6
"""Seconds in which the leader must come twice to end the lock."""


class Meaning(Enum):
    """What a press means to the leader."""

    NOT_OURS = auto()
    BEGUN = auto()
    CANCELLED = auto()
    LITERAL = auto()
    """The leader itself is meant for the remote."""
    UNLOCKED = auto()
    UNKNOWN = auto()
    ACTION = auto()


@dataclass(frozen=True)
class Press:
    """A press and what it means; `action` is set for ACTION."""

    meaning: Meaning
    action: str = ""


class Leader:
    """Where we are between two presses. Times are seconds of any steady clock."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._last_while_locked = float("-inf")
        self.pending = False
        self.locked = False

    def press(self, name: str, now: float) -> Press:
        """What `name` means now, moving on to the next state."""
        if self.locked:
            return self._press_while_locked(name, now)
        if not self.pending:
            if name and name == self._keymap.leader:
                self.pending = True
                return Press(Meaning.BEGUN)
            return Press(Meaning.NOT_OURS)
        self.pending = False
        if name == self._keymap.leader:
            return Press(Meaning.LITERAL)
        if name == "escape":
            return Press(Meaning.CANCELLED)
        action = self._keymap.after_leader(name)
        return Press(Meaning.ACTION, action) if action else Press(Meaning.UNKNOWN)

    def lock(self) -> None:
        """Pass everything from here on."""
        self.pending = False
        self.locked = True
        self._last_while_locked = float("-inf")

    def unlock(self) -> None:
        """Take our keystrokes again."""
        self.locked = False

    def cancel(self) -> None:
        """Forget a leader that waits for its second press."""
        self.pending = False

    def _press_while_locked(self, name: str, now: float) -> Press:
        """Every leader passes, but the second of two in quick succession also ends the lock."""
        if name != self._keymap.leader:
            self._last_while_locked = float("-inf")
            return Press(Meaning.NOT_OURS)
        quick = now - self._last_while_locked <= UNLOCK_WITHIN
        self._last_while_locked = now
        if quick:
            self.unlock()
            return Press(Meaning.UNLOCKED)
        return Press(Meaning.LITERAL)
