"""The answers to one server's login questions: key pairs first, then whatever the server wants of a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from sshtui.errors import Declined, LoginRejected
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import Challenge, Field, NewPassword, Notice, Password, PasswordChange, Prompter
from sshtui.model.text import plain, plain_lines
from sshtui.ssh.library import asyncssh
from sshtui.ssh.offers import Offers
from sshtui.ssh.prompts import ChangeAnswers, Wants, message_before, wants
from sshtui.ssh.quirks import Wire, attach, refuse_certificates
from sshtui.ssh.revocations import HostCertificate
from sshtui.ssh.wishes import LOGIN_METHODS

BANNER_LIMIT = 8192
"""Characters of login banners that are shown; a server may send them without end (RFC 4252 section 5.4)."""

BANNERS_SHOWN = 8
ROUNDS_LIMIT = 50
"""Keyboard-interactive requests in one attempt: a server may go on asking nothing for ever (RFC 4256 section 3.4)."""

PROMPTS_LIMIT = 50
"""Prompts in one keyboard-interactive request; no real server comes near."""

_WORDS = {"publickey": "the key pair", "password": "the password", "keyboard-interactive": "the answers"}

DIALOGUES_LIMIT = 3
"""How often keyboard-interactive is begun, so that tries are left for the password method."""


class LoginClient(asyncssh.SSHClient):
    """One login attempt on one server.

    asyncssh begins with the first method again after every failure, so each method keeps its own count.
    A question the person declines ends the attempt with Declined.
    """

    def __init__(
        self,
        host: Host,
        destination: str,
        prompter: Prompter,
        offers: Offers | None,
        *,
        password: str = "",
        progress: Callable[[], None] = lambda: None,
        methods: AbstractSet[str] = LOGIN_METHODS,
    ) -> None:
        """`methods` are those that may be used at all."""
        self._host = host
        self._destination = destination
        self._prompter = prompter
        self._offers = offers
        self._password = password
        self._progress = progress
        self._methods = methods
        self.wire: Wire | None = None
        self.revoked: Callable[[HostCertificate], bool] = lambda certificate: False
        """Whether a host certificate must never be accepted."""
        self.refused_host_keys: list[HostKey] = []
        """Host keys asyncssh did not find among the trusted ones."""
        self.tried: list[str] = []
        self.server_methods: tuple[str, ...] = ()
        self.method = "none"
        """The method asked for last: the one that succeeded, once logged in."""
        self.key_pair: asyncssh.SSHKeyPair | None = None
        """The key pair offered last: the one that logged in, when `method` is publickey."""
        self._password_attempts = 0
        self._dialogues = 0
        self._rounds = 0
        self._dialogue_answered = True
        self._change = ChangeAnswers()
        self._change_problem = ""
        self._banner_room = BANNER_LIMIT
        self._banners = 0

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.wire = attach(conn)
        refuse_certificates(conn, self.revoked)

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep why: a channel that is being opened hears only that the connection is gone."""
        if self.wire is not None:
            self.wire.ended = exc

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Refuse: this connection ends before anything was sent, and a person is asked without one open."""
        self.refused_host_keys.append(HostKey(key.public_data))
        return False

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Show the first lines; what a server sends beyond BANNER_LIMIT is counted as noise."""
        text = "\n".join(plain_lines(msg[: self._banner_room]))
        self._banner_room -= min(len(msg), self._banner_room)
        self._banners += 1
        if text.strip() and self._banners <= BANNERS_SHOWN:
            self._prompter.tell(Notice(text, title=f"Message from {self._destination}", server=True))

    @property
    def asked_for(self) -> set[str]:
        """Every method the server was asked for, `none` included."""
        return self.wire.asked_for if self.wire is not None else set()

    @property
    def offers_made(self) -> int:
        """How many key pairs the server was offered."""
        return self._offers.made if self._offers is not None else 0

    def _asked_for(self, method: str) -> None:
        self.method = method
        self._progress()
        if self.wire is not None:
            self._tell_partial(self.wire)
            rest = self.wire.connection.get_server_auth_methods()
            self.server_methods = tuple(dict.fromkeys([*self.server_methods, *rest]))

    def _tell_partial(self, wire: Wire) -> None:
        """Say what was right when the server wants more, or the next question looks like a refusal."""
        took, wire.took = wire.took, ""
        if took:
            word = _WORDS.get(took, plain(took, 40))
            rest = " or ".join(plain(each, 40) for each in wire.connection.get_server_auth_methods())
            self._prompter.tell(Notice(f"{self._host.name} accepted {word} and wants more: {rest}."))

    def _try(self, method: str) -> None:
        if method not in self.tried:
            self.tried.append(method)

    # publickey (RFC 4252 section 7)

    async def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | None:
        """The next key pair; asyncssh asks the server first whether it would do, and signs only then."""
        self._asked_for("publickey")
        offers = self._offers if "publickey" in self._methods else None
        key_pair = await offers.next() if offers is not None else None
        if key_pair is not None:
            self._try("publickey")
            self.key_pair = key_pair
        return key_pair

    # password (RFC 4252 section 8)

    async def password_auth_requested(self) -> str | None:
        """The password from the person, attempts counted; a password handed in at the start goes first, once."""
        self._asked_for("password")
        return await self._ask_password() if "password" in self._methods else None

    async def _ask_password(self) -> str:
        self._try(self.method)
        if self._password:
            password, self._password = self._password, ""
            return password
        self._password_attempts += 1
        answer = await self._prompter.ask(Password(self._host.name, self._destination, self._password_attempts))
        if answer is None:
            raise Declined(f"Not logged in to {self._host.name}: no password was given.")
        return answer

    async def password_change_requested(self, prompt: str, lang: str) -> tuple[str, str]:
        """Old and new password when the server demands a change (SSH_MSG_USERAUTH_PASSWD_CHANGEREQ)."""
        change = await self._ask_change(prompt, self._change_problem, needs_old=True)
        self._change_problem = ""
        return change.old, change.new

    def password_change_failed(self) -> None:
        """The server asks again, or goes on to another method; a next question says so."""
        self._change_problem = "The server refused the change."

    async def _ask_change(self, prompt: str, problem: str, *, needs_old: bool) -> PasswordChange:
        question = NewPassword(
            self._host.name,
            self._destination,
            "\n".join(plain_lines(prompt)),
            "\n".join(plain_lines(problem)),
            needs_old=needs_old,
        )
        change = await self._prompter.ask(question)
        if change is None:
            raise Declined(f"Not logged in to {self._host.name}: the password was not changed.")
        return change

    # keyboard-interactive (RFC 4256)

    async def kbdint_auth_requested(self) -> str | None:
        """Begin a dialogue, unless the last one brought no challenge: such a server would be asked for ever."""
        self._asked_for("keyboard-interactive")
        wanted = "keyboard-interactive" in self._methods
        if not wanted or not self._dialogue_answered or self._dialogues >= DIALOGUES_LIMIT:
            return None
        self._dialogue_answered = False
        self._dialogues += 1
        self._change = ChangeAnswers()
        return ""

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str]:
        """Answers in the order of the prompts; a password is asked as one, a change as one change."""
        self._progress()
        self._dialogue_answered = True
        self._try("keyboard-interactive")
        self._rounds += 1
        if self._rounds > ROUNDS_LIMIT:
            raise LoginRejected(f"{self._host.name} asks on and on.", hint="No real server does that.")
        said = "\n".join(part for part in (name, instructions) if part.strip())
        if not prompts:
            if said.strip():
                self.auth_banner_received(said, lang)
            return []
        if len(prompts) > PROMPTS_LIMIT:
            raise LoginRejected(
                f"{self._host.name} asked {len(prompts)} questions at once.", hint="No real server does that."
            )
        wanted = [Wants.OTHER if echo else wants(prompt) for prompt, echo in prompts]
        if all(want in (Wants.CURRENT, Wants.NEW, Wants.REPEAT) for want in wanted):
            texts = [message_before(prompt) for prompt, _ in prompts]
            return await self._answer_change(wanted, "\n".join(text for text in (said, *texts) if text))
        if wanted == [Wants.PASSWORD] and not said.strip() and not message_before(prompts[0][0]):
            return [await self._ask_password()]
        fields = tuple(Field("\n".join(plain_lines(prompt, 8)), echo) for prompt, echo in prompts)
        answers = await self._prompter.ask(
            Challenge(
                self._host.name,
                self._destination,
                plain(name),
                "\n".join(plain_lines(instructions)),
                fields,
            )
        )
        if answers is None:
            raise Declined(f"Not logged in to {self._host.name}: its questions were not answered.")
        return list(answers)

    async def _answer_change(self, wanted: Sequence[Wants], said: str) -> list[str]:
        if any(self._change.needs_change(want) for want in wanted):
            refused = any(self._change.refuses(want) for want in wanted)
            problem = (said or "The server refused the new password.") if refused else ""
            self._change.use(
                await self._ask_change("" if refused else said, problem, needs_old=Wants.CURRENT in wanted)
            )
        return [self._change.answer(want) for want in wanted]
