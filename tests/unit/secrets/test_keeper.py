"""Saved secrets and the hosts they belong to."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from sshtui.errors import Declined, NotFound, NotSaved, WrongVaultPassword
from sshtui.files import locked
from sshtui.model.hosts import Host
from sshtui.model.questions import (
    KEYRING,
    VAULT,
    Challenge,
    Field,
    NewPassword,
    Passphrase,
    Password,
    PasswordChange,
    Place,
    Question,
    RememberableSecret,
    TypedSecret,
    VaultPassword,
)
from sshtui.secrets.argon2id import Cost
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.references import FIELDS, new_reference, read_reference
from sshtui.secrets.remembering import Codes, RememberingPrompter
from sshtui.secrets.vault import Vault
from sshtui.store.hosts import HostStore
from tests.fakes.prompting import ScriptedPrompter
from tests.waiting import eventually

A = TypeVar("A")

WEB = Host("web-1", "10.0.0.5", user="root")
AT = "root@10.0.0.5"
CANARY = "canary-91bd"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238 appendix B in base32."""


class MemoryKeyring:
    """A backend of an allowed kind."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[username]


class Desk:
    """Hosts, a vault, a keyring and a keeper in one directory."""

    def __init__(self, directory: Path, *hosts: Host) -> None:
        self.directory = directory
        self.store = HostStore(directory / "hosts.toml")
        for host in hosts:
            self.store.put(host)
        self.backend = MemoryKeyring()
        self.keeper = self.restart()

    def restart(self) -> Keeper:
        """The keeper of another run of the program."""
        self.keeper = Keeper(
            self.store,
            Vault(self.directory / "secrets.vault", cost=Cost(8 * 1024, 1)),
            KeyringStore(lambda: self.backend, allowed={f"{__name__}.MemoryKeyring"}),
            self.directory / "state" / "forgotten.json",
        )
        return self.keeper

    def prompter(
        self, person: ScriptedPrompter, name: str = "web-1", codes: Codes | None = None
    ) -> RememberingPrompter:
        """What one attempt to connect asks."""
        host = self.store.get(name) or WEB
        return RememberingPrompter(person, self.keeper, codes or Codes(), host)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, WEB)


def test_a_reference_is_a_place_and_a_number_that_tells_its_time() -> None:
    reference = new_reference(KEYRING)
    assert read_reference(str(reference)) == reference
    assert reference.made is not None
    assert reference.id.version == 7
    for wrong in ("", "keyring:", "keyring:x", f"file:{reference.id}", 7, None):
        assert read_reference(wrong) is None


@pytest.mark.parametrize("place", [KEYRING, VAULT])
async def test_a_password_remembered_at_one_login_answers_the_next(desk: Desk, place: Place) -> None:
    person = ScriptedPrompter(TypedSecret(CANARY, place), *(["sesame"] if place == VAULT else []))
    first = desk.prompter(person)
    assert await first.ask(Password("web-1", AT)) == CANARY
    assert not desk.keeper.saved(), "nothing is kept before it has served"
    first.logged_in()
    await desk.keeper.kept()
    nobody = ScriptedPrompter()
    assert await desk.prompter(nobody).ask(Password("web-1", AT)) == CANARY
    for file in desk.directory.rglob("*"):
        assert file.is_dir() or CANARY.encode() not in file.read_bytes(), file
    assert CANARY not in repr(desk.keeper.saved())
    assert CANARY not in repr(person.questions) + repr(TypedSecret(CANARY))
    assert CANARY not in " ".join(os.environ.values())


async def test_what_a_login_kept_is_there_when_the_app_ends_at_once(desk: Desk) -> None:
    attempt = desk.prompter(ScriptedPrompter(TypedSecret(CANARY, KEYRING)))
    await attempt.ask(Password("web-1", AT))
    attempt.logged_in()
    await desk.keeper.settle()
    (reference,) = [saved.reference for saved in desk.keeper.saved()]
    assert reference is not None
    assert desk.backend.held == {str(reference.id): CANARY}


async def test_what_is_being_kept_is_kept_whole_though_its_caller_is_cancelled(desk: Desk) -> None:
    keeping = asyncio.create_task(desk.keeper.keep("web-1", "secret", KEYRING, CANARY, ScriptedPrompter()))
    await asyncio.sleep(0)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    await desk.keeper.kept()
    (reference,) = [saved.reference for saved in desk.keeper.saved()]
    assert reference is not None
    assert desk.backend.held == {str(reference.id): CANARY}


async def test_the_end_of_the_app_waits_for_no_answer_of_a_person(desk: Desk) -> None:
    class Nobody(ScriptedPrompter):
        async def ask(self, question: Question[A]) -> A | None:
            await asyncio.Event().wait()
            return None

    desk.keeper.keep_later("web-1", "secret", VAULT, CANARY, Nobody())
    await asyncio.wait_for(desk.keeper.settle(), 20)
    assert not desk.keeper.vault.exists
    assert not desk.keeper.saved()


@pytest.mark.parametrize("place", [KEYRING, VAULT])
async def test_a_secret_that_no_host_could_refer_to_is_forgotten_again(desk: Desk, place: Place) -> None:
    (desk.directory / "hosts.toml").write_text("[[hosts]\n")
    with pytest.raises(NotSaved):
        await desk.keeper.keep("web-1", "secret", place, CANARY, ScriptedPrompter("sesame"))
    assert not desk.backend.held
    assert place == KEYRING or not desk.keeper.vault.ids()


async def test_a_password_that_did_not_serve_is_not_kept(desk: Desk) -> None:
    person = ScriptedPrompter(TypedSecret("wrong", KEYRING), TypedSecret("right"))
    attempt = desk.prompter(person)
    await attempt.ask(Password("web-1", AT))
    await attempt.ask(Password("web-1", AT, attempt=2))
    attempt.logged_in()
    await desk.keeper.kept()
    assert not desk.keeper.saved()
    assert not desk.backend.held


async def test_a_saved_password_answers_once_and_then_the_person_does(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", KEYRING, "old", ScriptedPrompter())
    person = ScriptedPrompter(TypedSecret("new", KEYRING))
    attempt = desk.prompter(person)
    assert await attempt.ask(Password("web-1", AT)) == "old"
    assert await attempt.ask(Password("web-1", AT, attempt=2)) == "new"
    assert "did not accept the saved password" in person.notices[0].text
    attempt.logged_in()
    await desk.keeper.kept()
    assert list(desk.backend.held.values()) == ["new"], "the old one is gone"


async def test_a_namesake_at_another_address_gets_nothing(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", KEYRING, CANARY, ScriptedPrompter())
    for destination in ("root@10.0.0.6", "root@10.0.0.5:2222", "ada@10.0.0.5"):
        person = ScriptedPrompter("typed")
        assert await desk.prompter(person).ask(Password("web-1", destination)) == "typed"
        assert person.asked(Password)


async def test_unsaved_hosts_and_a_command_line_are_asked_as_ever(desk: Desk) -> None:
    person = ScriptedPrompter("typed", "typed")
    assert await desk.prompter(person).ask(Password("other", "root@other")) == "typed"
    plain = RememberingPrompter(person, desk.keeper, Codes(), WEB, offer=False)
    assert await plain.ask(Password("web-1", AT)) == "typed"
    assert len(person.asked(Password)) == 2


async def test_a_single_hidden_password_prompt_is_filled_and_a_new_password_never(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", KEYRING, CANARY, ScriptedPrompter())

    def asks(text: str, echo: bool = False) -> Challenge:
        return Challenge("web-1", AT, "", "Welcome", (Field(text, echo),))

    assert await desk.prompter(ScriptedPrompter()).ask(asks("root@web's password:")) == (CANARY,)
    for text, echo in (("New password:", False), ("Retype password:", False), ("Password:", True), ("Sudo:", False)):
        person = ScriptedPrompter(("typed",))
        assert await desk.prompter(person).ask(asks(text, echo)) == ("typed",)
    change = PasswordChange("a", "b")
    assert await desk.prompter(ScriptedPrompter(change)).ask(NewPassword("web-1", AT)) == change


async def test_a_one_time_code_is_filled_visibly_and_never_twice(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "totp", KEYRING, SEED, ScriptedPrompter())
    now = [59.0]
    codes = Codes(lambda: now[0])
    question = Challenge("web-1", AT, "", "", (Field("Verification code: ", echo=False),))
    person = ScriptedPrompter()
    # RFC 6238 appendix B has 94287082 for this second; six digits are its end.
    assert await desk.prompter(person, codes=codes).ask(question) == ("287082",)
    assert "filled in the one-time code" in person.notices[0].text
    person = ScriptedPrompter(("typed",))
    assert await desk.prompter(person, codes=codes).ask(question) == ("typed",)
    now[0] = 1111111109.0
    assert await desk.prompter(ScriptedPrompter(), codes=codes).ask(question) == ("081804",)


async def test_the_passphrase_of_the_hosts_own_key_file_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(WEB, key_pair="/keys/id_web"))
    attempt = desk.prompter(ScriptedPrompter(TypedSecret("open", KEYRING), "other"))
    assert await attempt.ask(Passphrase("/keys/id_web")) == "open"
    assert await attempt.ask(Passphrase("/keys/id_other")) == "other"
    attempt.logged_in()
    await desk.keeper.kept()
    assert await desk.prompter(ScriptedPrompter()).ask(Passphrase("/keys/id_web")) == "open"


async def test_a_password_command_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(WEB, extra={"password_command": ["printf", "%s\\nmore", "from-pass"]}))
    assert await desk.prompter(ScriptedPrompter()).ask(Password("web-1", AT)) == "from-pass"


async def test_a_password_command_that_fails_is_told_and_the_person_asked(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(WEB, extra={"password_command": ["false"]}))
    person = ScriptedPrompter(TypedSecret("typed"))
    assert await desk.prompter(person).ask(Password("web-1", AT)) == "typed"
    assert "exit code 1" in person.notices[0].text


async def test_a_locked_vault_asks_for_its_password_again_until_it_opens(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", VAULT, CANARY, ScriptedPrompter("sesame"))
    desk.restart()
    person = ScriptedPrompter("wrong", "sesame")
    assert await desk.prompter(person).ask(Password("web-1", AT)) == CANARY
    assert [bool(each.problem) for each in person.questions if isinstance(each, VaultPassword)] == [False, True]
    desk.restart()
    with pytest.raises(WrongVaultPassword):
        await desk.keeper.unlock(ScriptedPrompter("a", "b", "c"))
    with pytest.raises(Declined):
        await desk.keeper.unlock(ScriptedPrompter(None))


async def test_who_declines_the_vault_is_asked_for_the_password(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", VAULT, CANARY, ScriptedPrompter("sesame"))
    desk.restart()
    person = ScriptedPrompter(None, TypedSecret("typed"))
    assert await desk.prompter(person).ask(Password("web-1", AT)) == "typed"


@pytest.mark.parametrize("place", [KEYRING, VAULT])
async def test_deleting_a_host_deletes_its_secret_at_the_end_and_undo_keeps_it(desk: Desk, place: Place) -> None:
    await desk.keeper.keep("web-1", "secret", place, CANARY, ScriptedPrompter("sesame"))
    removed = desk.store.remove("web-1")
    desk.store.put(removed)
    await desk.keeper.settle()
    desk.restart()
    assert await desk.prompter(ScriptedPrompter("sesame")).ask(Password("web-1", AT)) == CANARY
    desk.store.remove("web-1")
    await desk.keeper.settle()
    if place == KEYRING:
        assert not desk.backend.held
    else:
        await desk.keeper.unlock(ScriptedPrompter("sesame"))
        assert not desk.keeper.vault.ids()


async def test_a_secret_in_the_locked_vault_goes_when_it_is_next_open(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", VAULT, CANARY, ScriptedPrompter("sesame"))
    desk.restart()
    desk.store.remove("web-1")
    await desk.keeper.settle()
    desk.restart()
    await desk.keeper.unlock(ScriptedPrompter("sesame"))
    assert not desk.keeper.vault.ids()


async def test_what_several_instances_forget_at_once_is_all_noted(desk: Desk) -> None:
    hosts = [replace(WEB, extra={"secret": str(new_reference(VAULT))}) for _ in range(8)]
    await desk.keeper.keep("web-1", "secret", VAULT, CANARY, ScriptedPrompter("sesame"))
    keepers = [desk.restart() for _ in hosts]
    # A loop for each, as in processes of their own.
    ends = [asyncio.to_thread(asyncio.run, keeper.settle([host])) for keeper, host in zip(keepers, hosts, strict=True)]
    await asyncio.gather(*ends)
    wanted = {str(host.extra["secret"]).removeprefix("vault:") for host in hosts}
    assert set(json.loads((desk.directory / "state" / "forgotten.json").read_bytes())) == wanted


async def test_what_is_forgotten_while_the_vault_opens_elsewhere_goes_too(desk: Desk) -> None:
    desk.store.put(Host("db", "10.0.0.6"))
    for name in ("web-1", "db"):
        await desk.keeper.keep(name, "secret", VAULT, CANARY, ScriptedPrompter("sesame"))
    await desk.restart().settle([desk.store.remove("web-1")])
    opening, other = desk.restart(), desk.restart()
    with locked(opening.vault.path):
        unlocked = asyncio.create_task(opening.unlock(ScriptedPrompter("sesame")))
        await eventually(lambda: opening.vault.unlocked, "the vault open, its first number not yet removed")
        await other.settle([desk.store.remove("db")])
    await unlocked
    await other.unlock(ScriptedPrompter("sesame"))
    assert not other.vault.ids()


async def test_removing_a_secret_leaves_the_host_without_its_reference(desk: Desk) -> None:
    await desk.keeper.keep("web-1", "secret", KEYRING, CANARY, ScriptedPrompter())
    (saved,) = desk.keeper.saved()
    await desk.keeper.remove(saved, ScriptedPrompter())
    assert not desk.backend.held
    assert not desk.keeper.saved()
    assert not FIELDS.keys() & (desk.store.get("web-1") or WEB).extra.keys()


async def test_a_plain_password_is_told_never_used_and_moved(tmp_path: Path) -> None:
    file = tmp_path / "hosts.toml"
    file.write_text(
        f'version = 1\n\n[[hosts]]\nname = "web-1"\naddress = "10.0.0.5"\nuser = "root"\npassword = "{CANARY}"\n'
    )
    desk = Desk(tmp_path)
    (warning,) = desk.keeper.plain_warnings()
    assert "sshtui secrets move web-1" in warning
    assert CANARY not in warning
    person = ScriptedPrompter(TypedSecret("typed"))
    assert await desk.prompter(person).ask(Password("web-1", AT)) == "typed"
    await desk.keeper.move_plain("web-1", KEYRING, ScriptedPrompter())
    assert CANARY not in file.read_text()
    assert "password =" not in file.read_text()
    assert await desk.prompter(ScriptedPrompter()).ask(Password("web-1", AT)) == CANARY
    with pytest.raises(NotFound):
        await desk.keeper.move_plain("web-1", KEYRING, ScriptedPrompter())


async def test_the_question_offers_the_places_there_are_best_first(desk: Desk) -> None:
    person = ScriptedPrompter(None)
    assert await desk.prompter(person).ask(Password("web-1", AT)) is None
    assert person.questions == [RememberableSecret(Password("web-1", AT), (KEYRING, VAULT))]
