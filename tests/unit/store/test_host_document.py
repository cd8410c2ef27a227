"""Any sequence of changes to any layout: the hosts are those of a plain dictionary, and no comment is lost."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.model.hosts import Forward, Host
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.store.host_document import HostDocument, read_document, with_hosts, without_hosts

PATH = Path("hosts.toml")
NAMES = st.sampled_from("abcd")
HOSTS = st.builds(
    Host,
    name=NAMES,
    address=st.sampled_from(["h", "10.0.0.5", "::1"]),
    port=st.sampled_from([22, 2222]),
    user=st.sampled_from(["", "root"]),
    tags=st.sampled_from([(), ("eu",), ("eu", "[[hosts]]")]),
    notes=st.sampled_from(["", "two\nlines", '"""', "# no comment", "[[hosts]]\nname = 'x'"]),
    keep_alive=st.sampled_from([None, 0, 30]),
    forwards=st.sampled_from([(), (Forward("dynamic", "1080"),)]),
    favourite=st.booleans(),
    terminal=st.sampled_from([TerminalSwitches(), TerminalSwitches(backspace="bs", bell="never")]),
)
BLOCKS = {
    "a": '[[hosts]]\nname = "a"\naddress = "h"\n# in a\nodd = [1,\n  [2], # deep\n]\n\n# after a\n',
    "b": "  [[ hosts ]] # head of b\nname='b'\naddress = 'i'\nnotes = '''\n[[hosts]]\n# not a comment\n'''\n",
    "c": '[["hosts"]]\naddress = "h"\nname = "c"\n[hosts.sub]\nx = 1 # in sub\n[[hosts.list]]\ny = 2\n',
    "d": '[[hosts]]\nname = "d"\naddress = "h"\ntags = ["eu"]\nforwards = [{ kind = "dynamic", listen = "1" }]',
}
HEADS = ["", "# top\nversion = 1\n\n", "\ufeffversion = 1\nother = '''\n# text\n'''\n[team]\nname = 1 # team\n"]
CHANGES = st.lists(st.tuples(st.sampled_from(["put", "remove", "rename", "clear"]), HOSTS, NAMES), max_size=6)


def comments(text: str) -> set[str]:
    """The comments of the layouts above that a change of another host must keep."""
    return {word for word in ("# top", "# after a", "# team") if word in text}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HEADS), st.permutations("abcd"), st.integers(0, 4), st.sampled_from(["\n", "\r\n"]), CHANGES)
def test_any_changes_lead_to_the_hosts_of_a_dictionary(
    head: str, order: list[str], many: int, newline: str, changes: list[tuple[str, Host, str]]
) -> None:
    text = head + "".join(BLOCKS[name].rstrip("\n") + "\n\n" for name in order[:many])
    text = text.replace("\n", newline)
    document = read_document(text, PATH, {})
    assert document.text == text
    assert document.bad == ()
    model = {host.name: host for host in document.hosts}
    for action, host, name in changes:
        if action == "remove" and name in model:
            del model[name]
            document = without_hosts(document, PATH, [name])
        elif action == "clear":
            model = {}
            document = without_hosts(document, PATH, document.places)
        elif action == "put" or (action == "rename" and name in model and host.name not in model):
            was = name if action == "rename" else host.name
            extra = model[was].extra if was in model else {}
            model = {host.name if key == was else key: value for key, value in model.items()}
            model[host.name] = replace(host, extra=extra)
            document = with_hosts(document, PATH, [(host, was)])
        _check(document, model, text)


def _check(document: HostDocument, model: dict[str, Host], before: str) -> None:
    assert document.bad == ()
    assert list(document.hosts) == list(model.values())
    again = read_document(document.text, PATH, {})
    assert again.hosts == document.hosts
    assert comments(document.text) == comments(before)
    values = tomllib.loads(document.text.removeprefix("\ufeff"))
    assert len(values.get("hosts", [])) == len(model)
    assert values.get("team") == ({"name": 1} if "team" in before else None)
