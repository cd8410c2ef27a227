"""Ansible inventories in INI and in YAML form (docs: "How to build your inventory", "Connection variables")."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sshtui.errors import BrokenFile
from sshtui.store.importers.found import Found, read_text
from sshtui.store.importers.yaml_files import parse_yaml

RANGE_LIMIT = 10_000
"""Hosts one pattern may stand for."""
HOST_LIMIT = 100_000
GROUP_LIMIT = 20_000
DEPTH_LIMIT = 64
"""Groups inside groups."""

_RANGE = re.compile(r"\[(\d+|[a-zA-Z]):(\d+|[a-zA-Z])(?::(\d+))?\]")
_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?\Z")
_YAML = re.compile(r"(?:---|[\w.-]+:)(?:\s|\Z)")
_NO_FOLDERS = frozenset({"all", "ungrouped"})
_OVER_SSH = frozenset(
    {"ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh", "ansible.builtin.paramiko_ssh"}
)

Variables = dict[str, str]


@dataclass
class _Group:
    hosts: dict[str, None] = field(default_factory=dict)
    """In their order."""
    parents: list[str] = field(default_factory=list)
    variables: Variables = field(default_factory=dict)


@dataclass
class _Inventory:
    path: Path
    groups: dict[str, _Group] = field(default_factory=lambda: {"all": _Group()})
    hosts: dict[str, Variables] = field(default_factory=dict)
    visits: int = 0
    """Groups of a YAML file that were looked into; by aliases a short file may hold endlessly many."""

    def group(self, name: str) -> _Group:
        return self.groups.setdefault(name, _Group())

    def add(self, pattern: str, group: str, variables: Variables, line: int = 0) -> None:
        for name in _expanded(pattern, self.path, line):
            self.hosts.setdefault(name, {}).update(variables)
            self.group(group).hosts[name] = None
        if len(self.hosts) > HOST_LIMIT:
            raise BrokenFile(self.path, line, f"more than {HOST_LIMIT} hosts.")

    def above(self, name: str) -> Iterator[str]:
        """The group's way to the top by its first parents, itself first; ends where it turns in a circle."""
        seen: set[str] = set()
        while name not in seen and len(seen) < DEPTH_LIMIT:
            seen.add(name)
            yield name
            parents = self.groups[name].parents
            if not parents:
                return
            name = parents[0]

    def ancestors(self, names: list[str]) -> list[str]:
        """The groups and all above them, each after its parents: whose variables come later win."""
        found: dict[str, int] = {}
        waiting = [(name, 0) for name in names]
        while waiting:
            name, height = waiting.pop()
            if height < DEPTH_LIMIT and found.get(name, -1) < height:
                found[name] = height
                waiting += [(parent, height + 1) for parent in self.groups[name].parents]
        found.pop("all", None)
        return ["all", *sorted(found, key=lambda name: (-found[name], name))]


def read_ansible(path: Path) -> Found:
    """The hosts with their connection variables. Their groups become folders (by the first group) and tags.

    Variables of `group_vars` and `host_vars` stand in files of their own and are not read.
    """
    text = read_text(path)
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    if path.suffix.lower() in {".yml", ".yaml"} or _YAML.match(first):
        return _found(_from_yaml(text, path))
    return _found(_from_ini(text, path))


def _from_ini(text: str, path: Path) -> _Inventory:
    inventory = _Inventory(path)
    section, kind = "ungrouped", ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("[") and line.partition("#")[0].rstrip().endswith("]"):
            head = _SECTION.match(line)
            if head is None or head[2] not in {None, "hosts", "vars", "children"}:
                raise BrokenFile(path, number, f"{line[:60]} is no section of an inventory.")
            section, kind = head[1], head[2] or ""
            inventory.group(section)
        elif kind == "vars":
            name, _, value = line.partition("=")
            inventory.group(section).variables[name.strip()] = _literal(value.strip())
        elif kind == "children":
            inventory.group(line.partition("#")[0].strip()).parents.append(section)
        elif kind in {"", "hosts"}:
            try:
                words = shlex.split(line, comments=True)
            except ValueError as error:
                raise BrokenFile(path, number, f"{error}.") from error
            pairs = (word.partition("=") for word in words[1:])
            inventory.add(words[0], section, {name: value for name, equals, value in pairs if equals}, number)
    return inventory


def _literal(value: str) -> str:
    """A value below `[group:vars]`: what stands between two quotes of a kind, or all as it is (Ansible's ini.py)."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1].replace(f"\\{value[0]}", value[0]) if quoted else value


def _from_yaml(text: str, path: Path) -> _Inventory:
    values = parse_yaml(text, path)
    if not isinstance(values, dict) or "plugin" in values:
        hint = "ansible-inventory -i FILE --list --yaml prints what a plugin finds in a form that can be read."
        raise BrokenFile(path, 0, "it holds no groups of hosts.", hint=hint)
    inventory = _Inventory(path)
    for name, node in values.items():
        _take_group(inventory, str(name), node, ())
    return inventory


def _take_group(inventory: _Inventory, name: str, node: Any, above: tuple[str, ...]) -> None:
    if name in above or len(above) > DEPTH_LIMIT:
        raise BrokenFile(inventory.path, 0, f"the group {name} stands inside itself, or too deep.")
    inventory.visits += 1
    if inventory.visits > GROUP_LIMIT:
        raise BrokenFile(inventory.path, 0, f"more than {GROUP_LIMIT} groups.")
    group = inventory.group(name)
    if above and above[-1] not in group.parents:
        group.parents.append(above[-1])
    if node is None:
        return
    if not isinstance(node, dict):
        raise BrokenFile(inventory.path, 0, f"the group {name} must hold hosts, children or vars.")
    group.variables |= _texts(node.get("vars"))
    hosts = node.get("hosts")
    if isinstance(hosts, str):
        hosts = {hosts: None}
    for host, variables in hosts.items() if isinstance(hosts, dict) else []:
        inventory.add(str(host), name, _texts(variables))
    children = node.get("children")
    for child, inner in children.items() if isinstance(children, dict) else []:
        _take_group(inventory, str(child), inner, (*above, name))


def _texts(values: Any) -> Variables:
    """Variables that are plain values, as texts."""
    if not isinstance(values, dict):
        return {}
    return {str(name): str(value) for name, value in values.items() if isinstance(value, (str, int, float))}


def _found(inventory: _Inventory) -> Found:
    member_of: dict[str, list[str]] = {name: [] for name in inventory.hosts}
    for group_name, group in inventory.groups.items():
        for name in group.hosts:
            member_of[name].append(group_name)
    found = Found()
    for name, own in inventory.hosts.items():
        known: Variables = {}
        for above in inventory.ancestors(member_of[name]):
            known |= inventory.groups[above].variables
        _add(found, name, known | own, inventory, [each for each in member_of[name] if each not in _NO_FOLDERS])
    return found


def _add(found: Found, name: str, known: Variables, inventory: _Inventory, groups: list[str]) -> None:
    # What stands in braces is filled in when a play runs, from what is not in this file.
    plain = {key: value for key, value in known.items() if "{{" not in value}
    if plain.get("ansible_connection", "ssh") not in _OVER_SSH:
        found.skip(name, f"its connection is {plain['ansible_connection']}.")
        return
    if "{{" in known.get("ansible_host", known.get("ansible_ssh_host", "")):
        found.skip(name, "its address is a template.")
        return
    address, port = name, plain.get("ansible_port", plain.get("ansible_ssh_port", ""))
    if name.count(":") == 1:
        address, _, given = name.partition(":")
        port = port or given
    path = [each for each in inventory.above(groups[0]) if each not in _NO_FOLDERS] if groups else []
    found.add(
        address,
        plain.get("ansible_host", plain.get("ansible_ssh_host", address)),
        port=port,
        user=plain.get("ansible_user", plain.get("ansible_ssh_user", "")),
        folder="/".join(each.replace("/", "-") for each in reversed(path)),
        key_pair=plain.get("ansible_ssh_private_key_file", plain.get("ansible_private_key_file", "")),
        jump=_jump(plain),
        tags=tuple(groups),
    )


def _jump(known: Mapping[str, str]) -> str:
    """The jump hosts that the arguments for ssh name: `-J`, ProxyJump, or a ProxyCommand that is `ssh -W`."""
    for name in ("ansible_ssh_extra_args", "ansible_ssh_common_args"):
        with suppress(ValueError):
            words = shlex.split(known.get(name, ""))
            for option, value in zip(words, [*words[1:], ""], strict=True):
                if option == "-J":
                    return value
                keyword, _, setting = (value if option == "-o" else option.removeprefix("-o")).partition("=")
                if keyword.lower() == "proxyjump":
                    return setting
                command = shlex.split(setting) if keyword.lower() == "proxycommand" else []
                if command[:1] == ["ssh"] and "-W" in command and not command[-1].startswith(("-", "%")):
                    return _with_port(command)
    return ""


def _with_port(command: list[str]) -> str:
    """The destination of an ssh command, with the port of `-p`."""
    port = dict(itertools.pairwise(command)).get("-p", "")
    return f"{command[-1]}:{port}" if port and ":" not in command[-1] else command[-1]


def _expanded(pattern: str, path: Path, line: int) -> list[str]:
    """The names a pattern with ranges stands for: `web[01:20]`, `db-[a:f]`."""
    found = _RANGE.search(pattern)
    if not found:
        return [pattern]
    first, last, step = found[1], found[2], int(found[3] or 1)
    if first.isdigit() and last.isdigit():
        numbers = range(int(first[:9]), int(last[:9]) + 1, max(1, step))
        parts = [str(number).zfill(len(first)) for number in numbers[: RANGE_LIMIT + 1]]
    else:
        parts = [chr(code) for code in range(ord(first), ord(last) + 1, max(1, step))]
    names = [
        name
        for part in parts
        for name in _expanded(pattern[: found.start()] + part + pattern[found.end() :], path, line)
    ]
    if len(names) > RANGE_LIMIT:
        raise BrokenFile(path, line, f"{pattern} stands for more than {RANGE_LIMIT} hosts.")
    return names
