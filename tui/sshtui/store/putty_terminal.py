"""A PuTTY session's terminal settings, and the switches of a host that they are here (PuTTY's conf.h)."""

from __future__ import annotations

from collections.abc import Mapping

from sshtui.model.terminal_switches import TerminalSwitches, make_switches

_SWITCHED: Mapping[str, tuple[str, str, str]] = {
    # PuTTY's name: the switch here, and what it is where PuTTY's value is not 0, and where it is.
    "NoMouseReporting": ("mouse", "deny", "allow"),
    "NoAltScreen": ("alternate_screen", "deny", "allow"),
    "NoRemoteWinTitle": ("title", "deny", "allow"),
    "RXVTHomeEnd": ("home_end", "rxvt", "xterm"),
    "BackspaceIsDelete": ("backspace", "del", "bs"),
}
_FUNCTION_KEYS = {"1": "linux"}
"""LinuxFunctionKeys; PuTTY's own default, 0, is nobody's wish."""


def switches_of(values: Mapping[str, str]) -> TerminalSwitches:
    """What a session sets; what we do not have, as what PuTTY does by default, stays at ours."""
    texts = {
        switch: (no if values[name] == "0" else yes) for name, (switch, yes, no) in _SWITCHED.items() if name in values
    }
    if keys := _FUNCTION_KEYS.get(values.get("LinuxFunctionKeys", "")):
        texts["function_keys"] = keys
    # PuTTY writes a character set as "UTF-8" or with a remark, as in "ISO-8859-1:1998 (Latin-1, West Europe)".
    charset = values.get("LineCodePage", "").partition(":")[0].partition(" ")[0].lower()
    try:
        return make_switches(texts | ({"charset": charset} if charset else {}))
    except ValueError:
        return make_switches(texts)


def settings_of(switches: TerminalSwitches) -> dict[str, str | int]:
    """The settings for what is not at our default."""
    texts = switches.texts()
    found: dict[str, str | int] = {
        name: int(texts[switch] == yes) for name, (switch, yes, _) in _SWITCHED.items() if switch in texts
    }
    if texts.get("resize") == "allow":
        found["NoRemoteResize"] = 0
    if texts.get("function_keys") == "linux":
        found["LinuxFunctionKeys"] = 1
    if "charset" in texts:
        found["LineCodePage"] = texts["charset"].upper()
    return found
