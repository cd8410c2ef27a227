"""TOML: read with the line of every mistake, written with everything else left as the person wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from sshtui.errors import BrokenFile, ConfigError
from sshtui.files import read_whole

LIMIT = 32 * 1024 * 1024
"""Bytes of one TOML file: a hundred thousand hosts fit."""

KEY_PARTS = 256
"""Names that one dotted key may join."""

_BOM = "\ufeff"
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_STRING = r'"[^"\\\x00-\x1f\x7f]*"'
_LINE = rf"[a-z_]+ = (?:{_STRING}|\[{_STRING}(?:, {_STRING})*\]|[1-9][0-9]{{0,8}})\n"
_SIMPLE = re.compile(rf"(?:{_LINE})+\n*\Z")
_SIMPLE_LINE = re.compile(r'^([a-z_]+) = (?:"([^"\n]*)"|\[([^\n]*)\]|([0-9]+))$', re.MULTILINE)
_SIMPLE_STRING = re.compile(r'"([^"]*)"')
_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '[^']*' """, re.VERBOSE)
_PART = r'(?:[A-Za-z0-9_-]++|"")'
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*\.[ \t]*{_PART}){{{KEY_PARTS}}}")
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


def read_text(path: Path) -> str | None:
    """The file's text as it stands, line ends and byte order mark included; None without a file. Raises BrokenFile."""
    try:
        data = read_whole(path, limit=LIMIT)
    except ConfigError as error:
        raise BrokenFile(path, 0, error.sentence, hint=error.hint) from error
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenFile(path, line, "not valid UTF-8.", hint="Save the file as UTF-8.") from error


def parse(text: str, path: Path) -> dict[str, Any]:
    """The values in `text`; `path` is only named in errors. Raises BrokenFile with the line."""
    _refuse_long_keys(text, path)
    try:
        return tomllib.loads(text.removeprefix(_BOM))
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        reason = _POSITION.sub("", str(error))
        if found and found[1]:
            raise BrokenFile(path, int(found[1]), f"{reason} (column {found[2]}).") from error
        raise BrokenFile(path, text.count("\n") + 1, f"{reason} (at the end of the file).") from error
    except RecursionError:
        raise BrokenFile(path, 0, "nested too deeply.") from None
    except ValueError:
        # What is left is Python's limit for digits, which names neither line nor column.
        raise BrokenFile(path, 0, "a number in it has too many digits.") from None


def _refuse_long_keys(text: str, path: Path) -> None:
    """Raise BrokenFile for a dotted key of more than KEY_PARTS: the parser's memory grows with their square."""
    if text.count(".") <= KEY_PARTS:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > KEY_PARTS and _LONG_KEY.search(_QUOTED.sub('""', line)):
            raise BrokenFile(path, number, f"a key has more than {KEY_PARTS} parts.")


def parse_simple(lines: str) -> dict[str, Any] | None:
    """What `parse` returns for `key = value` lines of plain strings, lists of these and numbers; None for any others.

    Ten times as fast, which tells when there are ten thousand hosts.
    """
    if not _SIMPLE.match(lines):
        return None
    values: dict[str, Any] = {}
    found = _SIMPLE_LINE.findall(lines)
    for key, text, items, number in found:
        values[key] = int(number) if number else _SIMPLE_STRING.findall(items) if items else text
    return values if len(values) == len(found) else None


def read(path: Path) -> dict[str, Any]:
    """The values in a file, none when there is no file. Raises BrokenFile."""
    text = read_text(path)
    return {} if text is None else parse(text, path)


def render(value: Any) -> str:
    """`value` as TOML on one line."""
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {render(item)}" for key, item in value.items()) + " }" if value else "{}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(render(item) for item in value) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def assignments(values: Mapping[str, Any]) -> str:
    """`key = value` lines."""
    return "".join(f"{_key(key)} = {render(value)}\n" for key, value in values.items())


def document(values: Mapping[str, Any]) -> str:
    """A whole file."""
    return tomli_w.dumps(values)


def edited(text: str, changes: Mapping[str, Any]) -> str | None:
    """`text` with the keys of its top table set to `changes`, a None removing the key; all other bytes stay.

    None when the text is laid out so that only a full rewrite could do that.
    """
    here = Path()
    newline = "\r\n" if "\r\n" in text else "\n"
    before = parse(text, here)
    new = text
    for key, value in changes.items():
        line = "" if value is None else assignments({key: value}).replace("\n", newline)
        place = _place(new, key)
        if place is None and value is None:
            continue
        new = _inserted(new, line, newline) if place is None else new[: place[0]] + line + new[place[1] :]
    wanted = {key: value for key, value in {**before, **changes}.items() if value is not None}
    try:
        return new if parse(new, here) == _plain(wanted) else None
    except BrokenFile:
        return None


def _place(text: str, key: str) -> tuple[int, int] | None:
    """Where the statement that sets `key` begins and ends, its lines whole."""
    name = re.escape(key)
    top = text[: _top_end(text)]
    pattern = rf"^[ \t]*(?:{name}|\"{name}\"|'{name}')[ \t]*="
    statements = re.finditer(pattern, top, re.MULTILINE)
    # The same words may stand inside a text of several lines.
    found = next((statement for statement in statements if _parses(top[: statement.start()])), None)
    if not found:
        return None
    end = found.start()
    # A value may span lines; the first lines that parse alone are the whole statement.
    for _ in range(1000):
        end = text.find("\n", end) + 1 or len(text)
        if _parses(text[found.start() : end]):
            return found.start(), end
        if end == len(text):
            break
    return None


def _top_end(text: str) -> int:
    """Where the first table header stands; a line inside a list may look like one, but what is above it parses not."""
    for found in _HEADER.finditer(text):
        if _parses(text[: found.start()]):
            return found.start()
    return len(text)


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True


def _inserted(text: str, line: str, newline: str) -> str:
    """`line` after the last statement of the top table, before the comments and blank lines that end it."""
    top = text[: _top_end(text)]
    at = 0
    for found in re.finditer(r"^[ \t]*[^\s#][^\n]*(?:\n|\Z)", top, re.MULTILINE):
        at = found.end()
    if at and text[at - 1] != "\n":
        line = newline + line
    return text[:at] + line + text[at:]


def _plain(value: Any) -> Any:
    """`value` as the parser would return it: lists and dicts only."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _key(key: str) -> str:
    return key if _BARE_KEY.match(key) else render(key)
