"""Help on the screens that list things, and what their keystrokes mean beside those of the list of hosts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen

from sshtui.ui.actions import ACTIONS, BY_ID
from sshtui.ui.keymap import Keymap
from sshtui.ui.screens.catalogue import CatalogueScreen, footer
from sshtui.ui.screens.exporting import ExportScreen
from sshtui.ui.screens.help import HelpScreen
from sshtui.ui.screens.importing import ImportScreen
from sshtui.ui.screens.keys import KeysScreen
from sshtui.ui.screens.known_hosts import KnownHostsScreen
from sshtui.ui.screens.secrets import SecretsScreen
from sshtui.ui.screens.why import WhyScreen
from sshtui.ui.steady import SteadyApp
from tests.ui.shell_stage import Stage as Shell
from tests.waiting import on_stage

SCREENS: tuple[type[CatalogueScreen[object]], ...] = (
    KeysScreen, KnownHostsScreen, SecretsScreen, ImportScreen, ExportScreen, WhyScreen,
)  # type: ignore[assignment]  # each lists entries of its own  # fmt: skip


class Names(CatalogueScreen[str]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d,delete", "drop", "drop", tooltip="Drop the name for good")]
    HELP = "Names"

    def on_mount(self) -> None:
        self.show_entries(["one", "two", "three"])

    def row(self, entry: str) -> Content:
        return Content(entry)

    def facts(self, entry: str | None) -> Content:
        return Content(f"about {entry}")


class Stage(SteadyApp[None]):
    def __init__(self, screen: Screen[None]) -> None:
        super().__init__()
        self.first = screen

    def on_mount(self) -> None:
        self.push_screen(self.first)


def front(pilot: Pilot[None]) -> object:
    return pilot.app.screen


def picture(pilot: Pilot[None]) -> str:
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
@pytest.mark.parametrize("pressed", ["question_mark", "f1"])
async def test_help_tells_what_each_keystroke_of_the_footer_does(size: tuple[int, int], pressed: str) -> None:
    app = Stage(Names())
    async with app.run_test(size=size) as pilot:
        await on_stage(pilot, lambda: "about one" in picture(pilot))
        assert "? help" in picture(pilot)
        await pilot.press(pressed)
        await on_stage(pilot, lambda: "d  Del" in picture(pilot))
        assert "Drop the name" in picture(pilot)
        await pilot.press("question_mark")
        await on_stage(pilot, lambda: front(pilot) is app.first)


async def test_g_and_G_go_to_the_ends_of_a_list() -> None:
    app = Stage(Names())
    async with app.run_test() as pilot:
        await pilot.press("G")
        await on_stage(pilot, lambda: "about three" in picture(pilot))
        await pilot.press("g")
        await on_stage(pilot, lambda: "about one" in picture(pilot))


@pytest.mark.parametrize("screen", SCREENS)
def test_every_keystroke_of_a_screen_is_explained(screen: type[CatalogueScreen[object]]) -> None:
    assert screen.HELP != "Help"
    for each in vars(screen).get("BINDINGS", ()):
        assert each.tooltip or len(each.description.split()) > 1, each


MEANINGS = {
    "a": {"add", "new"},
    "c": {"convert"},
    "d": {"delete", "remove", "from_agent"},
    "delete": {"delete", "remove", "from_agent"},
    "e": {"comment"},
    "l": {"lock", "lock_agent"},
    "L": {"unlock", "unlock_agent"},
    "slash": {"filter"},
}
"""What the list of hosts has on these, add, clone, delete, edit and filter, and its like on other screens."""


@pytest.mark.parametrize("screen", SCREENS)
def test_what_a_keystroke_means_in_the_list_of_hosts_it_means_on_every_screen(
    screen: type[CatalogueScreen[object]],
) -> None:
    for each in (each for kind in screen.__mro__ for each in vars(kind).get("BINDINGS", ())):
        for name in each.key.split(",") if isinstance(each, Binding) else ():
            assert name not in BY_ID["hosts.undo"].keystrokes
            assert each.action in MEANINGS.get(name, {each.action}), (name, each.action)


def test_a_footer_breaks_between_two_keystrokes_only() -> None:
    bindings = (Binding("escape,q", "leave", "back"), Binding("slash", "filter", "filter"), Binding("D", "all", "all"))
    assert str(footer(bindings, 20)) == "Esc back  / filter\nD all"


def sees(pilot: Pilot[None], text: str) -> bool:
    return text in picture(pilot)


def test_while_a_text_is_typed_a_footer_names_no_letters() -> None:
    bindings = (
        Binding("escape,q", "leave", "back"),
        Binding("question_mark,f1", "help", "help"),
        Binding("D", "x", "x"),
    )
    assert str(footer(bindings, 80, typing=True)) == "Esc back  F1 help"


async def test_a_long_text_is_read_with_the_keystrokes_of_less() -> None:
    top, bottom = "In a terminal every keystroke", ACTIONS[-1].id
    app = Stage(HelpScreen(Keymap()))
    async with app.run_test(size=(80, 24)) as pilot:
        await on_stage(pilot, lambda: "PgUp/PgDn scroll" in picture(pilot))
        for pressed, visible in (("G", bottom), ("g", top), ("space", "Mark, one up"), ("b", top)):
            await pilot.press(pressed)
            await on_stage(pilot, partial(sees, pilot, visible), pressed)
        await pilot.press("j")
        await on_stage(pilot, lambda: top not in picture(pilot))


async def test_the_help_of_the_app_is_readable_on_40_columns(stage: Callable[..., Shell]) -> None:
    shell = stage()
    async with shell.app.run_test(size=(40, 60)) as pilot:
        await pilot.press("f1")
        await shell.shows(pilot, "    e  F2")
        await shell.shows(pilot, "      Edit the host, marked")
