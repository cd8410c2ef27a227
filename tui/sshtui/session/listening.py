"""Between the wire and the person: what the server says while a tab connects belongs into that tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sshtui.model.questions import Notice, Prompter, Question

A = TypeVar("A")


class ListeningPrompter:
    """Hands everything on to `prompter` but the server's words that `take` keeps, by saying True; fits Prompter."""

    def __init__(self, prompter: Prompter, take: Callable[[str], bool]) -> None:
        self._prompter = prompter
        self._take = take

    async def ask(self, question: Question[A]) -> A | None:
        """The person's answer."""
        return await self._prompter.ask(question)

    def tell(self, notice: Notice) -> None:
        """Keep it or show it."""
        if not (notice.server and self._take(notice.text)):
            self._prompter.tell(notice)
