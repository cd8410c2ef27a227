"""Hosts of further files that hosts.toml names (`include = ["team.toml"]`): never written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sshtui.errors import BrokenFile
from sshtui.files import signature
from sshtui.model.hosts import Host
from sshtui.store import toml_files
from sshtui.store.host_document import read_document
from sshtui.store.hosts import HostStore
from sshtui.store.ssh_config_lines import shown_path


class TeamHosts:
    """The hosts of the included files, each read again only when it changed; an include inside them does not count."""

    def __init__(self, own: HostStore) -> None:
        self._own = own
        self._read_at: tuple[tuple[Path, tuple[int, ...]], ...] | None = None
        self._hosts: tuple[Host, ...] = ()
        self._problems: tuple[BrokenFile, ...] = ()

    def hosts(self) -> tuple[Host, ...]:
        """In the order of the files; of several with one name the first."""
        self._refresh()
        return self._hosts

    @property
    def problems(self) -> tuple[BrokenFile, ...]:
        """Why files or entries in them do not count."""
        self._refresh()
        return self._problems

    def _refresh(self) -> None:
        now = tuple((path, signature(path)) for path in self._own.included_files)
        if now == self._read_at:
            return
        self._read_at = now
        hosts: dict[str, Host] = {}
        problems: list[BrokenFile] = []
        for path, _ in now:
            try:
                text = toml_files.read_text(path)
                if text is None:
                    raise BrokenFile(path, 0, "is not there.", hint="hosts.toml includes it.")
                document = read_document(text, path, {})
            except BrokenFile as error:
                problems.append(error)
                continue
            problems += document.bad
            for host in document.hosts:
                hosts.setdefault(host.name, replace(host, origin=shown_path(path)))
        self._hosts, self._problems = tuple(hosts.values()), tuple(problems)
