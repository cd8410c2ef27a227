"""hosts.toml as text in blocks, so that a change rewrites one block and leaves every other byte alone.

The file is cut before each `[[hosts]]` line. TOML is read from left to right, so when every piece parses alone,
no cut fell inside a string or a list and the pieces mean what the whole means. A file laid out in another way
(hosts in an inline list) is brought into blocks in memory, and on disk with the first save.
"""

from __future__ import annotations

import gc
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sshtui.errors import BrokenFile
from sshtui.model.hosts import Host
from sshtui.store import toml_files
from sshtui.store.host_tables import BadHost, from_table, to_table
from sshtui.store.plain_hosts import read_plain

VERSION = 1
"""Of the file's format. A file of a newer one is read as far as it is understood, and never written."""

JOIN_LIMIT = 8
"""Pieces that are tried together."""

_CUT = re.compile(r"^[ \t]*\[\[[ \t]*(?:hosts|\"hosts\"|'hosts')[ \t]*\]\]", re.MULTILINE)
_FOREIGN = re.compile(r"^[ \t]*\[(?!\[?[ \t]*(?:hosts|\"hosts\"|'hosts')[ \t]*\.)", re.MULTILINE)


class Block(NamedTuple):
    """What one `[[hosts]]` block says: a host, or why it is none."""

    host: Host | None
    reason: str = ""


class _Unusual(Exception):
    """The text cannot be cut into blocks."""


@dataclass(frozen=True)
class HostDocument:
    """A parsed hosts.toml: `head` and `blocks` joined are the text to write."""

    head: str = f"version = {VERSION}\n"
    blocks: tuple[str, ...] = ()
    version: int = VERSION
    known: Mapping[str, Block] = field(default_factory=dict, repr=False)
    """What each block's text means."""
    places: Mapping[str, int] = field(default_factory=dict, repr=False)
    """The block of each host's name."""
    hosts: tuple[Host, ...] = ()
    bad: tuple[BrokenFile, ...] = ()
    """One for each block that is no host."""

    @property
    def text(self) -> str:
        """The whole file."""
        return self.head + "".join(self.blocks)

    def line(self, name: str, field: str) -> int:
        """The line, 1-based, where a field of a host stands; where its block begins when the field is not found."""
        place = self.places[name]
        found = re.search(rf"^[ \t]*[\"']?{re.escape(field)}[\"']?[ \t]*[=.]", self.blocks[place], re.MULTILINE)
        before = (self.head, *self.blocks[:place], self.blocks[place][: found.start() if found else 0])
        return 1 + sum(text.count("\n") for text in before)

    def get(self, name: str) -> Host | None:
        """The host of that name."""
        place = self.places.get(name)
        return None if place is None else self.known[self.blocks[place]].host


def read_document(text: str, path: Path, known: Mapping[str, Block]) -> HostDocument:
    """`text` understood; blocks found in `known` (an earlier document's) are not parsed again. Raises BrokenFile."""
    with _collector_resting():
        try:
            return _cut(text, path, known)
        except _Unusual:
            # Either the file is broken, and this names the line, or it is laid out in another way.
            return _cut(_in_blocks(toml_files.parse(text, path), path), path, known, lines=False)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """No rounds of the garbage collector inside: of what a reading makes nearly nothing is garbage."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def _cut(text: str, path: Path, known: Mapping[str, Block], *, lines: bool = True) -> HostDocument:
    cuts = [found.start() for found in _CUT.finditer(text)]
    pieces = [text[start:end] for start, end in itertools.pairwise([*cuts, len(text)])]
    meaning = dict(known)
    blocks: list[str] = []
    at = 0
    while at < len(pieces):
        # A line inside a text of several lines may look like a header: such a piece parses with its neighbours only.
        for reach in range(1, JOIN_LIMIT + 1):
            block = "".join(pieces[at : at + reach])
            if block in meaning or _understood(block, path, meaning):
                break
        else:
            raise _Unusual
        blocks.append(block)
        at += reach
    return _assembled(text[: cuts[0]] if cuts else text, tuple(blocks), path, meaning, lines=lines)


def _assembled(
    head: str, blocks: tuple[str, ...], path: Path, known: Mapping[str, Block], *, lines: bool = True
) -> HostDocument:
    version = _version(head, path)
    meaning: dict[str, Block] = {}
    places: dict[str, int] = {}
    hosts: list[Host] = []
    bad: list[BrokenFile] = []
    line = head.count("\n") + 1
    for at, text in enumerate(blocks):
        block = meaning[text] = known.get(text) or _read_block(text, path)
        reason = block.reason
        if block.host and block.host.name in places:
            reason = f"the name {block.host.name} is taken by a host above."
        elif block.host:
            places[block.host.name] = at
            hosts.append(block.host)
        if reason:
            hint = "The other hosts work. Correct this one in an editor."
            bad.append(BrokenFile(path, line if lines else 0, reason, hint=hint))
        line += text.count("\n")
    return HostDocument(head, blocks, version, meaning, places, tuple(hosts), tuple(bad))


def _understood(text: str, path: Path, meaning: dict[str, Block]) -> bool:
    """Whether `text` is one whole block; what it says is then noted in `meaning`."""
    try:
        meaning[text] = _read_block(text, path)
    except _Unusual:
        return False
    return True


def _version(head: str, path: Path) -> int:
    try:
        values = toml_files.parse(head, path)
    except BrokenFile as error:
        raise _Unusual from error
    if "hosts" in values:
        raise _Unusual
    version = values.get("version", VERSION)
    if not isinstance(version, int):
        raise BrokenFile(path, 0, "version must be a number.")
    return version


def _read_block(text: str, path: Path) -> Block:
    if plain := read_plain(text):
        return Block(plain)
    simple = toml_files.parse_simple(text.removeprefix("[[hosts]]\n"))
    try:
        values = toml_files.parse(text, path) if simple is None else {"hosts": [simple]}
    except BrokenFile as error:
        raise _Unusual from error
    tables = values.get("hosts")
    if not isinstance(tables, list) or len(tables) != 1:
        raise _Unusual
    try:
        return Block(from_table(tables[0]))
    except BadHost as problem:
        return Block(None, str(problem))


def _in_blocks(values: dict[str, Any], path: Path) -> str:
    """A file of the same values with one `[[hosts]]` block for each host."""
    tables = values.pop("hosts", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BrokenFile(path, 0, "hosts must be tables: a line [[hosts]] and its fields below.")
    return toml_files.document(values) + "".join("\n[[hosts]]\n" + toml_files.assignments(table) for table in tables)


def with_hosts(document: HostDocument, path: Path, changes: Iterable[tuple[Host, str]]) -> HostDocument:
    """The document after each host took the place of the one with the name beside it, or joined at the end.

    Fields of the file that we do not know stay: nobody can mean to drop what nobody knows. One that is None in
    `extra` is taken away.
    """
    newline = "\r\n" if "\r\n" in document.head or "\r\n" in "".join(document.blocks[:1]) else "\n"
    head, blocks = document.head, list(document.blocks)
    for host, was in changes:
        place = document.places.get(was)
        if place is not None:
            blocks[place] = _changed(blocks[place], host, newline)
            continue
        gap = _gap(blocks[-1] if blocks else head, newline)
        if blocks:
            blocks[-1] += gap
        else:
            head += gap
        table = {name: value for name, value in to_table(host).items() if value is not None}
        blocks.append(("[[hosts]]\n" + toml_files.assignments(table)).replace("\n", newline))
    return _assembled(head, tuple(blocks), path, document.known)


def without_hosts(document: HostDocument, path: Path, names: Iterable[str]) -> HostDocument:
    """The document without the hosts of these names; comments that follow one stay, and so do other tables."""
    head, blocks = document.head, list(document.blocks)
    # From the end, so that the places in front still hold.
    for place in sorted((document.places[name] for name in names), reverse=True):
        kept = _rest(blocks.pop(place))
        if kept.strip() and place:
            blocks[place - 1] += kept
        elif kept.strip():
            head += kept
    return _assembled(head, tuple(blocks), path, document.known)


def _gap(text: str, newline: str) -> str:
    """What to add to `text` so that a blank line ends it."""
    if not text.strip() or text.endswith(("\n\n", "\n\r\n")):
        return ""
    return newline if text.endswith("\n") else 2 * newline


def _changed(old: str, host: Host, newline: str) -> str:
    """The block `old`, saying `host`."""
    before: dict[str, Any] = toml_files.parse(old, Path())["hosts"][0]
    wanted = {**from_table(before).extra, **to_table(host)}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    changes = {key: None for key in before if key not in wanted}
    changes |= {key: value for key, value in wanted.items() if before.get(key) != value}
    cut = old.find("\n") + 1 or len(old)
    header = old[:cut] if cut and old[cut - 1] == "\n" else old[:cut] + newline
    fields = toml_files.edited(old[cut:], changes)
    if fields is None:
        fields = toml_files.assignments(wanted).replace("\n", newline) + _rest(old)
    return header + fields


def _rest(block: str) -> str:
    """What stands in a block after its host: other tables, or else the comments and blank lines at its end."""
    values = toml_files.parse(block, Path())
    del values["hosts"]
    if not values:
        lines = block.splitlines(keepends=True)
        at = len(lines)
        while at and lines[at - 1].lstrip()[:1] in {"", "#"}:
            at -= 1
        return "".join(lines[at:])
    for found in _FOREIGN.finditer(block, block.find("\n") + 1):
        try:
            if toml_files.parse(block[found.start() :], Path()) == values:
                return block[found.start() :]
        except BrokenFile:
            continue
    return "\n" + toml_files.document(values)
