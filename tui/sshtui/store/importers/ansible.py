"""Ansible inventories in INI form (docs: "How to build your inventory")."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from sshtui.errors import BrokenFile
from sshtui.store.importers.found import Found, read_text

_RANGE = re.compile(r"\[(\d+|[a-zA-Z]):(\d+|[a-zA-Z])(?::(\d+))?\]")
RANGE_LIMIT = 10_000
"""Hosts one pattern may stand for."""

Variables = dict[str, str]


def read_ansible(path: Path) -> Found:
    """The hosts with their connection variables; the first group of a host becomes its folder, all groups tags."""
    text = read_text(path)
    if path.suffix.lower() in {".yml", ".yaml"}:
        raise BrokenFile(path, 0, "inventories in YAML are not read.", hint="Give it in INI form.")
    groups: dict[str, list[str]] = {}
    variables: dict[str, Variables] = {}
    of_group: dict[str, Variables] = {}
    section, kind = "", ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            section, _, kind = line.strip("[]").partition(":")
        elif kind == "vars":
            name, _, value = line.partition("=")
            of_group.setdefault(section, {})[name.strip()] = value.strip().strip("'\"")
        elif kind == "":
            try:
                words = shlex.split(line, comments=True)
            except ValueError as error:
                raise BrokenFile(path, number, f"{error}.") from error
            for host in _expanded(words[0], path, number):
                groups.setdefault(host, []).extend([section] if section else [])
                pairs = (word.partition("=") for word in words[1:])
                variables.setdefault(host, {}).update({name: value for name, equals, value in pairs if equals})
    return _found(groups, variables, of_group)


def _found(groups: dict[str, list[str]], variables: dict[str, Variables], of_group: dict[str, Variables]) -> Found:
    found = Found()
    for name, member_of in groups.items():
        known: Variables = dict(of_group.get("all", {}))
        for group in member_of:
            known |= of_group.get(group, {})
        known |= variables[name]
        if known.get("ansible_connection", "ssh") not in {"ssh", "smart", "paramiko"}:
            found.skip(name, f"its connection is {known['ansible_connection']}.")
            continue
        address, port = name, known.get("ansible_port", known.get("ansible_ssh_port", ""))
        if name.count(":") == 1 and not port:
            address, _, port = name.partition(":")
        found.add(
            name.partition(":")[0] if name.count(":") == 1 else name,
            known.get("ansible_host", known.get("ansible_ssh_host", address)),
            port=port,
            user=known.get("ansible_user", known.get("ansible_ssh_user", "")),
            folder=member_of[0] if member_of else "",
            key_pair=known.get("ansible_ssh_private_key_file", known.get("ansible_private_key_file", "")),
            tags=tuple(member_of),
        )
    return found


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
