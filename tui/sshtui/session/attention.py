"""What happened in a tab while nobody looked at it."""

from __future__ import annotations


class Attention:
    """Whether a tab in the background printed something or rang. Each call says whether that is another answer."""

    def __init__(self) -> None:
        self.unread = False
        self.rang = False
        self._in_front = False

    def look(self) -> bool:
        """The tab is in front from here on: nothing is unread."""
        self._in_front = True
        return self._set(unread=False, rang=False)

    def look_away(self) -> None:
        """The tab is in the background from here on."""
        self._in_front = False

    def note(self, *, unread: bool = False, rang: bool = False) -> bool:
        """Output or a bell came; of a tab in front that is no news."""
        return not self._in_front and self._set(unread=self.unread or unread, rang=self.rang or rang)

    def _set(self, *, unread: bool, rang: bool) -> bool:
        before = (self.unread, self.rang)
        self.unread, self.rang = unread, rang
        return before != (unread, rang)
