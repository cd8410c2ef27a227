"""The numbers between CSI and its final character."""

from __future__ import annotations

from sshtui.terminal import limits

Parameters = tuple[int, ...]
"""At least one; -1 stands for an omitted one."""


def parse(text: str) -> Parameters | None:
    """The parameters in `text`, saturated and cut to the limits; None when they are malformed."""
    items = text[: limits.PARAMETER_TEXT].split(";", limits.PARAMETERS)[: limits.PARAMETERS]
    numbers = []
    for item in items:
        if not item:
            numbers.append(-1)
        elif not item.isdigit():
            return None
        else:
            digits = item.lstrip("0")
            numbers.append(min(int(digits or "0"), limits.PARAMETER) if len(digits) < 6 else limits.PARAMETER)
    return tuple(numbers)


def count(parameters: Parameters, at: int = 0) -> int:
    """A repetition: omitted and 0 mean 1."""
    return max(1, parameters[at]) if at < len(parameters) else 1


def value(parameters: Parameters, at: int = 0, default: int = 0) -> int:
    """A selection: omitted means `default`."""
    found = parameters[at] if at < len(parameters) else -1
    return default if found < 0 else found
