"""Why a tab has no connection: the way to its host step by step, as `sshtui doctor` tells it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from textwrap import wrap

from textual import work
from textual.content import Content

from sshtui.errors import SshtuiError
from sshtui.model.diagnosis import VERDICT_CELLS, Finding, verdict_words
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.ui.screens.reading import ReadingScreen

_STYLES = {"ok": "$success", "failed": "bold $error", "note": "$warning", "skipped": "$muted"}
_STEP, _VERDICT = 14, VERDICT_CELLS
"""Cells of the step's name and of its verdict; texts stand beside them, and go on below themselves."""

_WIDE = 48


class DoctorScreen(ReadingScreen):
    """Shows each of `findings` as soon as it is known. Any of `q Esc Enter` closes it and ends the check."""

    def __init__(self, host: Host, findings: AsyncIterator[Finding], *, unicode: bool = True) -> None:
        super().__init__(f"the way to {host.name}", unicode=unicode)
        self._findings = findings
        self._unicode = unicode
        self._found: list[Finding] = []
        self._failure = ""
        self._done = False

    def on_mount(self) -> None:
        self._examine()

    def on_resize(self) -> None:
        self.show()

    @work(exclusive=True)
    async def _examine(self) -> None:
        try:
            async for finding in self._findings:
                self._found.append(finding)
                self.show()
        except SshtuiError as error:
            self._failure = plain(error.told, 600)
        self._done = True
        self.show()

    def text(self) -> Content:
        width = max(self.columns, 20) if self.is_mounted else _WIDE
        lines = [line for finding in self._found for line in finding_lines(finding, width, unicode=self._unicode)]
        last = self._failure if self._done else "checking ..."
        return Content("\n").join([*lines, *([Content(last)] if last else [])])


def finding_lines(finding: Finding, width: int, *, unicode: bool = True) -> list[Content]:
    """What was found and, when there is something to do, that below it; `width` is in cells."""
    took = f"  ({finding.seconds * 1000:.0f} ms)" if finding.seconds is not None else ""
    # Where there is no room beside the step and the verdict, the text goes on at the left.
    indent = _STEP + _VERDICT if width >= _WIDE else 2
    rows = wrap(plain(finding.text, 1000) + took, max(width - _STEP - _VERDICT, 8)) or [""]
    more = [row for text in (" ".join(rows[1:]), plain(finding.advice, 1000)) for row in wrap(text, width - indent)]
    head = Content.assemble(
        (f"{finding.step:<{_STEP}}", "$muted"),
        (f"{verdict_words(finding.verdict, unicode=unicode):<{_VERDICT}}", _STYLES[finding.verdict]),
        rows[0],
    )
    return [head, *(Content(" " * indent + row) for row in more)]
