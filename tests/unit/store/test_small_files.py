"""Settings, keymap, themes, recent uses and paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, NotSaved
from sshtui.model.settings import Settings
from sshtui.model.themes import UI_ROLES
from sshtui.store.keymap import load_keymap
from sshtui.store.paths import Paths
from sshtui.store.recent import RecentFile
from sshtui.store.settings import load_settings, save_setting
from sshtui.store.themes import load_themes, shipped_themes


def test_without_a_settings_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == (Settings(), ())


def test_a_saved_setting_comes_back_and_leaves_the_rest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# mine\ntheme = "nord"  # dark\nnovel = 1\n')
    save_setting(path, "scrollback", 500)
    save_setting(path, "theme", "paper")
    assert path.read_text() == '# mine\ntheme = "paper"\nnovel = 1\nscrollback = 500\n'
    save_setting(path, "theme", None)
    settings, problems = load_settings(path)
    assert settings == Settings(scrollback=500)
    assert [problem.reason for problem in problems] == ["there is no setting novel."]


@pytest.mark.parametrize(
    "line",
    ["theme = 3", "scrollback = -1", "scrollback = true", "connect_timeout = nan", "sort = 'size'", "unicode = 'yes'"],
)
def test_a_value_that_cannot_stand_is_reported_and_keeps_its_default(tmp_path: Path, line: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"{line}\nmouse = false\n")
    settings, problems = load_settings(path)
    assert settings == Settings(mouse=False)
    assert len(problems) == 1


def test_every_setting_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    wanted = Settings("paper", 1, 2.5, 3, 4, "recent", 50, False, False, True, True)
    for name, value in vars(wanted).items():
        save_setting(path, name, value)
    assert load_settings(path) == (wanted, ())


def test_a_setting_that_cannot_stand_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NotSaved):
        save_setting(tmp_path / "settings.toml", "scrollback", "many")


def test_a_broken_settings_file_is_reported_and_never_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theme = \n")
    settings, problems = load_settings(path)
    assert settings == Settings()
    assert problems[0].line == 1
    with pytest.raises(BrokenFile) as caught:
        save_setting(path, "theme", "nord")
    assert caught.value.sentence == problems[0].sentence
    assert path.read_text() == "theme = \n"


def test_keystrokes_are_read_by_action_id_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text(
        'leader = "ctrl+a"\nhost.connect = ["enter", "o"]\nx.close = ""\n"app.quit" = []\n[tab]\nnext = "n"'
    )
    chosen, problems = load_keymap(path)
    assert dict(chosen) == {
        "leader": ("ctrl+a",),
        "host.connect": ("enter", "o"),
        "x.close": (),
        "app.quit": (),
        "tab.next": ("n",),
    }
    assert problems == ()


def test_what_is_no_keystroke_is_reported_and_the_rest_holds(tmp_path: Path) -> None:
    path = tmp_path / "keymap.toml"
    path.write_text('a.b = 3\nc = ["x", 1]\nd = "y"\n')
    chosen, problems = load_keymap(path)
    assert dict(chosen) == {"d": ("y",)}
    assert len(problems) == 2
    path.write_text("a = \n")
    assert [problem.line for problem in load_keymap(path)[1]] == [1]


def test_the_shipped_themes_are_whole(tmp_path: Path) -> None:
    themes, problems = load_themes(tmp_path)
    assert problems == ()
    assert len(themes) >= 8
    assert Settings().theme in themes
    assert all(set(theme.roles) == set(UI_ROLES) and len(theme.palette.colours) == 16 for theme in themes.values())


def test_an_own_theme_wins_and_a_broken_one_is_reported(tmp_path: Path) -> None:
    text = (shipped_themes() / "nord.toml").read_text()
    (tmp_path / "midnight.toml").write_text(text)
    (tmp_path / "nord.toml").write_text(text.replace("[ui]", "[gui]"))
    (tmp_path / "paper.toml").write_text(text.replace("#", "", 20).replace('"', "", 1))
    (tmp_path / "mine.toml").write_text(text.replace("foreground = ", "foreground = 'red' # "))
    themes, problems = load_themes(tmp_path)
    assert themes["midnight"].palette == themes["nord"].palette
    assert {problem.path.name for problem in problems} == {"nord.toml", "paper.toml", "mine.toml"}
    assert "mine" not in themes


def test_uses_are_counted_across_instances(tmp_path: Path) -> None:
    now = 100.0
    one = RecentFile(tmp_path / "state" / "recent.json", clock=lambda: now)
    two = RecentFile(tmp_path / "state" / "recent.json", clock=lambda: now + 5)
    one.touch("web-1")
    two.touch("web-1")
    one.touch("db")
    assert one.times() == {"web-1": 105.0, "db": 100.0}
    assert one.counts() == {"web-1": 2, "db": 1}


def test_a_renamed_host_keeps_its_uses(tmp_path: Path) -> None:
    path = tmp_path / "state" / "recent.json"
    recent = RecentFile(path, clock=lambda: 100.0)
    recent.touch("web-1")
    recent.rename("web-1", "web-01")
    recent.rename("nobody", "somebody")
    assert RecentFile(path).counts() == recent.counts() == {"web-01": 1}


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b'{"a": 1, "b": [1, "x"], "c": [NaN, 1]}', b"\xff", b"[" * 100_000]
)
def test_a_damaged_file_of_uses_is_no_uses(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "recent.json"
    path.write_bytes(data)
    assert RecentFile(path).times() == {}


def test_uses_that_cannot_be_written_are_still_known_to_this_instance(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the directory should be")
    recent = RecentFile(tmp_path / "state" / "recent.json", clock=lambda: 1.0)
    recent.touch("web-1")
    assert recent.times() == {"web-1": 1.0}


def test_a_moved_configuration_takes_everything_of_ours_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, surroundings: Path
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path / "a"))
    assert Paths.default().hosts_file == tmp_path / "a" / "hosts.toml"
    moved = Paths.default(tmp_path / "b")
    assert [moved.hosts_file, moved.recent_file] == [tmp_path / "b/hosts.toml", tmp_path / "b/state/recent.json"]
    assert moved.known_hosts == surroundings / ".ssh" / "known_hosts"


def test_an_account_without_a_home_directory_still_has_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert os.path.isabs(Paths.default().hosts_file)
