"""A host's terminal switches at work: between the wire and the emulator, and between the keyboard and the wire."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import fields, replace

from sshtui.model.keystrokes import Keystroke
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.terminal.decoding import SEVEN_BIT
from sshtui.terminal.events import Bell, ClipboardOffered, Event
from sshtui.terminal.keyboard import encode
from sshtui.terminal.modes import Modes
from sshtui.terminal.permissions import Permissions

BELLS = 5
BELLS_WITHIN = 2.0
QUIET = 5.0
"""PuTTY's defaults: after five bells in two seconds it is silent until none rang for five seconds (manual 4.5.3)."""

KEPT = 256
"""Keystrokes whose bytes are kept ready, while modes and switches are the same objects."""

_OTHER_KEYS = {
    # terminfo's entries of these names: khome, kend; linux: kf1 to kf5; kf1 to kf5 of a VT220 and up.
    ("home_end", "rxvt"): {"home": b"\x1b[7~", "end": b"\x1b[8~"},
    ("home_end", "linux"): {"home": b"\x1b[1~", "end": b"\x1b[4~"},
    ("function_keys", "linux"): {f"f{number}": b"\x1b[[" + bytes([64 + number]) for number in range(1, 6)},
    ("function_keys", "vt400"): {f"f{number}": b"\x1b[%d~" % (10 + number) for number in range(1, 6)},
}


class Habits:
    """What the `switches` of now make of bytes, keystrokes and events. `clock` counts seconds."""

    def __init__(self, switches: Callable[[], TerminalSwitches], clock: Callable[[], float] = time.monotonic) -> None:
        self._switches = switches
        self._clock = clock
        self._bells: deque[float] = deque(maxlen=BELLS)
        self._silent = False
        self._encoded: dict[Keystroke, bytes] = {}
        self._encoded_in: Modes | None = None
        self._encoded_with: TerminalSwitches | None = None

    def keystroke(self, keystroke: Keystroke, modes: Modes) -> bytes:
        """The bytes of a keystroke; a program that asked for the kitty protocol gets that."""
        switches = self._switches()
        if modes is not self._encoded_in or switches is not self._encoded_with or len(self._encoded) >= KEPT:
            self._encoded_in, self._encoded_with = modes, switches
            self._encoded.clear()
        found = self._encoded.get(keystroke)
        if found is None:
            found = self._encoded[keystroke] = self._encode(keystroke, modes, switches)
        return found

    def _encode(self, keystroke: Keystroke, modes: Modes, switches: TerminalSwitches) -> bytes:
        if not modes.kitty_flags:
            for switch in (("home_end", switches.home_end), ("function_keys", switches.function_keys)):
                if keystroke.name in _OTHER_KEYS.get(switch, {}):
                    return _OTHER_KEYS[switch][keystroke.name]
            if switches.backspace == "bs":
                modes = replace(modes, backarrow_sends_backspace=not modes.backarrow_sends_backspace)
        return self.typed(encode(keystroke, modes))

    def typed(self, data: bytes) -> bytes:
        """UTF-8 that a person typed or pasted, in the host's character set; `?` for what that does not have."""
        charset = self._switches().charset
        if charset == "utf-8" or data.isascii():
            return data
        return data.decode("utf-8", "replace").encode(charset, "replace")

    def printed(self, data: bytes) -> bytes:
        """Bytes of the remote as UTF-8."""
        charset = self._switches().charset
        if charset == "utf-8" or data.isascii():
            return data
        text = data.decode(charset, "replace")
        return (text.translate(SEVEN_BIT) if charset.startswith("iso-8859-") else text).encode()

    def permissions(self) -> Permissions:
        """What the remote may do with the terminal."""
        switches = self._switches()
        # In another charset the emulator gets UTF-8 from here, whatever the remote says.
        granted = {"charset": switches.charset == "utf-8"}
        names = (field.name for field in fields(Permissions) if field.name not in granted)
        return Permissions(**granted, **{name: getattr(switches, name) == "allow" for name in names})

    def allows(self, event: Event) -> bool:
        """Whether an event of the emulator counts."""
        switches = self._switches()
        match event:
            case Bell():
                return switches.bell != "never" and (switches.bell == "always" or self._rings())
            case ClipboardOffered():
                return switches.clipboard != "deny"
        return True

    def _rings(self) -> bool:
        """Whether a bell is heard now, or too many rang."""
        now = self._clock()
        if self._silent and now - self._bells[-1] >= QUIET:
            self._silent = False
            self._bells.clear()
        self._bells.append(now)
        if len(self._bells) == BELLS and now - self._bells[0] <= BELLS_WITHIN:
            self._silent = True
        return not self._silent
