"""Saved secrets: whose, what, where and since when, never the secrets themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sshtui.errors import Declined, SshtuiError
from sshtui.model.questions import Confirm, Notice, Prompter
from sshtui.model.text import plain
from sshtui.secrets.keeper import Keeper, Saved

EMPTY = (
    "Nothing is saved. A password or passphrase can be remembered where it is asked for; "
    "sshtui secrets set NAME --kind totp saves a secret for one-time codes."
)


class SecretsScreen(Screen[None], inherit_bindings=False):
    """Lists what is saved and removes it; opens, locks and re-keys the vault."""

    AUTO_FOCUS = "#secrets-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "back"),
        Binding("x,delete", "remove", "remove"),
        Binding("m", "move", "move plain text to safety"),
        Binding("u", "unlock", "unlock the vault"),
        Binding("l", "lock", "lock it"),
        Binding("p", "password", "its password"),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
    ]
    _KEYS = "Esc back  x remove  m move plain text to safety  u unlock the vault  l lock it  p its password"

    DEFAULT_CSS = """
    SecretsScreen {
        background: $background;
        color: $foreground;
        #secrets-title { height: 1; padding: 0 1; background: $panel; text-style: bold; text-wrap: nowrap; }
        #secrets-list { height: 1fr; border: none; padding: 0; background: $surface; color: $foreground; }
        #secrets-list > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: bold; }
        #secrets-list:focus > .option-list--option-highlighted { background: $focus; color: $background; }
        #secrets-footer { height: auto; max-height: 3; padding: 0 1; background: $panel; }
    }
    """

    def __init__(self, keeper: Keeper, prompter: Prompter) -> None:
        super().__init__()
        self._keeper = keeper
        self._prompter = prompter
        self._rows: Sequence[Saved] = ()

    def compose(self) -> ComposeResult:
        """The state of the vault, the list, the keys."""
        yield Static("", id="secrets-title")
        yield OptionList(id="secrets-list")
        yield Static(Content(self._KEYS), id="secrets-footer")

    def on_mount(self) -> None:
        self._show()
        # The vault may lock itself at any time.
        self.set_interval(1, self._show_title)

    def _show_title(self) -> None:
        vault = self._keeper.vault
        state = "unlocked" if vault.unlocked else "locked" if vault.exists else "not set up"
        self.query_one("#secrets-title", Static).update(Content(f"Saved secrets; the vault is {state}"))

    def _show(self) -> None:
        self._show_title()
        entries = self.query_one("#secrets-list", OptionList)
        marked = entries.highlighted or 0
        entries.clear_options()
        self._rows = self._keeper.saved()
        entries.add_options([Option(Content(_row(each))) for each in self._rows] or [Option(EMPTY, disabled=True)])
        if self._rows:
            entries.highlighted = min(marked, len(self._rows) - 1)

    def action_leave(self) -> None:
        """Back to where we came from."""
        self.dismiss()

    def action_step(self, by: int) -> None:
        """Move the mark."""
        entries = self.query_one("#secrets-list", OptionList)
        entries.action_cursor_down() if by > 0 else entries.action_cursor_up()

    def action_remove(self) -> None:
        """Forget the marked secret, after asking."""
        if (saved := self._marked()) is not None:
            self._remove(saved)

    @work(group="secrets", exclusive=True)
    async def _remove(self, saved: Saved) -> None:
        text = f"The saved {saved.kind} of {saved.host or 'no host'} is deleted for good."
        if await self._prompter.ask(Confirm("Remove it?", text, yes="Remove", danger=True)):
            await self._attempt(self._keeper.remove(saved, self._prompter))

    @work(group="secrets", exclusive=True)
    async def action_move(self) -> None:
        """Take a plain password out of hosts.toml, to the best place there is."""
        saved = self._marked()
        if saved is not None and saved.place is None:
            place = (await self._keeper.places())[0]
            await self._attempt(self._keeper.move_plain(saved.host, place, self._prompter))

    @work(group="secrets", exclusive=True)
    async def action_unlock(self) -> None:
        """Open the vault, or set one up."""
        await self._attempt(self._keeper.unlock(self._prompter))

    def action_lock(self) -> None:
        """Lock the vault."""
        self._keeper.vault.lock()
        self._show()

    @work(group="secrets", exclusive=True)
    async def action_password(self) -> None:
        """Give the vault another password."""
        await self._attempt(self._keeper.change_password(self._prompter))

    async def _attempt(self, job: Awaitable[None]) -> None:
        try:
            await job
        except Declined:
            return
        except SshtuiError as error:
            self._prompter.tell(Notice(f"{error.sentence} {error.hint}".strip(), level="warning"))
        finally:
            if self.is_mounted:
                self._show()

    def _marked(self) -> Saved | None:
        at = self.query_one("#secrets-list", OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None


def _row(saved: Saved) -> str:
    where = "PLAIN TEXT in hosts.toml, not used; m moves it" if saved.place is None else f"in the {saved.place}"
    when = saved.made.astimezone().strftime("%Y-%m-%d %H:%M") if saved.made else ""
    return f"{plain(saved.host, 40) or '(no host)':<24} {saved.kind:<15} {where:<15} {when}"
