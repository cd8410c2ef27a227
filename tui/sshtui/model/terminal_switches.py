"""What the terminal of one host does otherwise than xterm, or lets the remote do, in PuTTY's spirit."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

CHARSETS = (
    "utf-8",
    *(f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    "koi8-r",
    "koi8-u",
    *(f"cp{page}" for page in (437, 850, 852, 866, 1250, 1251, 1252)),
)
"""UTF-8 and sets of one byte a character: they keep what ASCII means, so that control sequences work in each."""

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "backspace": ("del", "bs"),
        "home_end": ("xterm", "rxvt", "linux"),
        "function_keys": ("xterm", "vt400", "linux"),
        "charset": CHARSETS,
        "clipboard": ("ask", "allow", "deny"),
        "bell": ("bounded", "always", "never"),
        "title": ("allow", "deny"),
        "mouse": ("allow", "deny"),
        "resize": ("deny", "allow"),
        "alternate_screen": ("allow", "deny"),
    }
)
"""What each switch can be; the first is the default."""


@dataclass(frozen=True, slots=True)
class TerminalSwitches:
    """Every switch of one host's terminal; each is one of its `CHOICES`."""

    backspace: str = "del"
    """The byte of Backspace: DEL (127) or BS (8). Ctrl+Backspace sends the other."""
    home_end: str = "xterm"
    function_keys: str = "xterm"
    """`vt400`: F1 to F5 as CSI 11~ to CSI 15~; `linux`: as the Linux console."""
    charset: str = "utf-8"
    clipboard: str = "ask"
    """Whether the remote may set the clipboard (OSC 52); reading it is never allowed."""
    bell: str = "bounded"
    """`bounded`: many bells at once silence it until they stop."""
    title: str = "allow"
    """Whether the remote may name the window."""
    mouse: str = "allow"
    resize: str = "deny"
    """Whether the remote may choose another size than the tab's; what has no room in the tab is cut off."""
    alternate_screen: str = "allow"
    """`deny` keeps what full-screen programs show in the scrollback."""

    def texts(self) -> dict[str, str]:
        """The switches that are not at their default, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != CHOICES[name][0]}

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.texts().items())


AS_XTERM = TerminalSwitches()


def read_switches(text: str) -> TerminalSwitches:
    """The switches written as `backspace=bs clipboard=deny`. Raises ValueError with a sentence."""
    return make_switches(switch_texts(text))


def switch_texts(text: str) -> dict[str, str]:
    """The valid switches in `text` by name, defaults included. Raises ValueError with a sentence."""
    texts: dict[str, str] = {}
    for word in text.replace(",", " ").split():
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word[:40]!r} is not written as name=value, as in backspace=bs.")
        texts[name] = value
    make_switches(texts)
    return texts


def make_switches(texts: Mapping[str, str]) -> TerminalSwitches:
    """The switches by name; those that are missing are at their default. Raises ValueError with a sentence."""
    values: dict[str, str] = {}
    for name, value in texts.items():
        if name not in CHOICES:
            raise ValueError(f"There is no switch {name[:40]!r}; there are {', '.join(CHOICES)}.")
        value = value.lower()
        if name == "charset":
            value = _charset(value)
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}.")
        values[name] = value
    return TerminalSwitches(**values)


def switches_problem(text: str) -> str:
    """Why `text` is no list of switches, or ""."""
    try:
        read_switches(text)
    except ValueError as error:
        return str(error)
    return ""


def _charset(name: str) -> str:
    """The name that we use for a character set known under many (`latin1`, `ISO_8859-1`)."""
    try:
        wanted = codecs.lookup(name).name
    except (LookupError, ValueError):
        return name
    return next((charset for charset in CHARSETS if codecs.lookup(charset).name == wanted), name)
