"""Work that is given away, and what is said of it: what blocks runs in a thread, failures become notices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sshtui.errors import SshtuiError
from sshtui.model.questions import Notice, Prompter

T = TypeVar("T")


class Jobs:
    """Runs work and tells the person through `prompter` what came of it."""

    def __init__(self, prompter: Prompter) -> None:
        self.prompter = prompter

    async def attempt(self, job: Callable[[], T]) -> T | None:
        """What `job` returns, run in a thread; None when it failed, which is told."""
        try:
            return await asyncio.to_thread(job)
        except SshtuiError as error:
            self.failed(error)
        return None

    async def done(self, job: Awaitable[object]) -> bool:
        """Whether `job` succeeded; when it failed, that is told."""
        try:
            await job
        except SshtuiError as error:
            self.failed(error)
            return False
        return True

    def failed(self, error: SshtuiError, title: str = "") -> None:
        """Tell what went wrong, and the way on."""
        self.prompter.tell(Notice(error.told, title, "error"))

    def say(self, sentence: str, *, warning: bool = False) -> None:
        """Show a sentence, without waiting."""
        self.prompter.tell(Notice(sentence, level="warning" if warning else "information"))
