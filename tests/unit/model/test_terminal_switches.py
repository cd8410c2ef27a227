"""Terminal switches as text."""

from __future__ import annotations

import pytest

from sshtui.model.terminal_switches import CHOICES, TerminalSwitches, read_switches, switches_problem


def test_switches_written_as_text_read_back_the_same() -> None:
    switches = TerminalSwitches(backspace="bs", charset="koi8-r", clipboard="deny")
    assert str(switches) == "backspace=bs charset=koi8-r clipboard=deny"
    assert read_switches(str(switches)) == switches
    assert read_switches("") == TerminalSwitches()
    assert str(TerminalSwitches()) == ""


def test_every_choice_is_taken_and_the_first_is_the_default() -> None:
    for name, choices in CHOICES.items():
        assert read_switches(f"{name}={choices[0]}") == TerminalSwitches()
        assert {getattr(read_switches(f"{name}={choice}"), name) for choice in choices} == set(choices)


@pytest.mark.parametrize(
    ("name", "wanted"), [("latin1", "iso-8859-1"), ("ISO_8859-15", "iso-8859-15"), ("866", "cp866")]
)
def test_a_character_set_is_found_under_its_other_names(name: str, wanted: str) -> None:
    assert read_switches(f"charset={name}").charset == wanted


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("backspace", "name=value"), ("colour=red", "There is no switch"), ("backspace=del-ete", "del, bs"),
        ("charset=utf-16", "charset is one of"), ("charset=\0", "charset is one of"),
    ],
)  # fmt: skip
def test_a_wrong_switch_is_told_in_a_sentence(text: str, sentence: str) -> None:
    assert sentence in switches_problem(text)
