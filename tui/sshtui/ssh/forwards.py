"""The port forwards of a connection: opened once however many tabs are on it, closed with it (RFC 4254 section 7)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import stat
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakSet

from sshtui.errors import ForwardFailed, UsageError
from sshtui.model.forwards import (
    EXIT_ON_FAILURE,
    GATEWAY_PORTS,
    Endpoint,
    ForwardState,
    endpoint,
    write_forward,
)
from sshtui.model.hosts import Forward, Host
from sshtui.model.questions import Notice, Prompter
from sshtui.ssh.library import asyncssh
from sshtui.ssh.remote_forwards import listen_there
from sshtui.ssh.translate import FOREIGN, forward_failed, forwarding_refused

OPEN_LIMIT = 10.0
"""Seconds a server may take to say whether it listens."""

LET_GO_LIMIT = 2.0
"""Seconds it may take to say that it listens no longer."""

LOOPBACK = "127.0.0.1"
"""Where a local forward listens unless its host says otherwise."""


class Forwards:
    """What one connection listens for, here and on its server."""

    def __init__(self, ssh: asyncssh.SSHClientConnection) -> None:
        self._ssh = ssh
        self._listeners: dict[Forward, asyncssh.SSHListener] = {}
        self._states: dict[Forward, ForwardState] = {}
        self._heirs: list[tuple[Forwards, Host, Prompter]] = []
        self._lenders: WeakSet[Forwards] = WeakSet()
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def states(self) -> tuple[ForwardState, ...]:
        """Every forward that was asked for, in that order, and how it stands."""
        return tuple(self._states.values())

    def _is_over(self) -> bool:
        return self._closed or self._ssh.is_closed()

    async def open(self, host: Host, prompter: Prompter, others: Sequence[Forwards] = ()) -> None:
        """Open those forwards of `host` that are not open yet; what fails is told.

        What one of the `others`, connections to the same account, has open stays there, and comes here when that
        connection ends. Raises ForwardFailed where the host wants no tab without them.
        """
        async with self._turn:
            for forward in dict.fromkeys(host.forwards):
                if forward in self._listeners or self._is_over():
                    continue
                owner = next((other for other in others if forward in other._listeners), None)
                if owner is not None:
                    if not any(heir is self and known == host for heir, known, _ in owner._heirs):
                        owner._heirs.append((self, host, prompter))
                        self._lenders.add(owner)
                    self._states[forward] = owner._states[forward]
                    continue
                problem = await self._begin(forward, host, prompter)
                if self._is_over():
                    # Whoever opens the terminal next learns why.
                    return
                before, port = self._states.get(forward), self._chosen_port(forward)
                now = ForwardState(forward, not problem, problem, port)
                self._states[forward] = now
                if port:
                    text = f"{host.name} listens at port {port} for the forward {write_forward(forward)}."
                    prompter.tell(Notice(text))
                if not problem:
                    continue
                sentence = f"The forward {write_forward(forward)} of {host.name} is not open: {problem}."
                if host.extra.get(EXIT_ON_FAILURE) is True:
                    raise ForwardFailed(sentence, hint=f"{host.name} is set to open no terminal without its forwards.")
                if before != now:
                    prompter.tell(Notice(sentence, level="warning"))

    async def close(self) -> None:
        """Stop listening, for good; safe to call twice."""
        self._closed = True
        listeners = self._stop_listening()
        self._states.clear()
        for lender in self._lenders:
            lender._heirs = [heir for heir in lender._heirs if heir[0] is not self]
        self._lenders.clear()
        if not self._heirs:
            return
        # The server gives a port to the next one only when it has let go of it.
        with contextlib.suppress(*FOREIGN):
            async with asyncio.timeout(LET_GO_LIMIT):
                for forward, listener in listeners.items():
                    if forward.kind == "remote" and not self._ssh.is_closed():
                        await listener.wait_closed()

    async def hand_over(self) -> None:
        """After `close`: the connections that wait for these forwards open them."""
        heirs, self._heirs = self._heirs, []
        for place, (heir, host, prompter) in enumerate(heirs):
            with contextlib.suppress(ForwardFailed):
                await heir.open(host, prompter, [other for other, _, _ in heirs[:place]])

    async def _begin(self, forward: Forward, host: Host, prompter: Prompter) -> str:
        """Why it cannot be opened, or ""."""
        try:
            beginning = asyncio.ensure_future(self._listen(forward, host, prompter))
            try:
                async with asyncio.timeout(OPEN_LIMIT):
                    listener = await asyncio.shield(beginning)
            except BaseException:
                # Given up or cancelled: what opens all the same has no owner.
                beginning.add_done_callback(_close_unwanted)
                raise
        except UsageError as error:
            return error.sentence.removesuffix(".")
        except FOREIGN as error:
            return forward_failed(error, forward, host.name)
        self._listeners[forward] = listener
        if self._closed:
            self._stop_listening()
        return ""

    def _chosen_port(self, forward: Forward) -> int:
        """Where the server listens that was to choose (port 0, RFC 4254 section 7.1); 0 for any other forward."""
        listen, listener = endpoint(forward.listen), self._listeners.get(forward)
        return listener.get_port() if listener is not None and not listen.path and not listen.port else 0

    def _stop_listening(self) -> dict[Forward, asyncssh.SSHListener]:
        """What was listened for."""
        listeners, self._listeners = self._listeners, {}
        for forward, listener in listeners.items():
            listener.close()
            if forward.kind == "local" and (path := endpoint(forward.listen).path):
                _unlink(_expanded(path))
        return listeners

    async def _listen(self, forward: Forward, host: Host, prompter: Prompter) -> asyncssh.SSHListener:
        listen = endpoint(forward.listen)
        if forward.kind == "remote":
            to = endpoint(forward.to) if forward.to else None
            return await listen_there(self._ssh, listen, to, partial(self._met, forward, host, prompter))
        return await self._listen_here(forward, listen, host, prompter)

    async def _listen_here(
        self, forward: Forward, listen: Endpoint, host: Host, prompter: Prompter
    ) -> asyncssh.SSHListener:
        """Its own coroutine for each connection: asyncssh's methods keep to themselves why a server refused one."""
        to = endpoint(forward.to) if forward.kind == "local" else None

        async def carry(session_factory: Any, *ends: Any) -> Any:
            opened: Any
            try:
                if to is not None and to.path:
                    opened = await self._ssh.create_unix_connection(session_factory, to.path)
                elif to is not None:
                    opened = await self._ssh.create_connection(session_factory, to.address or "", to.port, *ends)
                else:
                    opened = await self._ssh.create_connection(session_factory, *ends)
            except asyncssh.ChannelOpenError as refused:
                # Who connects here sees that one target is not there; that the server will open none, nobody would.
                forbidden = refused.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED
                self._met(forward, host, prompter, forwarding_refused(refused, host.name), tell=forbidden)
                raise
            self._met(forward, host, prompter, "")
            return opened

        loop = asyncio.get_running_loop()
        if listen.path:
            path = _expanded(listen.path)
            if _is_served(path):
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), path)
            server = await loop.create_unix_server(
                lambda: asyncssh.forward.SSHLocalPathForwarder(self._ssh, carry), sock=_private_socket(path)
            )
            return asyncssh.listener.SSHForwardListener(self._ssh, [server], path)
        every = "" if host.extra.get(GATEWAY_PORTS) is True else LOOPBACK
        address = every if listen.address is None else listen.address
        listeners = asyncssh.listener
        dynamic = forward.kind == "dynamic"
        create = listeners.create_socks_listener if dynamic else listeners.create_tcp_forward_listener
        return await create(self._ssh, loop, carry, address, listen.port)

    def _met(self, forward: Forward, host: Host, prompter: Prompter, problem: str, *, tell: bool = True) -> None:
        """Keep why a connection of a forward leads nowhere, "" when it leads there; told once for each reason."""
        before = self._states.get(forward)
        if before is None:
            return
        now = replace(before, is_open=True, problem=problem)
        self._states[forward] = now
        if problem and tell and before != now:
            text = f"The forward {write_forward(forward)} of {host.name} carries nothing: {problem}."
            prompter.tell(Notice(text, level="warning"))


def _expanded(path: str) -> str:
    return os.path.expanduser(path)


def _unlink(path: str) -> None:
    """Closing a Unix socket leaves its file."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def _is_served(path: str) -> bool:
    """Whether somebody answers at a Unix socket; one that was left behind is replaced."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True


def _private_socket(path: str) -> socket.socket:
    """A Unix socket at `path`, nobody else's from its first moment on (ssh_config(5), StreamLocalBindMask)."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            os.unlink(path)
    private = socket.socket(socket.AF_UNIX)
    # It can only be set for the whole process; a strict one harms nobody who makes a file meanwhile.
    mask = os.umask(0o177)
    try:
        private.bind(path)
    except BaseException:
        private.close()
        raise
    finally:
        os.umask(mask)
    return private


def _close_unwanted(beginning: asyncio.Future[asyncssh.SSHListener]) -> None:
    if not beginning.cancelled() and beginning.exception() is None:
        beginning.result().close()
