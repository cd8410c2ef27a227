"""The fast way through a block says what the slow one says, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.model.hosts import Host
from sshtui.store import toml_files
from sshtui.store.host_tables import BadHost, from_table, to_table
from sshtui.store.plain_hosts import read_plain

NEAR = st.text(st.sampled_from("aZ09_.-@:/[], #'\\\x1f\x7f\x85é\u2028*!;=%~"), max_size=8)
"""Texts around what the fields allow and refuse."""
WORDS = st.sampled_from(
    [
        "web-1", "root", "prod/web",
 "10.0.0.5", "10.0.0.256", "1.2.3", "a.b.c", "a..b", "-a", "a-", "a.5", "::1", "é.org",
        "a" * 63, "a" * 64, ".".join(["a" * 62] * 4), "a." * 127 + "a", "x" * 128, "x" * 129, "bastion,me@b:22", "a,-b",
        "~/.ssh/id", "", " ", "a b", "a/ b", "a//b", "/a", "a/",
    ]
)  # fmt: skip
TEXTS = st.one_of(WORDS, NEAR, st.tuples(WORDS, NEAR).map("".join))
NUMBERS = st.sampled_from(
    ["0", "1", "22", "022", "9999", "10022", "59999", "60000", "65535", "65536", "86400", "1e3", "-1"]
)


def line(field: str) -> st.SearchStrategy[str]:
    """A line for the field, more often right than wrong."""
    if field in {"port", "keep_alive"}:
        return NUMBERS.map(lambda number: f"{field} = {number}\n")
    if field == "favourite":
        return st.sampled_from(["favourite = true\n", "favourite = false\n", 'favourite = "true"\n'])
    if field == "tags":
        return st.lists(TEXTS, max_size=3).map(lambda tags: f"tags = {toml_files.render(tags)}\n")
    right = {"name": "web-1", "address": "a.b.c", "jump": "bastion"}.get(field, "root")
    quoted = TEXTS.map(toml_files.render)
    return st.one_of(st.just(f'"{right}"'), quoted, st.just('"10.0.0.5"'), TEXTS.map(lambda text: f'"{text}"')).map(
        lambda text: f"{field} = {text}\n"
    )


OPTIONAL = (
    "port", "user", "folder", "key_pair", "jump", "tags", "notes", "command", "keep_alive", "theme", "colour",
    "favourite",
)  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn) -> str:
    chosen = draw(st.lists(st.sampled_from(OPTIONAL), max_size=4))
    if draw(st.integers(0, 3)):
        chosen = sorted(set(chosen), key=OPTIONAL.index)
    ends = draw(st.sampled_from(["", "\n", "\n\n", "# more\n", "unknown = 1\n", "[x]\n", '\n[[hosts]]\nname = "b"\n']))
    return "[[hosts]]\n" + "".join(draw(line(field)) for field in ("name", "address", *chosen)) + ends


def slowly(block: str) -> Host | str | None:
    """What the parser and every rule make of the block; None for what is not one table of hosts."""
    try:
        tables = toml_files.parse(block, Path())["hosts"]
        return from_table(tables[0]) if len(tables) == 1 else None
    except BadHost as problem:
        return str(problem)
    except Exception:  # noqa: BLE001 - whatever else the slow way says, the fast one must not take the block
        return None


@settings(max_examples=1500, deadline=None)
@given(blocks())
def test_what_is_read_fast_is_what_is_read_slowly(block: str) -> None:
    fast = read_plain(block)
    assert fast is None or fast == slowly(block)


@pytest.mark.parametrize(
    "host",
    [
        Host("web-1", "10.0.0.5"),
        Host("db", "db.example.org", 2222, "root", "prod/data base", "~/.ssh/id_ed25519", "bastion,me@gate:22",
             ("eu", "blue"), "a note", "htop", 0, "nord", "red", favourite=True),
    ],
)  # fmt: skip
def test_what_our_writer_makes_is_read_fast(host: Host) -> None:
    assert read_plain("[[hosts]]\n" + toml_files.assignments(to_table(host)) + "\n") == host


def test_a_block_made_to_be_slow_is_not() -> None:
    for text in ("a." * 50_000, "a-" * 50_000, "a/" * 50_000, "a," * 50_000, "1." * 50_000):
        for field in ("address", "folder", "jump", "user"):
            assert (
                read_plain(f'[[hosts]]\nname = "a"\naddress = "h"\n{field} = "{text}"\n'.replace("h", text, 1)) is None
            )
