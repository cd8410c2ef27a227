"""A prompter with a script: answers in order, and keeps what it was asked and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sshtui.model.questions import Notice, Question

A = TypeVar("A")
Asked = TypeVar("Asked", bound=Question[Any])


class ScriptedPrompter:
    """Answers each question with the next answer of the script; a question beyond the script fails the test."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.questions: list[Question[Any]] = []
        self.notices: list[Notice] = []

    async def ask(self, question: Question[A]) -> A | None:
        self.questions.append(question)
        assert self._answers, f"nobody expected {question}"
        return cast("A | None", self._answers.pop(0))

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)

    def asked(self, kind: type[Asked]) -> Sequence[Asked]:
        """The questions of one kind, in order."""
        return [question for question in self.questions if isinstance(question, kind)]
