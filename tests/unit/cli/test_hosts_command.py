from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sshtui.cli.commands import EXIT_CODES
from sshtui.cli.run import run
from sshtui.errors import SshtuiError
from sshtui.model.hosts import Forward, Host
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.store.recent import RecentFile


class Said(NamedTuple):
    code: int
    out: str
    err: str


Sshtui = Callable[..., Said]


@pytest.fixture
def sshtui(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Sshtui:
    """Runs the command line on a configuration directory of its own."""
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path / "config"))

    def call(*arguments: str) -> Said:
        code = run(arguments)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return call


def saved() -> tuple[Host, ...]:
    return HostStore(Paths.default().hosts_file).hosts()


def ssh_config(home: Path, text: str) -> None:
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh" / "config").write_text(text)


def test_the_example_of_the_readme_saves_what_it_says(sshtui: Sshtui, surroundings: Path) -> None:
    ssh_config(surroundings, "")
    key = surroundings / ".ssh" / "id_ed25519"
    key.write_text("")
    line = "hosts add web-1 root@10.0.0.5:2222 --folder prod/web --jump bastion --tag eu --key"
    assert sshtui(*line.split(), str(key)) == (0, "", "")
    assert saved() == (
        Host(
            "web-1", "10.0.0.5", 2222, "root", "prod/web",
            key_pair="~/.ssh/id_ed25519", jump="bastion", tags=("eu",),
        ),
    )  # fmt: skip


def test_terminal_switches_are_set_one_by_one_and_cleared_together(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h", "--terminal", "backspace=bs")
    sshtui("hosts", "edit", "a", "--terminal", "clipboard=deny", "--terminal", "charset=latin1")
    switches = TerminalSwitches(backspace="bs", clipboard="deny", charset="iso-8859-1")
    assert saved() == (Host("a", "h", terminal=switches),)
    sshtui("hosts", "edit", "a", "--terminal", "clipboard=ask")
    assert saved()[0].terminal == TerminalSwitches(backspace="bs", charset="iso-8859-1")
    sshtui("hosts", "edit", "a", "--terminal", "")
    assert saved() == (Host("a", "h"),)


def test_a_wrong_terminal_switch_is_refused(sshtui: Sshtui) -> None:
    said = sshtui("hosts", "add", "a", "h", "--terminal", "backspace=x")
    assert said.code == 2
    assert "del, bs" in said.err
    assert saved() == ()


def test_forwards_are_added_one_by_one_and_cleared_together(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h", "--forward", "L:8080:db:5432", "--forward", "D 1080")
    sshtui("hosts", "edit", "a", "--forward", "R:9000:localhost:22", "--forward", "D:1080")
    local, dynamic = Forward("local", "8080", "db:5432"), Forward("dynamic", "1080")
    assert saved()[0].forwards == (local, dynamic, Forward("remote", "9000", "localhost:22"))
    assert "L 8080:db:5432, D 1080, R 9000:localhost:22\n" in sshtui("hosts", "show", "a").out
    sshtui("hosts", "edit", "a", "--forward", "", "--forward", "D 1081")
    assert saved()[0].forwards == (Forward("dynamic", "1081"),)
    sshtui("hosts", "edit", "a", "--forward", "")
    assert saved() == (Host("a", "h"),)
    refused = sshtui("hosts", "edit", "a", "--forward", "L:8080")
    assert refused.code == 2
    assert "where it leads" in refused.err


def test_every_field_can_be_edited_and_cleared(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h", "--tag", "x", "--tag", "y", "--user", "root")
    options = "--rename b --address i --port 2222 --folder f --notes n --command top --keep-alive 0 --theme nord"
    assert sshtui("hosts", "edit", "a", *options.split(), "--colour", "red", "--untag", "x", "--tag", "z").code == 0
    assert saved() == (
        Host(
            "b", "i", 2222, "root", "f", tags=("y", "z"), notes="n", command="top", keep_alive=0, theme="nord",
            colour="red",
        ),
    )  # fmt: skip
    cleared = [
        word
        for name in ("user", "folder", "notes", "command", "theme", "colour", "keep-alive")
        for word in (f"--{name}", "")
    ]
    assert sshtui("hosts", "edit", "b", *cleared).code == 0
    assert saved() == (Host("b", "i", 2222, tags=("y", "z")),)


def test_the_list_shows_saved_hosts_and_on_request_those_of_openssh(sshtui: Sshtui, surroundings: Path) -> None:
    ssh_config(surroundings, "Host web-1\n  User me\nHost *.lan\n")
    sshtui("hosts", "add", "db", "root@10.0.0.9", "--folder", "prod/data", "--tag", "eu")
    sshtui("hosts", "add", "pi", "10.0.0.7")
    assert sshtui("hosts", "list").out == "db  root@10.0.0.9  prod/data  eu\npi  10.0.0.7       -\n"
    assert "web-1  me@web-1" in sshtui("hosts", "list", "--all").out
    for narrower in (["--folder", "prod"], ["--tag", "eu"], ["DATA"], ["10.0", "root"]):
        assert sshtui("hosts", "list", *narrower).out.split()[:1] == ["db"]
        assert "pi" not in sshtui("hosts", "list", *narrower).out
    assert sshtui("hosts", "list", "--folder", "pro").out == ""


def test_json_holds_every_field(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "db", "root@10.0.0.9:2222", "--tag", "eu")
    facts = json.loads(sshtui("hosts", "show", "db", "--json").out)
    assert json.loads(sshtui("hosts", "list", "--json").out) == [facts]
    assert (facts["address"], facts["port"], facts["tags"], facts["origin"]) == ("10.0.0.9", 2222, ["eu"], "")


def test_removing_asks_and_without_a_terminal_wants_yes(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h")
    refused = sshtui("hosts", "remove", "a")
    assert (refused.code, len(saved())) == (2, 1)
    assert "--yes" in refused.err
    assert sshtui("hosts", "remove", "a", "nobody", "--yes").code == 4
    assert len(saved()) == 1
    assert sshtui("hosts", "remove", "a", "a", "--yes").code == 0
    assert saved() == ()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["hosts", "add", "a", "h"], 2, "already a host named a"),
        (["hosts", "add", "-x", "h"], 2, "No such option"),
        (["hosts", "add", "x;y", "h"], 2, "cannot be a name"),
        (["hosts", "add", "b", "-oProxyCommand=id"], 2, "No such option"),
        (["hosts", "add", "b", "h;id"], 2, "not a destination"),
        (["hosts", "add", "b", "h", "--jump", "u@-oX"], 2, "not a destination"),
        (["hosts", "add", "b", "h", "--folder", "a//b"], 2, "folder"),
        (["hosts", "add", "b", "h", "--notes", "a\udcff"], 2, "UTF-8"),
        (["hosts", "add", "b", "h", "--port", "70000"], 2, "70000"),
        (["hosts", "add", "b", "h", "--keep-alive", "x"], 2, "number of seconds"),
        (["hosts", "edit", "a"], 2, "Nothing to change"),
        (["hosts", "edit", "nobody", "--user", "x"], 4, "no saved host"),
        (["hosts", "edit", "web", "--user", "x"], 3, "comes from ~/.ssh/config:1"),
        (["hosts", "show", "alpha-2"], 4, "Did you mean alpha-1?"),
        (["hosts", "nonsense"], 2, "No such command"),
        (["alpha-2"], 4, "Did you mean alpha-1?"),
        (["zzz"], 4, "ssh://zzz"),
        (["a"], 2, "needs a terminal"),
        (["web"], 2, "needs a terminal"),
        (["-p", "22", "zzz"], 2, "needs a terminal"),
        (["root@10.0.0.5:2222", "-i", "key", "-J", "a,b"], 2, "needs a terminal"),
        (["ssh://root@10.0.0.5:2222"], 2, "needs a terminal"),
        (["open", "demo"], 4, "no host 'demo'"),
        (["demo"], 2, "needs a terminal"),
        ([], 2, "needs a terminal"),
        (["-p", "22"], 2, "need a host"),
        (["-l", "-x", "10.0.0.5"], 2, "cannot be one"),
        (["a", "-J", "-oX"], 2, "not a destination"),
        (["a", "b"], 2, "One host at a time"),
        (["\x1b]0;PWN\x07"], 4, "no host"),
    ],
)
def test_every_mistake_is_a_sentence_on_stderr_and_a_code(
    sshtui: Sshtui, surroundings: Path, arguments: list[str], code: int, words: str
) -> None:
    ssh_config(surroundings, "Host web\n")
    sshtui("hosts", "add", "a", "h")
    sshtui("hosts", "add", "alpha-1", "h")
    said = sshtui(*arguments)
    assert (said.code, said.out) == (code, "")
    assert words in said.err
    assert said.err.startswith("sshtui: ")
    assert "\x1b" not in said.err


def test_a_host_that_cannot_be_read_is_named_and_the_others_are_listed(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h")
    path = Paths.default().hosts_file
    path.write_text(path.read_text() + '\n[[hosts]]\nname = "bad"\n')
    said = sshtui("hosts", "list")
    assert (said.code, said.out.split()[0]) == (0, "a")
    assert "hosts.toml, line 7: address: An address is needed." in said.err


def test_no_field_of_the_file_steers_the_terminal(sshtui: Sshtui) -> None:
    path = Paths.default().hosts_file
    path.parent.mkdir(parents=True)
    path.write_text('[[hosts]]\nname = "a"\naddress = "h"\n"\\u001b]0;x\\u0007" = "\\u009b31m"\n')
    for command in ("show", "effective"):
        assert not set("\x1b\x07\x9b") & set(sshtui("hosts", command, "a").out)


def test_a_broken_file_is_code_3_with_its_line(sshtui: Sshtui) -> None:
    sshtui("hosts", "add", "a", "h")
    path = Paths.default().hosts_file
    path.write_text("[[hosts]\n")
    for arguments in (["hosts", "list"], ["hosts", "add", "b", "h"], ["hosts", "remove", "a", "-y"]):
        said = sshtui(*arguments)
        assert said.code == 3
        assert "line 1" in said.err


def test_the_config_dir_option_moves_everything(sshtui: Sshtui, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert sshtui("--config-dir", str(other), "hosts", "add", "a", "h").code == 0
    assert sshtui(f"--config-dir={other}", "hosts", "list").out.startswith("a")
    assert sshtui("hosts", "list").out == ""
    assert sshtui("--config-dir", str(other), "--version").out.startswith("sshtui ")
    places = json.loads(sshtui("--config-dir", str(other), "paths", "--json").out)
    assert places["hosts_file"] == str(other / "hosts.toml")


def test_the_plan_of_an_import_tells_a_say_in_which_host_keys_are_trusted(sshtui: Sshtui, tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    fields = {"strict_host_key_checking": "accept-new", "known_hosts_files": ["~/one", "~/two"]}
    file.write_text(json.dumps([{"name": "a", "address": "h", **fields}]))
    planned = sshtui("import", "json", str(file), "--dry-run").out
    assert "host key judged by: known_hosts_files ~/one ~/two, strict_host_key_checking accept-new" in planned


def test_the_help_names_every_exit_code_of_the_errors(sshtui: Sshtui) -> None:
    codes = {kind.exit_code for kind in _subclasses(SshtuiError)} | {0}
    shown = sshtui("--help").out
    assert EXIT_CODES.split("\n", 1)[1].split("\n")[0] in shown
    assert {int(word) for word in EXIT_CODES.split() if word.isdigit()} >= codes
    assert all(
        name in shown
        for name in (
            "hosts",
            "keys",
            "doctor",
            "import",
            "export",
            "demo",
            "paths",
            "completion",
            "--identity",
            "--jump",
        )
    )


def _subclasses(kind: type[SshtuiError]) -> list[type[SshtuiError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _subclasses(each))]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_names_the_command(sshtui: Sshtui, shell: str) -> None:
    assert "_SSHTUI_COMPLETE" in sshtui("completion", shell).out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("sshtui we", ["web-1", "web-2"]), ("sshtui ho", ["hosts"]), ("sshtui hosts show web-2", ["web-2"])],
)
def test_completion_offers_commands_and_names(
    sshtui: Sshtui,
    surroundings: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    offered: list[str],
) -> None:
    ssh_config(surroundings, "Host web-2\n")
    sshtui("hosts", "add", "web-1", "h")
    monkeypatch.setenv("_SSHTUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
    assert [line.partition(",")[2] for line in sshtui().out.splitlines()] == offered


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hosts", "add", "x", "h", "--port", "x"], "'x' is no number from 1 to 65535."),
        (["hosts", "folder", "set", "a", "--port", "70000"], "'70000' is no number from 0 to 65535."),
        (["-p", "0", "h"], "'0' is no number from 1 to 65535."),
        (["hosts", "add", "x", "h", "--folder", "a/../b"], "folder: Names separated by single slashes"),
        (["hosts", "show", "nope"], "sshtui hosts list --all shows them."),
        ([""], "Without any name, sshtui opens the list of hosts."),
        (["import", "nope", "x"], "Invalid value for 'FORMAT': 'nope' is not one of 'ansible'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(sshtui: Sshtui, arguments: list[str], told: str) -> None:
    said = sshtui(*arguments)
    assert said.code in (2, 4)
    assert told in said.err


def test_a_broken_file_is_put_back_on_request_only(sshtui: Sshtui, tmp_path: Path) -> None:
    hosts_file = tmp_path / "config" / "hosts.toml"
    assert sshtui("hosts", "restore").code == 2
    sshtui("hosts", "add", "a", "h")
    hosts_file.write_text("[")
    listed = sshtui("hosts", "list")
    assert listed.code == 3
    assert "sshtui hosts restore puts back hosts.toml.last-good" in listed.err
    asked = sshtui("hosts", "restore")
    assert (asked.code, hosts_file.read_text()) == (2, "[")
    assert "Give --yes to put it back." in asked.err
    assert sshtui("hosts", "restore", "--yes").code == 0
    assert sshtui("hosts", "list").out.startswith("a ")


def test_what_is_in_force_is_shown_with_its_reason(sshtui: Sshtui, surroundings: Path) -> None:
    ssh_config(surroundings, "Host web\n  User me\n  BindInterface eth7\nHost *\n  User other\n")
    sshtui("hosts", "add", "db", "root@10.0.0.9")
    plain_lines = sshtui("hosts", "effective", "web").out.splitlines()
    assert plain_lines[:4] == ["host web", "user me", "hostname web", "port 22"]
    why = sshtui("hosts", "effective", "web", "--why").out
    assert "  user me  from ~/.ssh/config:2\n      instead of other  from ~/.ssh/config:5\n" in why
    assert "bindinterface eth7  from ~/.ssh/config:3  (sshtui does not use it)" in why
    assert "user root  from hosts.toml" in sshtui("hosts", "effective", "db", "--why").out


def test_a_destination_as_typed_and_what_nobody_follows(sshtui: Sshtui, surroundings: Path) -> None:
    ssh_config(surroundings, "Host web\n  Port 2200\n  ControlMaster auto\nHost *\n  User other\n  LogLevel DEBUG\n")
    typed = sshtui("hosts", "effective", "me@web:2222")
    assert typed.out.splitlines()[:4] == ["host web", "user me", "hostname web", "port 2222"]
    assert "controlmaster" not in typed.out
    for sentence in ("~/.ssh/config:3: controlmaster is not followed.", "~/.ssh/config:6: loglevel is not followed."):
        assert f"sshtui: {sentence}\n" in typed.err
    why = sshtui("hosts", "effective", "web", "--why").out
    assert "serveraliveinterval 0  from default  (sshtui itself: 15, keep_alive of settings.toml)" in why
    assert sshtui("hosts", "effective", "a b").code == 2


def test_several_hosts_are_edited_and_moved_at_once_or_not_at_all(sshtui: Sshtui) -> None:
    for name in ("web-1", "web-2", "db"):
        assert sshtui("hosts", "add", name, f"{name}.example.org").code == 0
    assert sshtui("hosts", "edit", "web-1", "web-2", "--user", "deploy", "--favourite", "--tag", "eu") == (0, "", "")
    assert sshtui("hosts", "move", "web-2", "db", "prod/web") == (0, "", "")
    assert [(host.user, host.favourite, host.tags, host.folder) for host in saved()] == [
        ("deploy", True, ("eu",), ""),
        ("deploy", True, ("eu",), "prod/web"),
        ("", False, (), "prod/web"),
    ]
    before = saved()
    assert sshtui("hosts", "edit", "web-1", "nobody", "--user", "root").code == 4
    assert sshtui("hosts", "edit", "web-1", "web-2", "--rename", "web").code == 2
    assert sshtui("hosts", "move", "web-1", "a//b").code == 2
    assert saved() == before
    assert sshtui("hosts", "move", "web-2", "/") == (0, "", "")
    assert sshtui("hosts", "edit", "web-2", "--no-favourite") == (0, "", "")
    assert sshtui("hosts", "list", "--favourites").out.split()[0] == "web-1"
    assert [host.folder for host in saved()] == ["", "", "prod/web"]


def test_the_list_is_sorted_by_name_last_use_or_number_of_uses(sshtui: Sshtui) -> None:
    for name in ("c", "B", "a"):
        assert sshtui("hosts", "add", name, "h").code == 0

    def order(*options: str) -> str:
        return " ".join(line.split()[0] for line in sshtui("hosts", "list", *options).out.splitlines())

    times = iter([1.0, 2.0, 3.0])
    recent = RecentFile(Paths.default().recent_file, clock=lambda: next(times))
    for name in ("B", "B", "c"):
        recent.touch(name)
    assert order() == "c B a"
    assert order("--sort", "name") == "a B c"
    assert order("--sort", "recent") == "c B a"
    assert order("--sort", "used") == "B c a"
    assert sshtui("hosts", "edit", "c", "--rename", "z").code == 0
    assert order("--sort", "recent") == "z B a"


def test_a_certificate_is_named_and_taken_away(sshtui: Sshtui) -> None:
    assert sshtui("hosts", "add", "web-1", "10.0.0.5", "--certificate", "/c/web-cert.pub") == (0, "", "")
    assert saved()[0].extra == {"certificate_files": ["/c/web-cert.pub"]}
    assert "certificatefile /c/web-cert.pub" in sshtui("hosts", "effective", "web-1").out
    for _ in range(2):
        assert sshtui("hosts", "edit", "web-1", "--certificate", "").code == 0
    assert saved()[0].extra == {}


def test_further_fields_are_set_and_cleared_and_stand_in_the_file_as_what_they_are(
    sshtui: Sshtui, tmp_path: Path
) -> None:
    assert sshtui("hosts", "add", "a", "h", "--set", "resume=tmux", "--set", "agent_forwarding=yes").code == 0
    given = ["--set", "known_hosts_files=~/one, ~/two", "--set", "agent-forwarding="]
    assert sshtui("hosts", "edit", "a", *given).code == 0
    text = (tmp_path / "config" / "hosts.toml").read_text()
    assert 'resume = "tmux"' in text
    assert "agent_forwarding" not in text
    assert dict(saved()[0].extra) == {"resume": "tmux", "known_hosts_files": ["~/one", "~/two"]}
    assert sshtui("hosts", "edit", "a", "--set", "resume=emacs").code == 2
    assert (tmp_path / "config" / "hosts.toml").read_text() == text


def test_a_file_that_everybody_may_change_is_reported_until_it_is_saved(sshtui: Sshtui) -> None:
    assert sshtui("hosts", "add", "a", "h") == (0, "", "")
    Paths.default().hosts_file.chmod(0o666)
    assert "can be changed by everybody" in sshtui("hosts", "list").err
    assert sshtui("hosts", "edit", "a", "--user", "x").code == 0
    assert sshtui("hosts", "list").err == ""


def test_a_group_without_its_command_prints_its_help_in_lines(sshtui: Sshtui) -> None:
    said = sshtui("hosts")
    assert said.code == 2
    first, *others = said.err.splitlines()
    assert first == "sshtui: sshtui hosts needs one of its commands."
    assert "  list       List saved hosts; with words, those that have each of them..." in others


def test_json_holds_no_character_that_steers_a_terminal(sshtui: Sshtui, tmp_path: Path) -> None:
    odd = "\x9b31m \x7f \u202e é"
    (tmp_path / "config").mkdir()
    toml = f'[[hosts]]\nname = "a"\naddress = "h"\nodd = "{odd}"\n'.replace("\x7f", "\\u007f")
    (tmp_path / "config" / "hosts.toml").write_text(toml)
    for command in (["hosts", "list", "--json"], ["hosts", "show", "a", "--json"], ["export", "json"]):
        said = sshtui(*command)
        assert said.code == 0, said.err
        assert not set(odd) & set(said.out) - set("31m é"), command
        assert repr(odd)[1:-1] in str(json.loads(said.out)), command
