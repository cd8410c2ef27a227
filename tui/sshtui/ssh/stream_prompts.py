"""Finds the prompts of `passwd` in what a terminal prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sshtui.ssh.prompts import Wants, wants

KEPT = 4096
"""Bytes of output looked at; `passwd` says much less."""

_CONTROLS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x09\x0b-\x1f\x7f]")
_FORCED = re.compile(
    r"must change your password|required to change your password|password (has|is) expired|password.*expired"
    r"|change your password (now|immediately)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Prompt:
    """A prompt that waits for an answer, and the lines said before it since the last answer."""

    wanted: Wants
    said: str


class PromptReader:
    """Reads a terminal's output piece by piece. Pure."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, data: bytes) -> Prompt | None:
        """Take more output; the prompt it now ends with, or None while nothing waits."""
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        self._text = (self._text + text)[-KEPT:]
        said, _, last = self.text.rpartition("\n")
        if not last.rstrip().endswith(":"):
            return None
        wanted = wants(last)
        if wanted in (Wants.OTHER, Wants.PASSWORD):
            # After "Changing password for …" BSD and BusyBox say "Old Password:", never a bare "Password:".
            return None
        return Prompt(wanted, said.strip())

    def answered(self) -> None:
        """The prompt was answered: what comes now is new."""
        self._text = ""

    @property
    def text(self) -> str:
        """What was said since the last answer, without control sequences."""
        return _CONTROLS.sub("", self._text)

    @property
    def forced(self) -> bool:
        """Whether the server says that it lets nobody in before the password is changed."""
        return bool(_FORCED.search(self.text))
