"""Which keyrings are used, and what becomes of one that fails or hangs."""

from __future__ import annotations

import threading

import pytest

from sshtui.errors import SecretsError
from sshtui.secrets.keyring_store import ALLOWED, KeyringStore

HERE = __name__


class Safe:
    """A backend of an allowed kind."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class PlainText(Safe):
    """A file anybody can read."""


class Chain:
    """Asks its members in turn, and writes to the first that takes it."""

    def __init__(self, *backends: object) -> None:
        self.backends = backends

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a chain decides by itself where a secret goes")


class Locked(Safe):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"no entry {username} of canary")


def store(backend: object, *, limit: float = 5.0) -> KeyringStore:
    allowed = {f"{HERE}.Safe", f"{HERE}.Locked", f"{HERE}.Hanging"}
    return KeyringStore(lambda: backend, allowed=allowed, chain=f"{HERE}.Chain", limit=limit)


def test_a_secret_is_saved_found_and_removed() -> None:
    backend = Safe()
    keyring = store(backend)
    keyring.put("number", "hidden")
    assert backend.held == {("sshtui", "number"): "hidden"}
    assert keyring.get("number") == "hidden"
    keyring.remove("number")
    keyring.remove("number")
    assert keyring.get("number") is None


@pytest.mark.parametrize("backend", [PlainText(), object(), None, Chain(), Chain(PlainText()), Chain(Chain(Safe()))])
def test_any_other_kind_is_refused(backend: object) -> None:
    keyring = store(backend)
    assert not keyring.usable
    with pytest.raises(SecretsError):
        keyring.put("number", "hidden")
    if isinstance(backend, PlainText):
        assert not backend.held


def test_of_a_chain_only_the_allowed_member_is_used() -> None:
    plain, safe = PlainText(), Safe()
    store(Chain(plain, safe)).put("number", "hidden")
    assert not plain.held
    assert safe.held


def test_the_list_names_real_keyrings_only() -> None:
    assert all(name.startswith("keyring.backends.") for name in ALLOWED)
    assert not any(word in name.lower() for name in ALLOWED for word in ("fail", "null", "chain", "plain", "alt"))


def test_a_locked_keyring_is_a_sentence_without_its_words() -> None:
    with pytest.raises(SecretsError, match="refused") as caught:
        store(Locked()).get("number")
    assert "canary" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}{caught.value.__context__}"


class Hanging(Safe):
    """A D-Bus peer that never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.release.wait()
        return None


def test_a_keyring_that_never_answers_is_given_up() -> None:
    backend = Hanging()
    with pytest.raises(SecretsError, match="does not answer"):
        store(backend, limit=0.05).get("number")
    backend.release.set()
