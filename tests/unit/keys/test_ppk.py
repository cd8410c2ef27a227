"""PPK files that are damaged, changed or hostile are refused with the reason; good ones are judged in integration."""

from __future__ import annotations

import random
import re

import pytest

from sshtui.errors import KeyFormatError, KeyPairError, WrongPassphrase
from sshtui.keys.ppk import read_ppk
from sshtui.keys.private import open_private

# Made by PuTTYgen 0.78; the key opens nothing.
PLAIN = b"""\
PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: \xc3\xa9 c
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIPuhvb0M1ocph8BwkK54/mZ9ebUSNMFVyf+8h/TF
nfTW
Private-Lines: 1
AAAAIEhBmJARmdpTswfn95nZekRdOmbeiyMRei8NgKAvs6Vr
Private-MAC: f29a8705c36934e210326aec652ad426221becae5658cda41a92704db95f5b76
"""
PROTECTED = b"""\
PuTTY-User-Key-File-3: ecdsa-sha2-nistp384
Encryption: aes256-cbc
Comment: ecdsa-key-20261121
Public-Lines: 3
AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBEiYFsDnVSyv
5yoVmgo5izV9SqdBfLtBuNfipDjXHlQhKWvbL+FI1FvsjhGQbMIODMSpsacxwmA4
PNKYbxqUXTWRarIacJR9bt13Kkb96hF1U4tATX5IssH0/SCFwgZjxA==
Key-Derivation: Argon2id
Argon2-Memory: 8192
Argon2-Passes: 13
Argon2-Parallelism: 1
Argon2-Salt: 0949858dc3db5dd55a2c08f278fc3b0a
Private-Lines: 2
aXdV1FBe2gbQHGekaUTY3j7f/g8fZ+ZYR+yk2mt48FFjVH0wCa8lhHR1t5X6xF9f
lbgzE7IDHQJHILE5JzZRJw==
Private-MAC: 05354880a5d912784c41bd96c9ba601048d27fc6d7885b2d891f65002466e633
"""


def test_files_of_puttygen_are_read_whatever_their_line_ends() -> None:
    assert open_private(PLAIN, None, "file").get_comment() == "é c"
    assert open_private(PLAIN.replace(b"\n", b"\r\n"), None, "file").get_comment() == "é c"
    assert open_private(PROTECTED, "pw", "file").get_algorithm() == "ecdsa-sha2-nistp384"


def test_reading_and_writing_are_inverse() -> None:
    assert read_ppk(PLAIN).text() == PLAIN
    assert read_ppk(PROTECTED).text() == PROTECTED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Comment: \xc3\xa9 c", b"Comment: someone else"),
        (b"AAAAIEhBmJ", b"AAAAIEhBmK"),
        (b"nfTW", b"nfTX"),
        (b"f29a", b"f29b"),
    ],
)
def test_a_changed_file_is_refused_for_its_mac(before: bytes, after: bytes) -> None:
    with pytest.raises(KeyFormatError, match=r"checksum \(MAC\)"):
        open_private(PLAIN.replace(before, after), None, "file")


def test_a_wrong_passphrase_is_told_from_damage() -> None:
    with pytest.raises(WrongPassphrase, match="does not open"):
        open_private(PROTECTED, "wp", "file")
    with pytest.raises(WrongPassphrase, match="protected"):
        open_private(PROTECTED, None, "file")


@pytest.mark.parametrize("content", [PLAIN, PROTECTED])
def test_a_file_cut_off_anywhere_is_refused_with_a_reason(content: bytes) -> None:
    for end in range(len(content) - 1):
        with pytest.raises(KeyPairError) as caught:
            read_ppk(content[:end]).open(None)
        assert caught.value.sentence.endswith(".")


def test_random_damage_never_escapes_as_another_error() -> None:
    dice = random.Random(5)
    for _ in range(500):
        content = bytearray(PLAIN)
        for _ in range(dice.randint(1, 5)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        try:
            open_private(bytes(content), None, "file")
        except KeyPairError:
            continue
        assert bytes(content).split() == PLAIN.split()


@pytest.mark.parametrize(
    "line", ["Argon2-Memory: 4294967295", "Argon2-Passes: 99999999", "Argon2-Parallelism: 5000", "Argon2-Memory: -1"]
)
def test_a_file_that_asks_for_the_whole_machine_is_refused(line: str) -> None:
    name = line.split(":")[0]
    with pytest.raises(KeyFormatError, match="refused"):
        read_ppk(re.sub(rf"{name}: \d+".encode(), line.encode(), PROTECTED))
