"""What only a person decides, and who carries the question.

A question is a frozen value; its type names the answer. `None` instead of an answer means that the
person declined. The UI shows a modal, the command line asks on the plain terminal, a test has a script.
All `str` fields that a server chose are untrusted: whoever shows them passes them through `plain`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from sshtui.model.host_keys import DnsVerdict, HostKey, KnownEntry
from sshtui.model.key_pairs import KeyPair

A = TypeVar("A")


class Question(Generic[A]):
    """Something a person is asked; `A` is the type of the answer."""


class Prompter(Protocol):
    """Carries questions to a person."""

    async def ask(self, question: Question[A]) -> A | None:
        """The answer, or None when the person declined. Cancelling this call takes the question back."""
        ...

    def tell(self, notice: Notice) -> None:
        """Show something that needs no answer; returns at once."""
        ...


Trust = Literal["save", "once"]
"""PuTTY's *Accept* (save) and *Connect Once*."""


@dataclass(frozen=True)
class UnknownHostKey(Question[Trust]):
    """A server nobody has trusted yet. Nothing but the key exchange has happened."""

    name: str
    address: str
    port: int
    host_key: HostKey
    dns: DnsVerdict = "unasked"


@dataclass(frozen=True)
class ChangedHostKey(Question[Literal["replace"]]):
    """A known server with another host key: loud, declining is the default.

    `another_type`: the host is known only by host keys of other types.
    """

    name: str
    address: str
    port: int
    host_key: HostKey
    known: tuple[KnownEntry, ...]
    another_type: bool = False
    dns: DnsVerdict = "unasked"


@dataclass(frozen=True)
class Password(Question[str]):
    """The login password. `attempt` counts from 1."""

    name: str
    destination: str
    attempt: int = 1


@dataclass(frozen=True)
class Passphrase(Question[str]):
    """The passphrase of a private key, or the PIN of a token. `problem` says why the last one did not do."""

    label: str
    attempt: int = 1
    problem: str = ""
    what: Literal["Passphrase", "PIN"] = "Passphrase"


Place = Literal["keyring", "vault"]
KEYRING: Place = "keyring"
VAULT: Place = "vault"
"""Where a secret can be kept: the system's keyring, or our own encrypted file."""


@dataclass(frozen=True)
class TypedSecret:
    """What a person typed, and where to keep it once it has served; None for nowhere."""

    text: str = field(repr=False)
    place: Place | None = None


@dataclass(frozen=True)
class RememberableSecret(Question[TypedSecret]):
    """The same as `question`, with the offer to keep the answer in one of `places`, the best first."""

    question: Password | Passphrase
    places: tuple[Place, ...]


@dataclass(frozen=True)
class VaultPassword(Question[str]):
    """The password of the vault; with `new` one to choose, which must not be mistyped. `problem`: why again."""

    new: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Field:
    """One prompt of a keyboard-interactive request (RFC 4256 section 3.2); `echo` as the server says."""

    text: str
    echo: bool


@dataclass(frozen=True)
class Challenge(Question[tuple[str, ...]]):
    """Keyboard-interactive prompts, any number; the answer has one string for each."""

    name: str
    destination: str
    title: str
    instruction: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class PasswordChange:
    """Old and new password; `old` is "" when the question did not need it."""

    old: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True)
class NewPassword(Question[PasswordChange]):
    """The server (or the person) wants another password (RFC 4252 section 8).

    `prompt` is the server's text, `problem` why the last try was refused, `demanded` whether login waits for it.
    """

    name: str
    destination: str
    prompt: str = ""
    problem: str = ""
    needs_old: bool = True
    demanded: bool = True


@dataclass(frozen=True)
class ChosenKeyPair:
    """The key pair to log in with; `remember` writes it into the saved host."""

    key_pair: KeyPair
    remember: bool = False


@dataclass(frozen=True)
class ChooseKeyPair(Question[ChosenKeyPair]):
    """Which key pair to offer; `current` is the host's own path, "" for none."""

    name: str
    key_pairs: tuple[KeyPair, ...]
    current: str = ""
    again: Callable[[], Awaitable[Sequence[KeyPair]]] | None = field(default=None, compare=False, repr=False)
    """Reads the key pairs anew, where a person can make one while choosing."""


@dataclass(frozen=True)
class Confirm(Question[bool]):
    """Yes or no. `danger` makes no the default and the yes loud."""

    title: str
    text: str
    yes: str = "Yes"
    no: str = "Cancel"
    danger: bool = False


@dataclass(frozen=True)
class Quit(Question[Literal["quit", "detach"]]):
    """Whether to end an app whose tabs are live, or only to leave it; `text` says what would end."""

    text: str


@dataclass(frozen=True)
class ConfirmPaste(Question[bool]):
    """Whether `text`, as it lies in the clipboard, goes to the host called `name`."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """Something to show: `server` marks text that came from the other side."""

    text: str
    title: str = ""
    level: Literal["information", "warning", "error"] = "information"
    server: bool = False
