"""PuTTY's terminal settings come along with a session, and go back with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.model.hosts import Host
from sshtui.model.terminal_switches import AS_XTERM, TerminalSwitches
from sshtui.store.exporters import EXPORTS
from sshtui.store.importers.putty import read_putty
from sshtui.store.putty_terminal import switches_of

USUAL = {
    "BackspaceIsDelete": "1",
    "RXVTHomeEnd": "0",
    "LinuxFunctionKeys": "0",
    "NoMouseReporting": "0",
    "NoRemoteResize": "0",
    "NoAltScreen": "0",
    "NoRemoteWinTitle": "0",
    "LineCodePage": "UTF-8",
}


def test_a_session_that_has_everything_as_usual_is_as_xterm() -> None:
    assert switches_of(USUAL) == switches_of({}) == AS_XTERM


@pytest.mark.parametrize(
    ("name", "value", "switches"),
    [
        ("BackspaceIsDelete", "0", TerminalSwitches(backspace="bs")),
        ("RXVTHomeEnd", "1", TerminalSwitches(home_end="rxvt")),
        ("LinuxFunctionKeys", "1", TerminalSwitches(function_keys="linux")),
        ("NoMouseReporting", "1", TerminalSwitches(mouse="deny")),
        ("NoAltScreen", "1", TerminalSwitches(alternate_screen="deny")),
        ("NoRemoteWinTitle", "1", TerminalSwitches(title="deny")),
        ("LineCodePage", "ISO-8859-1:1998 (Latin-1, West Europe)", TerminalSwitches(charset="iso-8859-1")),
        ("LineCodePage", "KOI8-R", TerminalSwitches(charset="koi8-r")),
        ("LineCodePage", "Use font encoding", AS_XTERM),
    ],
)
def test_a_setting_is_a_switch(name: str, value: str, switches: TerminalSwitches) -> None:
    assert switches_of(USUAL | {name: value}) == switches


def test_what_is_exported_is_read_again(tmp_path: Path) -> None:
    switches = TerminalSwitches(
        backspace="bs", home_end="rxvt", function_keys="linux", charset="koi8-r", title="deny", mouse="deny"
    )
    file = tmp_path / "x.reg"
    file.write_text(EXPORTS["putty"]([Host("old-box", "10.0.0.9", terminal=switches)]), "utf-16")
    assert [host.terminal for host in read_putty(file).hosts] == [switches]
