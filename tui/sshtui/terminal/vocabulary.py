"""pyte's remaining method names, for what lives in modules of its own here."""

from __future__ import annotations

from typing import Any

from sshtui.terminal import reflow, reports, switches
from sshtui.terminal.charsets import SETS_94
from sshtui.terminal.terminal import Terminal


class XtermScreen(Terminal):
    """A `pyte.Screen` that whoever knows pyte can drive: every method of pyte's does what its name says."""

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        """SM, or DECSET with `private=True`."""
        (switches.set_private if kwargs.get("private") else switches.set_mode)(self, modes)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        """RM, or DECRST with `private=True`."""
        (switches.reset_private if kwargs.get("private") else switches.reset_mode)(self, modes)

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Fit to a new size, reflowing what autowrap broke."""
        reflow.resize(self, columns or self.columns, lines or self.lines)

    def define_charset(self, code: str, mode: str) -> None:
        """SCS: the set `code` as G0 (`mode` "(") or G1 (")"); an unknown one changes nothing."""
        if code in SETS_94 and mode in "()":
            self.charsets["()".index(mode)] = SETS_94[code]
            self.drawing_changed()

    def report_device_attributes(self, mode: int = 0, **kwargs: bool) -> None:
        """DA1."""
        if not kwargs.get("private"):
            reports.device_attributes(self, (mode,))

    def report_device_status(self, mode: int) -> None:
        """DSR 5 and 6."""
        reports.status(self, (mode,))
