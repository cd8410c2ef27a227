"""Lines that left the top of the screen: kept packed or unparsed, oldest first, bounded in number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from sshtui.terminal.rows import Stored


class Scrollback:
    """At most `limit` lines. `total` counts every line ever pushed."""

    def __init__(self, limit: int) -> None:
        self.lines: deque[Stored] = deque(maxlen=max(0, limit))
        self.total = 0
        self._epoch = 0

    def __len__(self) -> int:
        return len(self.lines)

    def push(self, line: Stored) -> None:
        """Keep one more line; the oldest falls out when there is no room."""
        self.lines.append(line)
        self.total += 1

    def extend(self, lines: Sequence[Stored]) -> None:
        """Keep many more lines, oldest first."""
        self.lines.extend(lines)
        self.total += len(lines)

    def end_line(self) -> None:
        """The newest line does not go on in the first row of the screen."""
        if self.lines and not isinstance(newest := self.lines[-1], str) and newest.wrapped:
            self.lines[-1] = newest._replace(wrapped=False)

    def replace(self, lines: Iterable[Stored]) -> None:
        """Keep these lines instead, as after a reflow."""
        self._forget_numbers()
        before = len(self.lines)
        self.lines = deque(lines, maxlen=self.lines.maxlen)
        self.total += max(0, len(self.lines) - before)

    def clear(self) -> None:
        """Forget every line (ED 3)."""
        self._forget_numbers()
        self.lines.clear()

    def _forget_numbers(self) -> None:
        self._epoch += self.total + 1

    def revision(self, index: int) -> int:
        """A number below zero for the line at `index` (-1 = newest) that no other content ever has."""
        return -(self._epoch + self.total + index + 2)
