"""Saved secrets: whose, what, where and since when, never the secrets themselves."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from sshtui.errors import Declined, SshtuiError
from sshtui.model.questions import Confirm, Prompter
from sshtui.model.text import plain
from sshtui.secrets.keeper import Keeper, Saved
from sshtui.ui.jobs import Jobs
from sshtui.ui.screens.catalogue import CatalogueScreen

EMPTY = (
    "Nothing is saved. A password or passphrase can be remembered where it is asked for; "
    "sshtui secrets set NAME --kind totp saves a secret for one-time codes."
)


class SecretsScreen(CatalogueScreen[Saved]):
    """Lists what is saved and removes it; opens, locks and re-keys the vault."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "remove", "delete", tooltip="Delete the saved secret, after asking"),
        Binding("m", "move", "move to safety", tooltip="Move a password that stands in hosts.toml as text to safety"),
        Binding("l", "lock", "lock vault", tooltip="Lock the vault"),
        Binding("L", "unlock", "unlock it", tooltip="Unlock the vault, or set one up"),
        Binding("p", "password", "its password", tooltip="Give the vault another password"),
    ]
    HELP = "Saved secrets"

    def __init__(self, keeper: Keeper, prompter: Prompter) -> None:
        super().__init__()
        self._keeper = keeper
        self._jobs = Jobs(prompter)

    def on_mount(self) -> None:
        self._show()
        # The vault may lock itself at any time.
        self.set_interval(1, self._show_title)

    def _show_title(self) -> None:
        vault = self._keeper.vault
        state = "unlocked" if vault.unlocked else "locked" if vault.exists else "not set up"
        self.show_title(f"Saved secrets; the vault is {state}")

    def _show(self) -> None:
        self._show_title()
        self.show_entries(self._keeper.saved())

    def row(self, entry: Saved) -> Content:
        mark = "! " if entry.place is None else "  "
        return Content.assemble(
            mark, (plain(entry.host, 60) or "(no host)", "bold"), f"\n  {entry.kind}, {_place(entry)}"
        )

    def facts(self, entry: Saved | None) -> Content:
        if entry is None:
            return Content(EMPTY)
        rows = [("host", plain(entry.host, 200) or "(no host)"), ("what", entry.kind), ("kept", _place(entry))]
        if entry.made:
            rows.append(("since", entry.made.astimezone().strftime("%Y-%m-%d %H:%M")))
        parts: list[Any] = [piece for name, value in rows for piece in ((f"{name:<7}", "$muted"), f"{value}\n")]
        if entry.place is None:
            parts.append(("\nIt is not used. m moves it to safety.", "$error"))
        return Content.assemble(*parts)

    def action_remove(self) -> None:
        """Forget the marked secret, after asking."""
        if (saved := self.marked) is not None:
            self._remove(saved)

    @work(group="secrets", exclusive=True)
    async def _remove(self, saved: Saved) -> None:
        text = f"The saved {saved.kind} of {saved.host or 'no host'} is deleted for good."
        if await self._jobs.prompter.ask(Confirm("Delete it?", text, yes="Delete", danger=True)):
            await self._attempt(self._keeper.remove(saved, self._jobs.prompter))

    @work(group="secrets", exclusive=True)
    async def action_move(self) -> None:
        """Take a plain password out of hosts.toml, to the best place there is."""
        saved = self.marked
        if saved is not None and saved.place is None:
            place = (await self._keeper.places())[0]
            await self._attempt(self._keeper.move_plain(saved.host, place, self._jobs.prompter))
        elif saved is not None:
            self._jobs.say(f"It is safe already, {_place(saved)}.")

    @work(group="secrets", exclusive=True)
    async def action_unlock(self) -> None:
        """Open the vault, or set one up."""
        await self._attempt(self._keeper.unlock(self._jobs.prompter))

    def action_lock(self) -> None:
        """Lock the vault."""
        self._keeper.vault.lock()
        self._show()

    @work(group="secrets", exclusive=True)
    async def action_password(self) -> None:
        """Give the vault another password."""
        await self._attempt(self._keeper.change_password(self._jobs.prompter))

    async def _attempt(self, job: Awaitable[None]) -> None:
        try:
            await job
        except Declined:
            return
        except SshtuiError as error:
            self._jobs.failed(error)
        finally:
            if self.is_mounted:
                self._show()


def _place(saved: Saved) -> str:
    return f"in the {saved.place}" if saved.place else "PLAIN TEXT in hosts.toml"
