from __future__ import annotations

import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.errors import BrokenFile
from sshtui.store import toml_files

KEYS = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_rendered_reads_back(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_files.assignments(values)) == values


@settings(max_examples=50)
@given(st.dictionaries(KEYS, TEXTS | st.lists(TEXTS, max_size=3) | st.integers(0, 10**9), max_size=5))
def test_the_fast_reader_agrees_with_the_full_one_or_leaves_the_text_to_it(values: dict[str, Any]) -> None:
    text = toml_files.assignments(values)
    simple = toml_files.parse_simple(text)
    assert simple is None or simple == tomllib.loads(text)


def test_the_fast_reader_takes_what_we_write_ourselves() -> None:
    text = 'name = "web-1"\naddress = "10.0.0.5"\nport = 22\ntags = ["eu", "a, b"]\n\n'
    assert toml_files.parse_simple(text) == tomllib.loads(text)


def test_the_fast_reader_leaves_mistakes_to_the_full_one() -> None:
    for text in ('a = "x"\na = "y"\n', "a = 007\n", 'a = "\\u0041"\n', "a.b = 1\n", "a = 1", 'a = "\x7f"\n'):
        assert toml_files.parse_simple(text) is None


FILES = st.lists(
    st.sampled_from(
        [
            "a = 1\n",
            "b = 'x' # note\n",
            "c = [\n  1, # one\n  [2],\n]\n",
            "d = '''\na = 5\n'''\n",
            "# a = 9\n",
            "\n",
            "  e = { a = 1 }\r\n",
            '"f" = "#"\n',
        ]
    ),
    unique=True,
).map("".join)


@settings(max_examples=100)
@given(
    FILES,
    st.sampled_from(["", "[t]\na = 2\n", "[[t]]\nb = 1\n"]),
    st.dictionaries(st.sampled_from("abcdefg"), st.none() | st.integers() | TEXTS, max_size=3),
)
def test_an_edit_sets_exactly_the_wanted_keys(top: str, tables: str, changes: dict[str, Any]) -> None:
    text = top + tables
    new = toml_files.edited(text, changes)
    assert new is not None
    wanted = {**tomllib.loads(text), **changes}
    assert tomllib.loads(new) == {key: value for key, value in wanted.items() if value is not None}


def test_an_edit_that_cannot_be_spliced_says_so() -> None:
    assert toml_files.edited("a.b = 1\n", {"a": 2}) is None


def test_no_file_reads_as_empty(tmp_path: Path) -> None:
    assert toml_files.read(tmp_path / "x.toml") == {}


@pytest.mark.parametrize(
    "line",
    [
        ".".join("a" * 50_000) + " = 1",
        "[" + " . ".join(["a", '"b.c"', "'d'"] * 100) + "]",
        "x = { " + ".".join("a" * 300) + " = 1 }",
    ],
)
def test_a_key_of_thousands_of_parts_is_refused_with_its_line_before_it_takes_the_memory(line: str) -> None:
    with pytest.raises(BrokenFile, match="more than 256 parts") as told:
        toml_files.parse(f"a = 1\n{line}\n", Path("hosts.toml"))
    assert told.value.line == 2


def test_texts_full_of_dots_are_no_long_keys() -> None:
    dots = ".".join("a" * 1000)
    text = f'a = "{dots}"\nb = \'{dots}\'\nc = ["x \\" {dots}"]\n# {"." * 400}\n{".".join("k" * 100)} = 1\n'
    assert toml_files.parse(text, Path())["a"] == dots


def test_a_line_made_to_be_slow_is_not() -> None:
    assert toml_files.parse(f'a = "{"." * 500}" # {"b" * 1_000_000}\n', Path()) == {"a": "." * 500}
