"""Numbers on the command line, refused in a sentence."""

from __future__ import annotations

from typing import Any

import click


class Number(click.IntRange):
    """A whole number from `min` on, to `max` when there is one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Raises click.BadParameter."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            wanted = f"from {self.min} to {self.max}" if self.max is not None else f"of {self.min} or more"
            self.fail(f"{value!r} is no number {wanted}.", param, ctx)


PORT = Number(1, 65535)
"""A TCP port."""
