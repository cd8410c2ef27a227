"""What a benchmark reports."""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """One line of the table: a figure, and where there is a rival, the ratio to it and the ratio to reach."""

    name: str
    figure: float
    unit: str
    ratio: float | None = None
    rival: str = ""
    wanted: float | None = None

    def line(self) -> str:
        """The result as text; a missed goal is marked."""
        text = f"{self.name:<44} {self.figure:10.2f} {self.unit:<8}"
        if self.ratio is not None:
            text += f" {self.ratio:7.1f} {self.rival}"
        if self.wanted is not None and self.ratio is not None:
            text += f"  (wanted {self.wanted:g})" + ("" if self.ratio >= self.wanted else "  MISSED")
        return text
