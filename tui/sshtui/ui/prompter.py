"""Questions from the wire, asked one at a time in dialogs."""

from __future__ import annotations

import asyncio
import textwrap
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.screen import Screen

from sshtui.model.questions import Notice, Prompter, Question
from sshtui.model.text import plain, plain_lines
from sshtui.ui.modals import dialog_for
from sshtui.ui.modals.base import QUIET, Dialog
from sshtui.ui.modals.key_pairs import ChooseKeyPairDialog
from sshtui.ui.steady import NARROW

A = TypeVar("A")

TOAST_LINES = 12
"""Lines of a notice shown."""

TOAST_COLUMNS = 60
"""Columns of a toast; at most half of the screen, all of it on one below NARROW columns."""

TOAST_SECONDS = {"information": 6.0, "warning": 10.0, "error": 15.0}


@dataclass(eq=False)
class _Asked(Generic[A]):
    """A question on its way: waiting, or on the screen when it has a dialog."""

    question: Question[A]
    answer: asyncio.Future[A | None]
    dialog: Dialog[A] | None = None


class ModalPrompter:
    """Fits `model.questions.Prompter`: the oldest question is on the screen, the others wait their turn.

    Cancelling `ask` closes its dialog or takes the question out of the line. `quiet` is how long nothing must be
    pressed before a new dialog takes keystrokes. `key_workshop` makes the screen where a key pair can be made while
    one is being chosen.
    """

    def __init__(
        self, app: App[Any], *, quiet: float = QUIET, key_workshop: Callable[[Prompter], Screen[None]] | None = None
    ) -> None:
        self._app = app
        self._quiet = quiet
        self._key_workshop = key_workshop
        self._line: deque[_Asked[Any]] = deque()
        self._front: _Asked[Any] | None = None

    @property
    def waiting(self) -> int:
        """Questions nobody has answered yet, the one on the screen included."""
        return len(self._line) + (self._front is not None)

    async def ask(self, question: Question[A]) -> A | None:
        """The answer, or None when the person declined."""
        asked = _Asked(question, asyncio.get_running_loop().create_future())
        self._line.append(asked)
        self._app.call_later(self._show_next)
        try:
            return await asked.answer
        finally:
            if asked in self._line:
                self._line.remove(asked)
            elif not asked.answer.done() or asked.answer.cancelled():
                self._app.call_later(self._take_back, asked)

    def tell(self, notice: Notice) -> None:
        """A toast, as plain text; a server's words stand behind a bar, wrapped so that no line lacks it."""
        lines = plain_lines(notice.text, lines=TOAST_LINES)
        if notice.server:
            width = self._app.size.width
            columns = max(10, min(TOAST_COLUMNS, width if width < NARROW else width // 2) - 6)
            pieces = [piece for line in lines for piece in textwrap.wrap(line, columns) or [""]]
            lines = [f"| {piece}" for piece in pieces[: 2 * TOAST_LINES]]
        self._app.notify(
            "\n".join(lines),
            title=plain(notice.title, limit=80),
            severity=notice.level,
            timeout=TOAST_SECONDS[notice.level],
            markup=False,
        )

    def _show_next(self) -> None:
        if self._front is not None or not self._line:
            return
        asked = self._front = self._line.popleft()
        asked.dialog = dialog_for(asked.question, quiet=self._quiet)
        if isinstance(asked.dialog, ChooseKeyPairDialog):
            asked.dialog.workshop = self._workshop_over_dialog()
        self._app.push_screen(asked.dialog, lambda answer: self._answered(asked, answer))

    def _workshop_over_dialog(self) -> Callable[[], Screen[None]] | None:
        """What makes the workshop; it asks beside this line, whose front is the dialog below it."""
        make = self._key_workshop
        return (lambda: make(ModalPrompter(self._app, quiet=self._quiet))) if make else None

    def _answered(self, asked: _Asked[Any], answer: Any) -> None:
        if self._front is asked:
            self._front = None
        if not asked.answer.done():
            asked.answer.set_result(answer)
        self._app.call_later(self._show_next)

    def _take_back(self, asked: _Asked[Any]) -> None:
        if asked.dialog is not None:
            asked.dialog.take_back()
