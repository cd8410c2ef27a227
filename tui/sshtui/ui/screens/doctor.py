"""Why a tab has no connection: the way to its host step by step, as `sshtui doctor` tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from textwrap import wrap

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
_STEP, _VERDICT = 14, 7
"""Cells of the step's name and of its verdict; texts stand beside them, and go on below themselves."""

_WIDE = 48


class DoctorScreen(ModalScreen[None]):
    """Shows each finding as soon as it is known. Any of `q Esc Enter` closes it and ends the check."""

    CSS_PATH = "../styles/details.tcss"

    def __init__(self, host: Host, diagnose: Diagnose, *, unicode: bool = True) -> None:
        super().__init__(classes="" if unicode else "-ascii")
        self._host = host
        self._diagnose = diagnose
        self._found: list[Finding] = []
        self._failure = ""
        self._done = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="details") as box:
            box.border_title = Content(f"the way to {plain(self._host.name, 64)}")
            box.border_subtitle = "Esc closes"
            yield Static(self._text())

    def on_mount(self) -> None:
        self._examine()

    def on_resize(self) -> None:
        self._show()

    def on_key(self, event: events.Key) -> None:
        if keystroke(event).name in ("escape", "enter", "q"):
            event.stop()
            self.dismiss()

    @work(exclusive=True)
    async def _examine(self) -> None:
        try:
            async for finding in self._diagnose(self._host):
                self._found.append(finding)
                self._show()
        except SshtuiError as error:
            self._failure = plain(f"{error.sentence} {error.hint}", 600)
        self._done = True
        self._show()

    def _show(self) -> None:
        self.query_one(Static).update(self._text())

    def _text(self) -> Content:
        width = max(self.query_one("#details", VerticalScroll).content_size.width, 20) if self.is_mounted else _WIDE
        lines = [line for finding in self._found for line in finding_lines(finding, width)]
        last = self._failure if self._done else "checking ..."
        return Content("\n").join([*lines, *([Content(last)] if last else [])])


def finding_lines(finding: Finding, width: int) -> list[Content]:
    """What was found and, when there is something to do, that below it; `width` is in cells."""
    took = f"  ({finding.seconds * 1000:.0f} ms)" if finding.seconds is not None else ""
    # Where there is no room beside the step and the verdict, the text goes on at the left.
    indent = _STEP + _VERDICT if width >= _WIDE else 2
    rows = wrap(plain(finding.text, 1000) + took, max(width - _STEP - _VERDICT, 8)) or [""]
    more = [row for text in (" ".join(rows[1:]), plain(finding.advice, 1000)) for row in wrap(text, width - indent)]
    head = Content.assemble(
        (f"{finding.step:<{_STEP}}", "$muted"),
        (f"{_WORDS[finding.verdict]:<{_VERDICT}}", _STYLES[finding.verdict]),
        rows[0],
    )
    return [head, *(Content(" " * indent + row) for row in more)]
