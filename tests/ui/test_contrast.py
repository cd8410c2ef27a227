"""Every text that the app paints is legible in every shipped theme: what is on the screen, by WCAG 2.2, 1.4.3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.geometry import Region
from textual.pilot import Pilot

from sshtui.keys.formats import Format
from sshtui.keys.key_file import KeyFile
from sshtui.model.hosts import Host
from sshtui.model.questions import Notice
from sshtui.model.reachability import Reachability
from sshtui.secrets.keeper import Saved
from sshtui.ssh.known_hosts import ListedKey
from sshtui.store.themes import load_themes
from sshtui.ui.modals import dialog_for
from sshtui.ui.prompter import ModalPrompter
from sshtui.ui.screens import keys_facts
from sshtui.ui.screens.catalogue import CatalogueScreen
from sshtui.ui.screens.known_hosts import KnownHostsScreen
from sshtui.ui.screens.secrets import SecretsScreen
from sshtui.ui.steady import SteadyApp
from sshtui.ui.theming import as_textual
from tests.ui.modal_stage import HOST_KEY, QUESTIONS
from tests.ui.shell_stage import HOSTS, LONELY, Stage
from tests.unit.themes.test_shipped_themes import contrast
from tests.waiting import on_stage

THEMES, _ = load_themes(Path("/nonexistent"))
ENOUGH = 4.5
DRAWN = "─│┌┐└┘├┤┬┴┼╭╮╯╰━┃┏┓┗┛▌▐█▎▏▔▁▂▃▄▅▆▇▊▍▋▉▕▀"
"""Frames, bars and scrollbars are no text."""

PROD = Host("prod", "10.0.0.9", extra={"danger": True}, favourite=True)


def faint(app: SteadyApp[Any], region: Region | None = None) -> Iterator[tuple[str, str, float]]:
    """Theme, text and contrast of what stands on the screen, in `region` if given, with less than is needed."""
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            text, begin = segment.text, x
            x += segment.cell_length
            inside = region is None or (region.y <= y < region.bottom and region.x <= begin < region.right)
            read = text.strip(" " + DRAWN)
            style = segment.style
            if not (inside and read and style and style.color and style.bgcolor):
                continue
            ink, ground = (colour.get_truecolor().hex for colour in (style.color, style.bgcolor))
            if style.reverse:
                ink, ground = ground, ink
            found = contrast(ink, ground)
            if found < ENOUGH:
                yield app.theme, read, round(found, 2)


async def in_every_theme(pilot: Pilot[Any], selector: str = "") -> list[tuple[str, str, float]]:
    app = pilot.app
    found: list[tuple[str, str, float]] = []
    assert isinstance(app, SteadyApp)
    for name in THEMES:
        app.theme = name
        await pilot.pause()
        region = app.screen.query_one(selector).region if selector else None
        found += faint(app, region)
    return found


@pytest.fixture
def shell(tmp_path: Path) -> Stage:
    async def reach(host: Host) -> Reachability:
        return Reachability("refused" if host.name == LONELY.name else "reachable")

    return Stage(tmp_path, (*HOSTS, PROD), themes=THEMES, reach=reach, make_prompter=lambda app: ModalPrompter(app))


async def test_hosts_marked_open_and_checked(shell: Stage) -> None:
    async with shell.app.run_test(size=(140, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a tab", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("alt+0", "home", "down", "space", "down", "space", "T")
        assert not await in_every_theme(pilot)
        await pilot.press("up")
        assert not await in_every_theme(pilot)


async def test_the_filter_and_the_card_with_mistakes(shell: Stage) -> None:
    async with shell.app.run_test(size=(140, 40)) as pilot:
        await pilot.press("slash", *"db")
        assert not await in_every_theme(pilot)
        await pilot.press("enter", "escape", "alt+0", "end", "e", "tab", "tab", *"x")
        assert not await in_every_theme(pilot)


@pytest.mark.parametrize(("opened", "box"), [("ctrl+backslash", ""), ("colon", "#palette"), ("question_mark", "#box")])
async def test_menu_palette_and_help(shell: Stage, opened: str, box: str) -> None:
    async with shell.app.run_test(size=(100, 40)) as pilot:
        await pilot.press(opened)
        if opened == "ctrl+backslash":
            await shell.shows(pilot, "save text")
        if opened == "colon":
            await pilot.press(*"the")
        assert not await in_every_theme(pilot, box)


@pytest.mark.parametrize("level", ["information", "warning", "error"])
async def test_notices(shell: Stage, level: Any) -> None:
    async with shell.app.run_test(size=(100, 40), notifications=True) as pilot:
        shell.app.prompter.tell(Notice("It is so.", "web-1", level=level))
        await shell.shows(pilot, "It is so.")
        assert not await in_every_theme(pilot)


class Bare(SteadyApp[None]):
    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(as_textual(theme))


@pytest.mark.parametrize("question", sorted(QUESTIONS))
async def test_dialogs(question: str) -> None:
    app = Bare()
    async with app.run_test(size=(100, 40)) as pilot:
        dialog = dialog_for(QUESTIONS[question], quiet=0.01)
        await app.push_screen(dialog)
        await on_stage(pilot, lambda: dialog.ready)
        assert not await in_every_theme(pilot, ".dialog-box")
        await pilot.press("tab")
        assert not await in_every_theme(pilot, ".dialog-box")


class Names(CatalogueScreen[Content]):
    """Rows as the screens for key pairs, known hosts and saved secrets paint them."""

    def on_mount(self) -> None:
        self.show_title("Names")
        revoked = ListedKey(Path("known_hosts"), 1, "@revoked", "web-1", HOST_KEY, "")
        plain_text = Saved("web-1", "password", None)
        pair = KeyFile("~/.ssh/id", Format.OPENSSH, None, problem="Others can read it.")
        nobody: Any = None
        rows = [KnownHostsScreen.row(nobody, revoked), SecretsScreen.row(nobody, plain_text), keys_facts.row(pair)]
        self.show_entries(rows)

    def row(self, entry: Content) -> Content:
        return entry

    def facts(self, entry: Content | None) -> Content:
        return Content.assemble(("name ", "$muted"), ("bad", "$error"), ("odd", "$warning"), ("good", "$success"))


async def test_screens_that_list_things() -> None:
    app = Bare()
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(Names())
        for _ in range(3):
            assert not await in_every_theme(pilot)
            await pilot.press("down")
