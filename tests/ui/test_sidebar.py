"""The list of hosts: tree, filter, folders, states, changes made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from sshtui.errors import Refused
from sshtui.model.connection import ChannelEnd
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm
from sshtui.model.settings import Settings
from sshtui.store.hosts import HostStore
from sshtui.ui.widgets.host_list import HostList
from tests.ui.shell_stage import DB, PI, WEB, Stage

FROM_CONFIG = Host("bastion", "bastion.example.org", origin="~/.ssh/config:12")

Build = Callable[..., Stage]


async def test_hosts_stand_in_their_folders(stage: Build) -> None:
    shell = stage(config_hosts=lambda: (FROM_CONFIG,))
    async with shell.app.run_test() as pilot:
        picture = await shell.shows(pilot, "bastion")
    listed = [line[:30].rstrip() for line in picture.splitlines()[1:11]]
    assert listed == [
        " ▾ lab 1",
        "   ▾ home 1",
        "     ○ pi",
        " ▾ production 2",
        "   ○ db",
        "   ○ web-1",
        " ○ lonely",
        " ▾ ~/.ssh/config 1",
        "   ○ bastion",
        "",
    ]


async def test_folders_fold_and_unfold(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("left")
        assert "home" not in await shell.shows(pilot, "▸ lab")
        await pilot.press("right")
        await shell.shows(pilot, "▾ home")
        await pilot.press("down", "down", "left", "z")
        picture = await shell.shows(pilot, "▸ home")
        assert "○ pi" not in picture


async def test_the_filter_finds_letters_in_order_and_marks_them(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", "w", "1")
        picture = await shell.shows(pilot, "web-1             production")
        assert "○ db" not in picture
        rows = shell.main.query_one(HostList)
        marked = "".join(segment.text for segment in rows.render_line(0) if segment.style and segment.style.underline)
        assert marked == "w1"


async def test_enter_in_the_filter_connects_to_the_best_match(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", "d", "b", "enter")
        await shell.until(pilot, "a dial", lambda: shell.dialer.hosts)
    assert shell.dialer.hosts == [DB]


async def test_escape_in_the_filter_shows_all_hosts_again(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", "z", "z")
        await shell.shows(pilot, "No host matches.")
        await pilot.press("escape")
        await shell.shows(pilot, "○ lonely")


async def test_keystrokes_of_the_list_are_text_in_the_filter(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash", *"adqjk?:")
        await shell.shows(pilot, "adqjk?:")
    assert len(shell.store.hosts()) == 4


async def test_a_state_is_shown_by_shape_and_word(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        shell.dialer.hold()
        await pilot.press("end", "enter")
        await shell.shows(pilot, "◐ lonely            connecting")
        shell.dialer.release()
        await shell.shows(pilot, "● lonely                  live")
        shell.channel.finish(ChannelEnd("lost", reason="Connection reset by peer."))
        await shell.shows(pilot, "✕ lonely                  lost")


async def test_without_unicode_every_shape_is_ascii(stage: Build) -> None:
    shell = stage(settings=Settings(unicode=False))
    async with shell.app.run_test(size=(120, 24)) as pilot:
        await pilot.press("end", "enter")
        pictures = [await shell.shows(pilot, "* lonely")]
        await pilot.press("ctrl+backslash")
        pictures.append(await shell.shows(pilot, "reconnect"))
        await pilot.press("question_mark")
        pictures.append(await shell.shows(pilot, "In a terminal"))
        await pilot.press("escape", "alt+0", "colon")
        pictures.append(await shell.shows(pilot, "action  "))
        await pilot.press("escape", "e")
        pictures.append(await shell.shows(pilot, "key pair"))
    assert "v production" in pictures[0]
    assert [picture for picture in pictures if not picture.isascii()] == []


async def test_hosts_used_last_come_first_on_request(stage: Build) -> None:
    shell = stage(hosts=(DB, WEB))
    shell.recent.touch("web-1")
    async with shell.app.run_test() as pilot:
        picture = await shell.shows(pilot, "web-1")
        assert picture.index("○ db") < picture.index("○ web-1")
        await pilot.press("s")
        await shell.until(pilot, "sorting", lambda: (p := shell.picture()).index("○ web-1") < p.index("○ db"))
    assert shell.settings == {"sort": "recent"}


async def test_what_another_instance_saves_appears(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        HostStore(shell.path).put(Host("newcomer", "10.0.0.9"))
        await shell.shows(pilot, "○ newcomer")


@pytest.mark.parametrize("answer", [True, None])
async def test_a_start_on_a_broken_file_offers_the_good_one(stage: Build, tmp_path: Path, answer: bool | None) -> None:
    HostStore(tmp_path / "hosts.toml").put(Host("saved", "10.0.0.5"))
    (tmp_path / "hosts.toml").write_text("[")
    shell = stage(hosts=(), answers=[answer])
    async with shell.app.run_test() as pilot:
        await shell.until(pilot, "a question", lambda: shell.prompter.asked(Confirm))
        await shell.shows(pilot, "saved" if answer else "hosts.toml, line 1")
    assert "hosts.toml.last-good" in shell.prompter.asked(Confirm)[0].text
    assert (shell.path.read_text() == "[") is (answer is None)


async def test_a_file_that_breaks_meanwhile_is_put_back_from_the_palette(stage: Build) -> None:
    shell = stage(answers=[True])
    async with shell.app.run_test(size=(100, 40)) as pilot:
        shell.path.write_text("[")
        shell.store.refresh()
        await shell.shows(pilot, "hosts.toml, line 1")
        await shell.main.perform("hosts.restore")
        await shell.until(pilot, "the hosts", lambda: shell.store.problem is None)
        assert "The last good hosts are back" in shell.prompter.notices[-1].text


async def test_a_broken_file_is_named_with_its_line_and_left_alone(stage: Build, tmp_path: Path) -> None:
    broken = '[hosts.web-1]\naddress = "10.0.0.5\n'
    (tmp_path / "hosts.toml").write_text(broken)
    shell = stage(hosts=())
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "hosts.toml, line 2")
        await pilot.press("a", *"new", "tab", *"10.0.0.1", "enter")
        await shell.shows(pilot, "Not saved")
    assert (tmp_path / "hosts.toml").read_text() == broken


async def test_an_empty_list_says_how_to_add_the_first_host(stage: Build) -> None:
    shell = stage(hosts=())
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "a  adds the first one")


async def test_ten_thousand_hosts_are_walked_through_to_the_end(stage: Build) -> None:
    hosts = [Host(f"h{number:05}", "10.0.0.1") for number in range(10_000)]
    listing: Sequence[Host] = [Host(host.name, host.address, origin="~/.ssh/config:1") for host in hosts]
    shell = stage(hosts=(), config_hosts=lambda: listing)
    async with shell.app.run_test() as pilot:
        await shell.shows(pilot, "○ h00000")
        await pilot.press("end")
        await shell.shows(pilot, "○ h09999")
        await pilot.press("home", "pagedown")
        await shell.shows(pilot, "○ h00005")


async def test_a_host_opened_twice_by_enter_is_one_tab_and_by_o_two(stage: Build) -> None:
    shell = stage(hosts=(PI,))
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a tab", lambda: shell.dialer.channels)
        await pilot.press("alt+0", "enter")
        await pilot.pause()
        assert len(shell.dialer.hosts) == 1
        await pilot.press("alt+0", "o")
        await shell.shows(pilot, "2 pi (2)")


async def test_the_best_state_of_several_tabs_is_shown(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.shows(pilot, "live")
        shell.dialer.error = Refused("no")
        await pilot.press("alt+0", "o")
        await shell.shows(pilot, "is not connected")
        assert "● lonely                  live" in shell.picture()


async def test_names_that_are_markup_are_only_text(stage: Build) -> None:
    names = ["a[/nope]b", "[@click=app.quit]x[/]"]
    shell = stage(hosts=(), config_hosts=lambda: [Host(name, "h", origin="x:1") for name in names])
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await shell.shows(pilot, "a[/nope]b")
        await pilot.press("end", "enter")
        await shell.shows(pilot, "live")
        await pilot.press("alt+0", "up", "enter")
        await shell.until(pilot, "two tabs", lambda: len(shell.dialer.channels) == 2)
        await pilot.press("ctrl+backslash", "colon")
        await shell.shows(pilot, "Show the hosts")


async def test_a_click_chooses_a_host_and_a_double_click_connects(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await shell.shows(pilot, "○ lonely")
        await pilot.click("#host-list", offset=(5, 4))
        await shell.until(pilot, "the cursor", lambda: shell.main.sidebar.host == DB)
        assert shell.dialer.hosts == []
        await pilot.double_click("#host-list", offset=(5, 4))
        await shell.until(pilot, "a dial", lambda: shell.dialer.hosts == [DB])


async def test_a_click_on_a_folder_folds_it(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await shell.shows(pilot, "▾ production")
        await pilot.click("#host-list", offset=(5, 3))
        await shell.shows(pilot, "▸ production")


async def test_a_host_with_a_mistake_is_named_by_line_and_reason_while_it_is_there(stage: Build) -> None:
    shell = stage([WEB])
    good = shell.path.read_text()
    async with shell.app.run_test(size=(100, 30)) as pilot:
        await shell.shows(pilot, "web-1")
        shell.path.write_text(good + '\n[[hosts]]\nname = "bad"\naddress = "h"\nport = "x"\n')
        await shell.shows(pilot, f"hosts.toml, line {len(good.splitlines()) + 2}:")
        said = " ".join(line[:32].strip() for line in shell.picture().splitlines())
        assert "port must be a number. That host is left out." in said
        assert "web-1" in said
        shell.path.write_text(good)
        await shell.until(pilot, "all is well", lambda: "hosts.toml" not in shell.picture())


async def test_letters_do_not_overtake_the_keystrokes_that_edit_the_filter(stage: Build) -> None:
    shell = stage()
    async with shell.app.run_test() as pilot:
        await pilot.press("slash")
        for name in [*"nothing", "ctrl+u", *"px", "backspace", "i"]:
            shell.app.post_message(events.Key(name, name if len(name) == 1 else None))
        await shell.until(pilot, "the filter", lambda: shell.main.query_one("#filter", Input).value == "pi")
