"""Saved secrets by the keyboard: the boxes to tick, the vault's password, the list."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, TypedSecret
from sshtui.secrets.argon2id import Cost
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.vault import Vault
from sshtui.store.hosts import HostStore
from sshtui.ui.modals.key_pairs import Tick
from sshtui.ui.screens.secrets import SecretsScreen
from sshtui.ui.steady import SteadyApp
from tests.fakes.prompting import ScriptedPrompter
from tests.ui.modal_stage import QUESTIONS, Stage, shown, start
from tests.waiting import on_stage

CANARY = "canary-77aa"


@pytest.mark.parametrize(("ticks", "place"), [((), None), (("keyring",), "keyring"), (("keyring", "vault"), "vault")])
async def test_at_most_one_place_is_ticked_and_none_by_itself(ticks: tuple[str, ...], place: str | None) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["remember-password"])
        dialog = await app.ready(pilot)
        await pilot.press(*CANARY)
        for tick in ticks:
            dialog.query_one(f"#{tick}", Tick).focus()
            await pilot.press("space")
            await pilot.pause()
        assert CANARY not in shown(app)
        dialog.query_one("#secret", Input).focus()
        await pilot.pause()
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 10) == TypedSecret(CANARY, place)  # type: ignore[arg-type]  # a parameter


async def test_a_box_says_all_of_it_on_40_columns() -> None:
    app = Stage()
    async with app.run_test(size=(40, 24)) as pilot:
        task = start(app, QUESTIONS["remember-password"])
        await app.ready(pilot)
        words = " ".join(shown(app).replace("│", " ").split())
        assert "[ ] Remember in the vault, an encrypted file" in words
        task.cancel()


async def test_tab_leads_from_the_password_to_the_boxes() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["remember-passphrase"])
        dialog = await app.ready(pilot)
        await pilot.press("a", "tab")
        assert dialog.focused is dialog.query_one("#vault", Tick)
        task.cancel()


async def test_a_new_vault_password_must_be_the_same_twice() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        task = start(app, QUESTIONS["new-vault"])
        dialog = await app.ready(pilot)
        await pilot.press("a", "tab", "b", "enter")
        await pilot.pause()
        assert "differ" in shown(app)
        assert not task.done()
        dialog.query_one("#again", Input).value = "a"
        await pilot.press("enter")
        assert await asyncio.wait_for(task, 10) == "a"


class Shelf(SteadyApp[None]):
    """An app that opens the list."""

    def __init__(self, keeper: Keeper, prompter: ScriptedPrompter) -> None:
        super().__init__()
        self.list = SecretsScreen(keeper, prompter)

    def on_mount(self) -> None:
        self.push_screen(self.list)


def picture(pilot: Pilot[Any]) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()
    )


async def shows(pilot: Pilot[Any], text: str) -> None:
    await on_stage(pilot, lambda: text in picture(pilot), f"{text!r} on the screen")


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    file = tmp_path / "hosts.toml"
    file.write_text(f'version = 1\n\n[[hosts]]\nname = "old"\naddress = "old"\npassword = "{CANARY}"\n')
    store = HostStore(file)
    store.put(Host("web-1", "10.0.0.5"))
    vault = Vault(tmp_path / "secrets.vault", cost=Cost(8 * 1024, 1))
    return Keeper(store, vault, KeyringStore(lambda: None), tmp_path / "forgotten.json")


async def test_the_list_names_secrets_and_d_deletes_one_after_asking(keeper: Keeper) -> None:
    await keeper.keep("web-1", "secret", "vault", CANARY, ScriptedPrompter("sesame"))
    prompter = ScriptedPrompter(True)
    async with Shelf(keeper, prompter).run_test() as pilot:
        await shows(pilot, "in the vault")
        assert "the vault is unlocked" in picture(pilot)
        assert CANARY not in picture(pilot)
        await pilot.press("j", "d")
        await on_stage(pilot, lambda: "in the vault" not in picture(pilot), "end of the secret")
    assert prompter.asked(Confirm)
    assert not keeper.vault.ids()


async def test_m_moves_plain_text_into_the_vault_and_l_locks_it(keeper: Keeper, tmp_path: Path) -> None:
    async with Shelf(keeper, ScriptedPrompter("sesame")).run_test() as pilot:
        await shows(pilot, "PLAIN TEXT")
        await pilot.press("m")
        await shows(pilot, "in the vault")
        await pilot.press("l")
        await shows(pilot, "the vault is locked")
    assert CANARY not in (tmp_path / "hosts.toml").read_text()
    assert not keeper.vault.unlocked


async def test_an_empty_list_says_how_to_begin(tmp_path: Path) -> None:
    store = HostStore(tmp_path / "hosts.toml")
    keeper = Keeper(store, Vault(tmp_path / "v"), KeyringStore(lambda: None), tmp_path / "f")
    async with Shelf(keeper, ScriptedPrompter()).run_test() as pilot:
        await shows(pilot, "Nothing is saved")
        await shows(pilot, "not set up")
