"""What goes between the terminal and the rest of the machine: copies, pastes, links."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sshtui.model.questions import Confirm, ConfirmPaste, Notice, Prompter, Question
from sshtui.model.text import plain, plain_lines
from sshtui.terminal.paste import needs_confirmation
from sshtui.ui.audience_driver import AudienceDriver
from sshtui.ui.driver import SteadyDriver
from sshtui.ui.terminal import clipboard
from sshtui.ui.terminal.surface import Surface

NO_CLIPBOARD = "There is nothing to paste here; your terminal's own paste key works, often Ctrl+Shift+V."


class Exchange:
    """Asks through `prompter` where only a person decides; without one the answer is no."""

    def __init__(
        self,
        view: Surface,
        prompter: Prompter | None,
        *,
        confirm_paste: Callable[[], bool],
        may_offer: bool | None,
    ) -> None:
        self._view = view
        self._prompter = prompter
        self._confirm_paste = confirm_paste
        self._may_offer = may_offer
        self._offer = ""

    def copy(self, text: str) -> None:
        """Put `text` on the outer terminal's clipboard (OSC 52) and on this machine's own."""
        if text:
            self._view.app.copy_to_clipboard(text)
            self._view.run_worker(asyncio.to_thread(clipboard.write, text), group="clipboard")

    def paste(self, text: str) -> None:
        """Send `text`, after showing it when it has several lines or control characters."""
        if not text:
            return
        if needs_confirmation(text) and self._confirm_paste():
            self._view.run_worker(self._show_first(text), group="paste")
        else:
            self._view.send_paste(text)

    def paste_clipboard(self) -> None:
        """Paste this machine's clipboard, or what was copied in sshtui last."""
        self._view.run_worker(self._read_and_paste(), group="paste")

    def lend_mouse(self) -> None:
        """Give the mouse to the outer terminal, or take it back, and say which."""
        # The driver has no public name in Textual; only a real terminal's has a mouse to lend.
        driver = self._view.app._driver
        if isinstance(driver, (SteadyDriver, AudienceDriver)) and self._prompter is not None:
            lent = driver.lend_mouse()
            whose = "your terminal's: it selects and copies by itself" if lent else "sshtui's again"
            self._prompter.tell(Notice(f"The mouse is {whose}."))

    def offered(self, text: str) -> None:
        """A program wants to set the clipboard (OSC 52): asked once, the answer holds for the tab."""
        if self._may_offer:
            self.copy(text)
        elif self._may_offer is None and text and self._prompter is not None:
            # While the question stands a program may offer again: the newest text is the one that counts.
            asking, self._offer = bool(self._offer), text
            if not asking:
                self._view.run_worker(self._ask_offer(), group="offer")

    def open_link(self, target: str) -> None:
        """Open an address in a browser after showing it."""
        self._view.run_worker(self._show_link(target), group="link")

    async def _ask_offer(self) -> None:
        name = plain(self._view.session.label, 64)
        shown = "\n".join(plain_lines(self._offer, lines=8, limit=100))
        self._may_offer = await self._asked(
            Confirm(
                f"May {name} set your clipboard?", f"It wants to put this there:\n\n{shown}", yes="Allow", no="Never"
            )
        )
        text, self._offer = self._offer, ""
        if self._may_offer:
            self.copy(text)

    async def _show_first(self, text: str) -> None:
        if await self._asked(ConfirmPaste(self._view.session.label, text)):
            self._view.send_paste(text)

    async def _read_and_paste(self) -> None:
        text = await asyncio.to_thread(clipboard.read) or self._view.app.clipboard
        if text:
            self.paste(text)
        elif self._prompter is not None:
            self._prompter.tell(Notice(NO_CLIPBOARD))

    async def _show_link(self, target: str) -> None:
        if await self._asked(Confirm("Open this address in your browser?", plain(target, 2000), yes="Open")):
            self._view.app.open_url(target)

    async def _asked(self, question: Question[bool]) -> bool:
        if self._prompter is None:
            return False
        answer = await self._prompter.ask(question)
        return bool(answer)
