"""The key pairs a person has, offered to the wire; passphrases are asked when a signature is wanted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError, NotFound
from sshtui.files import with_home
from sshtui.keys.adding import SETTING, add_opened, read_adding
from sshtui.keys.agent import Agent, AgentKey
from sshtui.keys.beside import certified_key
from sshtui.keys.formats import Format
from sshtui.keys.inspect import certificate_path, inspect_file, key_pair, list_directory
from sshtui.keys.tokens import PROVIDER, ClosedToken, OpenedToken, Token, token_key_pairs
from sshtui.model.further_fields import CERTIFICATES, IDENTITY_AGENT, agent_socket
from sshtui.model.host_keys import PublicKey
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Notice, Prompter

if TYPE_CHECKING:
    import asyncssh

    from sshtui.keys.signing import OpenedFile

FILES = "identity_files"
"""Field of a host: paths of further key pairs of its own, in the order they are offered (several IdentityFile)."""

ONLY = "identities_only"
"""Field of a host: `true` offers no key pair but its own (IdentitiesOnly)."""

DEFAULT_NAMES = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk", "id_dsa")
"""Files in `~/.ssh` that are offered unasked, in this order."""


class FileAndAgentIdentities:
    """Key files of a directory (`~/.ssh`) and the keys of an agent; fits the wire's Identities.

    `agent_path` is the agent's socket, None for no agent. What a passphrase opened stays in memory, for this
    run and as long as the file does not change; the passphrase itself is not kept.
    """

    def __init__(self, directory: Path | None = None, agent_path: str | None = None) -> None:
        self._directory = directory or with_home("~/.ssh")
        self._agent = Agent(agent_path) if agent_path else None
        self._opened: dict[Path, OpenedFile] = {}
        self._warned: set[Path] = set()
        self._tokens: dict[PublicKey | None, OpenedToken] = {}
        self._closed_tokens: dict[str, ClosedToken] = {}
        self._token_turns: defaultdict[Token, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._token_problems: dict[str, KeyPairError] = {}

    def use_agent(self, path: str) -> None:
        """From here on the agent is the one behind the socket `path`."""
        self._agent = Agent(path)

    async def available(self, host: Host) -> Sequence[KeyPair]:
        """The host's own key pair, the agent's, the default files; then, not `automatic`, all other private key files.

        Each key appears once: the host's own before the agent's before a file's. Files that cannot be read are left
        out, but for the host's own, of which `signer` then says what is wrong. Reads public halves only, never asks.
        """
        chosen = str(host.extra.get(IDENTITY_AGENT) or "")
        agent = self._agent_at(chosen)
        own, others = await asyncio.to_thread(lambda: (self._own(host, agent), self._in_directory()))
        certificates = await asyncio.to_thread(_certificates, host)
        held = _as_key_pairs(await _held(agent))
        own += await self._on_tokens(host, held)
        if host.extra.get(ONLY) is True and (own or certificates):
            # A person may still choose any; unasked, nothing but the host's own goes out, from wherever it is held.
            named = {*(pair.public for pair in own), *certificates}
            held = [replace(pair, automatic=pair.public in named) for pair in held]
            others = [replace(pair, automatic=False) for pair in others]
        found: dict[object, KeyPair] = {}
        for pair in (*own, *held, *others):
            identity = pair.public or pair.path or pair.comment
            pair = replace(pair, add_to_agent=str(host.extra.get(SETTING, "")), agent=chosen)
            first = found.setdefault(identity, pair)
            if pair.certificate and not first.certificate:
                # The agent has the private half, the certificate stands beside the file.
                found[identity] = replace(first, path=pair.path, certificate=True)
        return [
            replace(pair, certificate=True, certificate_file=certificates[pair.public])
            if pair.public in certificates
            else pair
            for pair in found.values()
        ]

    def _agent_at(self, chosen: str) -> Agent | None:
        """The agent a host names; the usual one for ""."""
        if not chosen:
            return self._agent
        socket = agent_socket(chosen, None)
        return Agent(str(with_home(socket))) if socket else None

    def _own(self, host: Host, agent: Agent | None) -> list[KeyPair]:
        """The host's own key pair, then its further ones that are there."""
        files = _paths(host, FILES)
        first = [with_home(host.key_pair)] if host.key_pair else []
        rest = [path for path in files if path not in first and path.is_file()]
        return [pair for path in (*first, *rest) for pair in _named(path, agent)]

    async def _on_tokens(self, host: Host, held: Sequence[KeyPair]) -> list[KeyPair]:
        """What is on the token that the host names; what the agent holds of it signs there, where no PIN is asked."""
        provider = host.extra.get(PROVIDER)
        if not isinstance(provider, str) or not provider:
            return []
        by_public = {pair.public: pair for pair in held}
        try:
            listed = await token_key_pairs(provider)
        except KeyPairError as error:
            self._token_problems[provider] = error
            return [KeyPair("token", comment=f"{PROVIDER} {provider}")]
        for pair, token in listed:
            if pair.public is None:
                self._closed_tokens.setdefault(pair.comment, ClosedToken(token, self._token_turns[token]))
                continue
            self._tokens.setdefault(pair.public, OpenedToken(token, pair.public, self._token_turns[token]))
        return [by_public.get(pair.public, pair) if pair.public else pair for pair, _token in listed]

    def _in_directory(self) -> list[KeyPair]:
        by_name = {Path(file.path).name: file for file in list_directory(self._directory)}
        names = [name for name in DEFAULT_NAMES if name in by_name]
        names += [name for name in by_name if name not in DEFAULT_NAMES]
        pairs = []
        for name in names:
            file = by_name[name]
            certificate = certificate_path(Path(file.path)).is_file()
            automatic = name in DEFAULT_NAMES
            pairs.append(KeyPair("file", file.path, file.public, file.comment, file.encrypted, certificate, automatic))
        return pairs

    async def signer(self, key_pair: KeyPair, prompter: Prompter) -> Sequence[asyncssh.SSHKeyPair]:
        """What can be offered for `key_pair`: the certificate first where there is one, then the plain key.

        The passphrase is asked, again after a wrong one, when a signature is wanted; at once only for a file that
        hides even its public half. A protected file whose key the agent holds is signed by the agent.
        Empty when the person declines. Raises KeyPairError.
        """
        from sshtui.keys.signing import AgentSigner, OpenedFile, certificate_or_told, file_signers

        agent = self._agent_at(key_pair.agent)
        if agent and (key_pair.source == "agent" or (key_pair.encrypted and key_pair.public)):
            held = [agent_key for agent_key in await _held(agent) if agent_key.public == key_pair.public]
            held.sort(key=lambda agent_key: not agent_key.certificate)
            if held:
                signers = [AgentSigner(agent.path, agent_key, prompter) for agent_key in held]
                if not held[0].certificate and (certificate := certificate_or_told(key_pair, prompter)):
                    signers.insert(0, AgentSigner(agent.path, held[0], prompter, certificate))
                return signers
        if key_pair.source == "token":
            return await self._token_signers(key_pair, prompter)
        if key_pair.source == "agent":
            raise KeyPairError(f"The agent no longer holds {key_pair.label}.", hint="Add it again with ssh-add.")
        path = await asyncio.to_thread(lambda: with_home(key_pair.path))
        await self._check(path, prompter)
        opened = self._opened.setdefault(path, OpenedFile(path))
        adding = read_adding(key_pair.add_to_agent)
        opened.opened = None
        if agent and adding:
            opened.opened = lambda private_key, prompter: add_opened(agent, adding, path, private_key, prompter)
        return await file_signers(opened, key_pair, prompter)

    async def _token_signers(self, key_pair: KeyPair, prompter: Prompter) -> Sequence[asyncssh.SSHKeyPair]:
        from sshtui.keys.signing import TokenSigner

        if closed := self._closed_tokens.get(key_pair.comment):
            publics = await closed.look_inside(prompter)
            turn = self._token_turns[closed.token]
            opened = [self._tokens.setdefault(each, OpenedToken(closed.token, each, turn)) for each in publics]
            return [TokenSigner(each, prompter) for each in opened]
        if key_pair.public not in self._tokens:
            raise self._token_problems.get(
                key_pair.label.removeprefix(f"{PROVIDER} "), KeyPairError(f"{key_pair.label} is not there any more.")
            )
        return [TokenSigner(self._tokens[key_pair.public], prompter)]

    async def _check(self, path: Path, prompter: Prompter) -> None:
        """Raise KeyPairError when the file is unusable; once a run a person is told that others may read it."""
        try:
            file = await asyncio.to_thread(inspect_file, path)
        except NotFound as error:
            raise KeyPairError(error.sentence, hint="Look at the host's key pair.") from error
        if not file.format.private:
            raise KeyPairError(f"{path} holds no private key.", hint="Give the file without .pub.")
        if file.problem and path not in self._warned:
            self._warned.add(path)
            prompter.tell(Notice(f"{path}: {file.problem} Mend it with: {file.remedy}", level="warning"))


def _named(path: Path, agent: Agent | None) -> list[KeyPair]:
    """The key pair in a file; a public file stands for the agent's key of that name, as in ssh_config(5)."""
    try:
        found = inspect_file(path)
        if found.format is Format.PUBLIC and agent:
            return [KeyPair("agent", str(path), found.public, found.comment)]
        return [key_pair(path)]
    except (KeyPairError, NotFound):
        return [KeyPair("file", str(path))]


async def _held(agent: Agent | None) -> Sequence[AgentKey]:
    """What an agent holds; nothing when there is none or it does not answer."""
    if agent is None:
        return []
    try:
        return await agent.held()
    except KeyPairError:
        return []


def _paths(host: Host, field: str) -> list[Path]:
    """The files that a field of the host lists."""
    texts = host.extra.get(field)
    return [with_home(text) for text in texts if isinstance(text, str)] if isinstance(texts, list) else []


def _certificates(host: Host) -> dict[PublicKey, str]:
    """Public half to the host's first certificate for it; as in ssh, files that hold none do not count."""
    found: dict[PublicKey, str] = {}
    for path in _paths(host, CERTIFICATES):
        with suppress(KeyPairError, NotFound):
            found.setdefault(certified_key(path), str(path))
    return found


def _as_key_pairs(held: Sequence[AgentKey]) -> list[KeyPair]:
    """One key pair for each key; a key and its certificate are one."""
    certified = {agent_key.public for agent_key in held if agent_key.certificate}
    by_public = {agent_key.public: agent_key for agent_key in reversed(held)}
    ordered = dict.fromkeys(agent_key.public for agent_key in held)
    return [KeyPair("agent", "", public, by_public[public].comment, None, public in certified) for public in ordered]
