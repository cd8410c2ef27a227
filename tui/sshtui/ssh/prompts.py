"""What a server's password prompt wants, read from its words; and the answers of a password change."""

from __future__ import annotations

import re
from enum import Enum

from sshtui.model.questions import PasswordChange

PROMPT_END = 256
"""Characters at the end of a prompt that are read: real prompts are shorter, and a hostile one must cost no time."""

_REPEAT = re.compile(r"\b(re-?type|re-?enter|repeat|again|confirm|verify)\b", re.IGNORECASE)
_NEW = re.compile(r"\bnew\b.*\bpassword", re.IGNORECASE)
_CURRENT = re.compile(r"\b(current|old|existing)\b.*\bpassword", re.IGNORECASE)
_PASSWORD = re.compile(r"\bpass(word|code)\b", re.IGNORECASE)


class Wants(Enum):
    """What one prompt asks for."""

    PASSWORD = "the password"
    CURRENT = "the old password, to change it"
    NEW = "the new password"
    REPEAT = "the new password again"
    OTHER = "something else"


def wants(prompt: str) -> Wants:
    """What `prompt` asks for, by its last line: the words of PAM, shadow, BusyBox and the BSDs in English."""
    last = prompt.strip().rpartition("\n")[2][-PROMPT_END:]
    if not _PASSWORD.search(last):
        return Wants.OTHER
    if _REPEAT.search(last):
        return Wants.REPEAT
    if _NEW.search(last):
        return Wants.NEW
    if _CURRENT.search(last):
        return Wants.CURRENT
    return Wants.PASSWORD


def message_before(prompt: str) -> str:
    """What a prompt says before its last line: PAM puts its messages there."""
    return prompt.strip().rpartition("\n")[0].strip()


class ChangeAnswers:
    """Answers the prompts of one password change; knows when the server refuses what it got.

    A prompt that comes a second time is a refusal: the change it was answered from is used up.
    """

    def __init__(self) -> None:
        self._change: PasswordChange | None = None
        self._answered: set[Wants] = set()

    @property
    def begun(self) -> bool:
        """Whether an answer has been given."""
        return bool(self._answered)

    def refuses(self, wanted: Wants) -> bool:
        """Whether the server asks again for what it had."""
        return wanted in self._answered

    def needs_change(self, wanted: Wants) -> bool:
        """Whether a person must be asked (again) before this prompt can be answered."""
        return self._change is None or self.refuses(wanted)

    def use(self, change: PasswordChange) -> None:
        """Answer from `change` on. Without an old password the one that the server took is kept."""
        kept = self._change.old if self._change else ""
        self._change = PasswordChange(change.old or kept, change.new)
        self._answered.clear()

    def answer(self, wanted: Wants) -> str:
        """What to send for this prompt; `use` came first."""
        assert self._change is not None
        self._answered.add(wanted)
        return self._change.old if wanted is Wants.CURRENT else self._change.new

    @property
    def new_password(self) -> str:
        """The password after the change, once one was tried."""
        return self._change.new if self._change else ""
