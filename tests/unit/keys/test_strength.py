"""The strength of passphrases, by examples whose order nobody disputes."""

from __future__ import annotations

import pytest

from sshtui.keys.strength import estimate


@pytest.mark.parametrize(
    ("passphrase", "word"),
    [
        ("", "very weak"),
        ("password", "very weak"),
        ("Password1", "very weak"),
        ("qwertyuiop", "very weak"),
        ("aaaaaaaaaaaaaaaaaaaa", "very weak"),
        ("1234567890123456", "very weak"),
        ("Summer2024!", "very weak"),
        ("correct horse battery staple", "fair"),
        ("xK9$vQ2mZ!pL7#", "good"),
        ("kq8#Zr!2mW$xv9Lp@t4J", "strong"),
    ],
)
def test_what_people_choose_is_graded(passphrase: str, word: str) -> None:
    assert estimate(passphrase).word == word


def test_more_words_are_stronger_and_a_repeated_word_is_not() -> None:
    bits = [estimate(text).bits for text in ("correct", "correct horse", "correct horse battery")]
    assert bits == sorted(set(bits))
    assert estimate("correct correct").bits < estimate("correct horse").bits
