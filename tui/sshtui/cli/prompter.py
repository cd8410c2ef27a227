"""Questions on a plain terminal, as ssh asks them: for commands that run without the app."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal, TypeVar, cast

from sshtui.model.host_keys import DNS_WORDS, HostKey
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    ChooseKeyPair,
    ChosenKeyPair,
    Confirm,
    ConfirmPaste,
    NewPassword,
    Notice,
    Passphrase,
    Password,
    PasswordChange,
    Question,
    RememberableSecret,
    Trust,
    TypedSecret,
    UnknownHostKey,
    VaultPassword,
)
from sshtui.model.text import plain, plain_lines, visible_controls

A = TypeVar("A")

TRIES = 3
"""How often an answer that cannot be meant is asked for again; then the person has declined."""


class PlainPrompter:
    """Fits `model.questions.Prompter` on an open terminal: reads lines, without echo where the answer is a secret.

    An empty line at a yes-or-no question, end of file (Ctrl+D) and three wrong answers decline. Cancelling `ask`
    leaves the terminal as it was.
    """

    def __init__(self, fileno: int | None) -> None:
        """`fileno`: a terminal, open for reading and writing; with None every question is declined."""
        self._fileno = fileno
        self._turn = asyncio.Lock()
        self._handlers: dict[type[Question[Any]], Callable[[Any], Awaitable[object]]] = {
            Challenge: self._challenge,
            ChangedHostKey: self._changed_host_key,
            ChooseKeyPair: self._choose_key_pair,
            Confirm: self._confirm,
            ConfirmPaste: self._confirm_paste,
            NewPassword: self._new_password,
            Passphrase: self._passphrase,
            Password: self._password,
            RememberableSecret: self._rememberable,
            UnknownHostKey: self._unknown_host_key,
            VaultPassword: self._vault_password,
        }

    async def ask(self, question: Question[A]) -> A | None:
        """The answer, or None when the person declined; questions asked meanwhile wait."""
        if self._fileno is None:
            return None
        async with self._turn:
            return cast("A | None", await self._handlers[type(question)](question))

    def tell(self, notice: Notice) -> None:
        """Print it; a server's words behind a bar."""
        if notice.title:
            self._say(plain(notice.title))
        self._server_says(notice.text) if notice.server else self._say(*plain_lines(notice.text))

    async def _unknown_host_key(self, question: UnknownHostKey) -> Trust | None:
        name, address = plain(question.name), plain(question.address)
        self._say(f"{name} ({address} port {question.port}) shows a host key that you have not trusted yet.")
        self._show("Host key", question.host_key)
        self._say(f"             {question.host_key.md5}")
        if question.dns != "unasked":
            self._say(f"             {DNS_WORDS[question.dns]}")
        answers: dict[str, Trust | None] = {"yes": "save", "once": "once", "no": None, "": None}
        for _ in range(TRIES):
            line = await self._line("Accept it? yes (and save), once, or no: ")
            if line is None or line.strip().lower() in answers:
                return answers[line.strip().lower()] if line is not None else None
        return None

    async def _changed_host_key(self, question: ChangedHostKey) -> Literal["replace"] | None:
        name = plain(question.name)
        what = "is known by a host key of another type" if question.another_type else "HAS ANOTHER HOST KEY THAN BEFORE"
        self._say(f"WARNING: {name} ({plain(question.address)} port {question.port}) {what}.")
        self._say("Someone may be between you and it, or the server was set up anew. Nothing has been sent.")
        self._show("Shows now", question.host_key)
        if question.dns != "unasked":
            self._say(f"             {DNS_WORDS[question.dns]}")
        for entry in question.known:
            self._show("Known by", entry.host_key)
            self._say(f"             {plain(entry.path)}, line {entry.line}")
        line = await self._line(f"To put the new host key in place of the known, type {name}; anything else cancels: ")
        return "replace" if line == name else None

    async def _password(self, question: Password) -> str | None:
        if question.attempt > 1:
            self._say(f"{plain(question.name)} did not accept that password. Attempt {question.attempt}.")
        return await self._line(f"Password of {plain(question.destination)}: ", echo=False)

    async def _passphrase(self, question: Passphrase) -> str | None:
        if question.problem:
            self._say(plain(question.problem))
        return await self._line(f"{question.what} of {plain(question.label)}: ", echo=False)

    async def _rememberable(self, question: RememberableSecret) -> TypedSecret | None:
        asked = question.question
        text = await (self._password(asked) if isinstance(asked, Password) else self._passphrase(asked))
        if text is None:
            return None
        line = (
            await self._line(f"Remember it in: {', '.join(question.places)}, or nothing for nowhere: ") or ""
        ).strip()
        return TypedSecret(text, next((place for place in question.places if place == line), None))

    async def _vault_password(self, question: VaultPassword) -> str | None:
        if question.problem:
            self._say(plain(question.problem))
        if not question.new:
            return await self._line("Password of the vault: ", echo=False)
        self._say("Choose the password of the vault. Without it nobody opens the vault, nor do you.")
        for _ in range(TRIES):
            new = await self._line("New password of the vault: ", echo=False)
            again = await self._line("The same again: ", echo=False) if new else None
            if not new or again is None:
                return None
            if new == again:
                return new
            self._say("The two passwords differ.")
        return None

    async def _challenge(self, question: Challenge) -> tuple[str, ...] | None:
        words = "\n".join(part for part in (question.title, question.instruction) if part.strip())
        self._say(f"{plain(question.name)} ({plain(question.destination)}) asks:")
        if words:
            self._server_says(words)
        answers = []
        for field in question.fields:
            line = await self._line(f"| {plain(field.text)} ", echo=field.echo)
            if line is None:
                return None
            answers.append(line)
        return tuple(answers)

    async def _new_password(self, question: NewPassword) -> PasswordChange | None:
        self._say(f"The password of {plain(question.destination)} is to be changed.")
        words = "\n".join(part for part in (question.prompt, question.problem) if part.strip())
        if words:
            self._server_says(words)
        old: str | None = ""
        if question.needs_old:
            old = await self._line("Old password: ", echo=False)
        for _ in range(TRIES):
            new = None if old is None else await self._line("New password: ", echo=False)
            again = None if new is None else await self._line("New password again: ", echo=False)
            if old is None or new is None or again is None:
                return None
            if new and new == again:
                return PasswordChange(old, new)
            self._say("The two new passwords differ." if new else "A new password is needed.")
        return None

    async def _choose_key_pair(self, question: ChooseKeyPair) -> ChosenKeyPair | None:
        self._say(f"Key pairs for {plain(question.name)}:")
        for number, key_pair in enumerate(question.key_pairs, 1):
            public = key_pair.public
            facts = [plain(public.kind, 40), public.sha256] if public is not None else []
            facts += [key_pair.whereabouts] if key_pair.source != "file" else []
            facts += ["with passphrase"] if key_pair.encrypted else []
            self._say(f"{number:3}  {plain(key_pair.label)}", "     " + ", ".join(facts))
        for _ in range(TRIES):
            line = await self._line("Number, or nothing to cancel: ")
            if not line:
                return None
            if line.isascii() and line.isdigit() and 1 <= int(line[:9]) <= len(question.key_pairs):
                remember = await self._yes(f"Remember it for {plain(question.name)}? yes or no: ")
                return ChosenKeyPair(question.key_pairs[int(line) - 1], remember)
        return None

    async def _confirm(self, question: Confirm) -> bool:
        self._say(plain(question.title), *plain_lines(question.text))
        return await self._yes(f"{plain(question.yes)}? yes or no: ")

    async def _confirm_paste(self, question: ConfirmPaste) -> bool:
        self._say(f"To be sent to {plain(question.name)}:", *(f"| {line}" for line in visible_controls(question.text)))
        return await self._yes("Send it? yes or no: ")

    async def _yes(self, prompt: str) -> bool:
        for _ in range(TRIES):
            line = (await self._line(prompt) or "no").strip().lower()
            if line in ("yes", "y"):
                return True
            if line in ("no", "n"):
                return False
        return False

    def _show(self, label: str, host_key: HostKey) -> None:
        bits = f", {host_key.bits} bits" if host_key.bits else ""
        self._say(f"  {label:10} {plain(host_key.kind, 40)}{bits}", f"             {host_key.sha256}")

    def _server_says(self, text: str) -> None:
        self._say(*(f"| {line}" for line in plain_lines(text)))

    def _say(self, *lines: str) -> None:
        self._write("".join(f"{line}\n" for line in lines))

    def _write(self, text: str) -> None:
        if self._fileno is None:
            sys.stderr.write(text)
            return
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self._fileno, data) :]

    async def _line(self, prompt: str, *, echo: bool = True) -> str | None:
        """One line without its end; None at end of file."""
        assert self._fileno is not None, "without a terminal nothing is asked"
        with _echo(self._fileno, echo):
            self._write(prompt)
            await _readable(self._fileno)
            data = os.read(self._fileno, 65536)
        if not echo or not data.endswith(b"\n"):
            self._write("\n")
        return data.rstrip(b"\n").decode("utf-8", "surrogateescape") if data else None


@contextlib.contextmanager
def plain_prompter() -> Iterator[PlainPrompter]:
    """A prompter on the terminal this process was started from, whatever stdin and stdout are redirected to.

    Without one (cron, a service) it declines every question and prints notices on standard error.
    """
    try:
        fileno = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        yield PlainPrompter(None)
        return
    try:
        yield PlainPrompter(fileno)
    finally:
        os.close(fileno)


async def _readable(fileno: int) -> None:
    """Wait for a line; the terminal itself gathers it (canonical mode)."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(fileno, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fileno)


@contextlib.contextmanager
def _echo(fileno: int, on: bool) -> Iterator[None]:
    """While inside, the terminal gathers whole lines and echoes them or not; what was typed before is dropped."""
    before = termios.tcgetattr(fileno)
    wanted = termios.tcgetattr(fileno)
    wanted[3] |= termios.ICANON | termios.ISIG
    wanted[3] = wanted[3] | termios.ECHO if on else wanted[3] & ~termios.ECHO
    termios.tcsetattr(fileno, termios.TCSADRAIN if on else termios.TCSAFLUSH, wanted)
    try:
        yield
    finally:
        termios.tcsetattr(fileno, termios.TCSADRAIN, before)
