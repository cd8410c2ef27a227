"""Why a tab has no connection: the way to its host step by step, as `sshtui doctor` tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from sshtui.errors import SshtuiError
from sshtui.model.diagnosis import Finding
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ui.keys import keystroke

Diagnose = Callable[[Host], AsyncIterator[Finding]]

_STYLES = {"ok": "$success", "failed": "bold $error", "note": "$warning", "skipped": "$muted"}
_WORDS = {"ok": "ok", "failed": "FAILED", "note": "note", "skipped": "-"}
_COLUMNS = 14
"""Of the step's name; its advice stands below its text."""


class DoctorScreen(ModalScreen[None]):
    """Shows each finding as soon as it is known. Any of `q Esc Enter` closes it and ends the check."""

    CSS_PATH = "../styles/details.tcss"

    def __init__(self, host: Host, diagnose: Diagnose, *, unicode: bool = True) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._host = host
        self._diagnose = diagnose
        self._lines: list[Content] = []
        self._done = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="details") as box:
            box.border_title = Content(f"the way to {plain(self._host.name, 64)}")
            box.border_subtitle = "Esc closes"
            yield Static(self._text())

    def on_mount(self) -> None:
        self._examine()

    def on_key(self, event: events.Key) -> None:
        if keystroke(event).name in ("escape", "enter", "q"):
            event.stop()
            self.dismiss()

    @work(exclusive=True)
    async def _examine(self) -> None:
        try:
            async for finding in self._diagnose(self._host):
                self._lines += finding_lines(finding)
                self._show()
        except SshtuiError as error:
            self._lines.append(Content(plain(f"{error.sentence} {error.hint}", 600)))
        self._done = True
        self._show()

    def _show(self) -> None:
        self.query_one(Static).update(self._text())

    def _text(self) -> Content:
        return Content("\n").join([*self._lines, *([] if self._done else [Content("checking ...")])])


def finding_lines(finding: Finding) -> list[Content]:
    """A line for what was found and, when there is something to do, one for that."""
    took = f"  ({finding.seconds * 1000:.0f} ms)" if finding.seconds is not None else ""
    style = _STYLES[finding.verdict]
    head = Content.assemble(
        (f"{finding.step:<{_COLUMNS}}", "$muted"),
        (f"{_WORDS[finding.verdict]:<7}", style),
        plain(finding.text, 1000),
        (took, "$muted"),
    )
    advice = [Content(f"{'':<{_COLUMNS + 7}}{plain(finding.advice, 1000)}")] if finding.advice else []
    return [head, *advice]
