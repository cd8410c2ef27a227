"""The settings as the app shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from sshtui.model.settings import Settings
from sshtui.store.paths import Paths
from sshtui.ui.screens.settings import MEANINGS, SettingsScreen
from sshtui.wiring.app import build_app
from tests.ui.shell_stage import Stage

Build = Callable[..., Stage]


def test_every_setting_is_explained() -> None:
    assert list(MEANINGS) == [each.name for each in fields(Settings)]


async def test_the_palette_shows_what_is_set(stage: Build) -> None:
    shell = stage(settings=Settings(scrollback=777, unicode=True))
    async with shell.app.run_test(size=(80, 40)) as pilot:
        await pilot.press("colon", *"settings", "enter")
        picture = await shell.shows(pilot, "count from the next start")
        assert "777" in picture
        await pilot.press("escape")
        await shell.until(pilot, "the hosts", lambda: shell.app.screen is shell.main)


async def test_a_path_that_just_fits_stands_beside_its_name(stage: Build) -> None:
    path = "/" + "p" * 45
    shell = stage()
    async with shell.app.run_test(size=(80, 24)) as pilot:
        await shell.app.push_screen(SettingsScreen(Settings(), {"settings": path}))
        picture = await shell.shows(pilot, "settings            /")
        assert path[:40] in picture


def test_the_files_are_named(tmp_path: Path) -> None:
    app = build_app(Paths(tmp_path / "config", tmp_path / "state", tmp_path / "ssh"))
    assert app.parts.files["settings"] == str(tmp_path / "config" / "settings.toml")
