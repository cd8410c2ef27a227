"""How long an attempt may take: the clock stands while a person thinks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sshtui.model.questions import A, Notice, Prompter, Question

AFTER_AN_ANSWER = 30.0
"""Seconds the server has to go on after a person answered, or after login began."""


class Patience:
    """A time limit for the task that enters it; TimeoutError when it runs out. Questions stop the clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limit: asyncio.Timeout | None = None
        self._questions = 0

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Inside, the limit counts."""
        async with asyncio.timeout(self._seconds) as limit:
            self._limit = limit
            try:
                yield
            finally:
                self._limit = None

    def extend(self, seconds: float = AFTER_AN_ANSWER) -> None:
        """Count `seconds` from now; nothing happens outside the limit, after its end or while a question is open."""
        limit = self._limit
        if limit is not None and not limit.expired() and not self._questions:
            limit.reschedule(asyncio.get_running_loop().time() + seconds)

    def _stop(self) -> None:
        self._questions += 1
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(None)

    def _go_on(self) -> None:
        self._questions -= 1
        self.extend()

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Inside, the clock stands: a person is at it."""
        self._stop()
        try:
            yield
        finally:
            self._go_on()

    def watching(self, prompter: Prompter) -> Prompter:
        """`prompter`, with the clock standing while one of its questions is open."""
        return _WatchedPrompter(prompter, self)


class _WatchedPrompter:
    def __init__(self, prompter: Prompter, patience: Patience) -> None:
        self._prompter = prompter
        self._patience = patience

    async def ask(self, question: Question[A]) -> A | None:
        with self._patience.standing():
            return await self._prompter.ask(question)

    def tell(self, notice: Notice) -> None:
        self._prompter.tell(notice)
