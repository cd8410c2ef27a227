"""The vault: what opens it, what does not, and what a crash leaves."""

from __future__ import annotations

import gc
import os
import signal
import stat
import struct
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sshtui.errors import SecretsError, VaultLocked, WrongVaultPassword
from sshtui.secrets.argon2id import DEFAULT_COST, Cost
from sshtui.secrets.vault import Vault
from tests.waiting import until

QUICK = Cost(8 * 1024, 1)
CANARY = "canary-5f1c0d"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(tmp_path / "secrets.vault", cost=QUICK)
    vault.create("sesame")
    vault.put("one", CANARY)
    return vault


def again(vault: Vault) -> Vault:
    """The same file in another program."""
    return Vault(vault.path, cost=QUICK)


def test_what_was_put_is_there_after_unlocking(vault: Vault) -> None:
    other = again(vault)
    with pytest.raises(VaultLocked):
        other.get("one")
    other.unlock("sesame")
    assert other.get("one") == CANARY
    assert other.get("two") is None
    assert other.ids() == {"one"}


def test_a_wrong_password_is_a_sentence_and_opens_nothing(vault: Vault) -> None:
    other = again(vault)
    with pytest.raises(WrongVaultPassword, match="does not open"):
        other.unlock("Sesame")
    assert not other.unlocked


def test_an_empty_password_and_a_second_vault_are_refused(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(SecretsError):
        Vault(tmp_path / "other", cost=QUICK).create("")
    with pytest.raises(SecretsError, match="already"):
        again(vault).create("other")


def test_the_file_is_what_the_docstring_says(vault: Vault) -> None:
    """Read by the primitives alone."""
    data = vault.path.read_bytes()
    magic, memory, passes, lanes, salt, nonce = struct.unpack(">16sIII16s12s", data[:56])
    assert magic == b"sshtui vault v1\n"
    key = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(b"sesame")
    assert ChaCha20Poly1305(key).decrypt(nonce, data[56:], data[:56]) == f'{{"one": "{CANARY}"}}'.encode()


def test_the_default_costs_64_mib_and_three_passes() -> None:
    assert (DEFAULT_COST.memory, DEFAULT_COST.passes) == (65536, 3)


def test_every_flipped_bit_is_refused(vault: Vault) -> None:
    """Of magic, nonce and ciphertext; the cost has tests of its own."""
    whole = vault.path.read_bytes()
    for bit in [*range(16 * 8), *range(44 * 8, len(whole) * 8)]:
        vault.path.write_bytes(flipped(whole, bit))
        with pytest.raises(SecretsError):
            vault.get("one")
    vault.path.write_bytes(whole)
    assert vault.get("one") == CANARY


@pytest.mark.parametrize("byte", range(28, 44, 5))
def test_a_flipped_bit_of_the_salt_is_refused(vault: Vault, byte: int) -> None:
    vault.path.write_bytes(flipped(vault.path.read_bytes(), byte * 8 + 3))
    with pytest.raises(WrongVaultPassword):
        again(vault).unlock("sesame")
    with pytest.raises(VaultLocked):
        vault.get("one")


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("cost", [(8 * 1024 + 1, 1, 1), (8 * 1024, 2, 1), (8 * 1024, 1, 2), (12 * 1024, 1, 1)])
def test_a_changed_cost_within_bounds_is_refused_after_the_work(vault: Vault, cost: tuple[int, int, int]) -> None:
    whole = vault.path.read_bytes()
    vault.path.write_bytes(whole[:16] + struct.pack(">III", *cost) + whole[28:])
    with pytest.raises(WrongVaultPassword):
        again(vault).unlock("sesame")


@pytest.mark.parametrize(
    "cost", [(8, 1, 1), (0, 1, 1), (2**31, 1, 1), (8 * 1024, 0, 1), (8 * 1024, 2**20, 1), (8 * 1024, 1, 0)]
)
def test_a_cost_out_of_bounds_is_refused_before_any_work(vault: Vault, cost: tuple[int, int, int]) -> None:
    whole = vault.path.read_bytes()
    vault.path.write_bytes(whole[:16] + struct.pack(">III", *cost) + whole[28:])
    with pytest.raises(SecretsError, match="impossible amount of work"):
        again(vault).unlock("sesame")


@pytest.mark.parametrize("data", [b"", b"sshtui vault v1\n", b"\x00" * 300])
def test_a_file_that_is_no_vault_is_named_so(vault: Vault, data: bytes) -> None:
    vault.path.write_bytes(data)
    with pytest.raises(SecretsError, match="damaged"):
        again(vault).unlock("sesame")


def test_two_programs_lose_nothing_of_each_other(vault: Vault) -> None:
    other = again(vault)
    other.unlock("sesame")
    vault.put("two", "2")
    other.put("three", "3")
    assert vault.ids() == other.ids() == {"one", "two", "three"}


def test_a_new_password_locks_the_other_program_and_ends_the_old_one(vault: Vault) -> None:
    other = again(vault)
    other.unlock("sesame")
    vault.change_password("sesame", "open up")
    with pytest.raises(VaultLocked, match="elsewhere"):
        other.get("one")
    with pytest.raises(WrongVaultPassword):
        other.unlock("sesame")
    other.unlock("open up")
    assert other.get("one") == CANARY


def test_a_removed_secret_is_gone_from_the_backup_as_well(vault: Vault) -> None:
    vault.put("two", "2")
    vault.remove("one")
    backup = Vault(vault.path.with_name("secrets.vault~"), cost=QUICK)
    backup.unlock("sesame")
    assert backup.ids() == vault.ids() == {"two"}


def test_after_a_change_the_old_password_opens_the_backup_no_more(vault: Vault) -> None:
    vault.put("two", "2")
    vault.change_password("sesame", "open up")
    backup = Vault(vault.path.with_name("secrets.vault~"), cost=QUICK)
    with pytest.raises(WrongVaultPassword):
        backup.unlock("sesame")
    backup.unlock("open up")
    assert backup.ids() == {"one", "two"}


def test_the_content_before_the_last_change_is_kept_beside(vault: Vault) -> None:
    vault.put("two", "2")
    backup = Vault(vault.path.with_name("secrets.vault~"), cost=QUICK)
    backup.unlock("sesame")
    assert backup.ids() == {"one"}


def test_it_locks_itself_when_it_is_not_used(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets.vault", cost=QUICK, idle=0.05)
    vault.create("sesame")
    until(lambda: not vault.unlocked, "locking by itself", 20)


def test_a_locked_vault_holds_neither_key_nor_password_nor_secret(vault: Vault) -> None:
    salt = vault.path.read_bytes()[28:44]
    key = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=8 * 1024).derive(b"sesame")
    assert key in reachable(vault)
    vault.get("one")
    vault.lock()
    held = reachable(vault)
    assert not any(value in held for value in (key, b"sesame", CANARY.encode()))


def reachable(root: object) -> set[bytes]:
    """Every text and byte string that can be reached from `root` through our own objects."""
    seen: dict[int, object] = {}
    rest = [root]
    while rest:
        each = rest.pop()
        # Classes and modules lead to everything there is.
        if (
            id(each) in seen
            or isinstance(each, type)
            or type(each).__module__ not in ("builtins", "sshtui.secrets.vault")
        ):
            continue
        if callable(each) or type(each).__name__ == "module":
            continue
        seen[id(each)] = each
        rest.extend(gc.get_referents(each))
        rest.extend(getattr(each, "__dict__", {}).values())
    texts = [each.encode() for each in seen.values() if isinstance(each, str)]
    return {*texts, *(bytes(each) for each in seen.values() if isinstance(each, bytes | bytearray))}


def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault = Vault(tmp_path / "new" / "secrets.vault", cost=QUICK)
        vault.create("sesame")
        vault.put("one", CANARY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(vault.path.parent.stat().st_mode) == 0o700
    for file in vault.path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert CANARY.encode() not in file.read_bytes()


def test_a_writer_killed_at_any_moment_leaves_a_vault_that_opens(vault: Vault) -> None:
    for kill in range(40):
        writer = os.fork()
        if not writer:
            # The child has the open vault of this process and writes until it is killed.
            number = 0
            while True:
                number += 1
                vault.put("counter", str(number) * 200)
        time.sleep(0.002 + kill % 9 / 1000)
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        counter = vault.get("counter") or ""
        assert vault.get("one") == CANARY
        assert counter == counter[: len(counter) // 200] * 200
