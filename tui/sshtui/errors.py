"""Every error raised on purpose: a sentence for a person, a way on, and an exit code family.

    SshtuiError                  1   anything below, when nothing more exact fits
    ├── AttachError              1   a running app cannot be looked at: it does not answer, or refuses
    ├── UsageError               2   the command line or a value typed by a person is wrong
    ├── ConfigError              3   one of our files (or ssh_config) cannot be read or written
    │   ├── BrokenFile               … does not parse; carries file, line and reason
    │   ├── NotSaved                 … could not be written; the old content is whole
    │   └── SecretsError             … keyring, vault or password command: a saved secret cannot be had or kept
    │       ├── VaultLocked
    │       └── WrongVaultPassword
    ├── NotFound                 4   no such host, key pair, file
    ├── ConnectionFailed         5   the network did not bring us to an SSH server
    │   ├── NameNotFound             … the name has no address
    │   ├── Refused                  … the port is closed
    │   ├── TimedOut                 … nothing answered in time
    │   ├── Unreachable              … no route, network down
    │   ├── NotSSH                   … something answered that is not an SSH server
    │   ├── NoCommonAlgorithm        … negotiation failed; carries both lists
    │   └── ConnectionLost           … it was up and went away
    ├── TrustRefused             6   the server's host key was not accepted
    │   ├── HostKeyUnknown
    │   ├── HostKeyChanged
    │   └── HostKeyRevoked
    ├── LoginRejected            7   the server did not take any of our credentials
    ├── ChannelRefused           8   logged in, but the server refused the session
    ├── KeyPairError             9   a key file or agent problem
    │   ├── WrongPassphrase
    │   └── KeyFormatError
    └── Declined                 10  a person said no (or cancelled)

Foreign errors (asyncssh, OSError, cryptography) are turned into these in one place a room:
`ssh/translate.py`, `keys/translate.py`, `files.py`. A programming mistake is none of these and crashes.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class SshtuiError(Exception):
    """An error a person can act on: `str(error)` is the sentence, `error.hint` the way on (or "")."""

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint

    @property
    def sentence(self) -> str:
        """What happened, one sentence for a person."""
        return str(self.args[0])

    @property
    def told(self) -> str:
        """The sentence and, where there is one, the way on."""
        return f"{self.sentence} {self.hint}".strip()


class AttachError(SshtuiError):
    """A running app does not answer, refuses, or speaks another version of the protocol."""


class UsageError(SshtuiError):
    """What a person typed cannot be meant."""

    exit_code = 2


class ConfigError(SshtuiError):
    """A configuration file cannot be used."""

    exit_code = 3


class BrokenFile(ConfigError):
    """A file does not parse: `path`, 1-based `line` (0 when unknown) and `reason`."""

    def __init__(self, path: Path, line: int, reason: str, *, hint: str = "") -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {reason}", hint=hint)
        self.path = path
        self.line = line
        self.reason = reason


class NotSaved(ConfigError):
    """A file could not be written; what stood there before is whole."""


class SecretsError(ConfigError):
    """A saved secret cannot be had or kept: the keyring, the vault or the password command does not serve."""


class VaultLocked(SecretsError):
    """The vault's password is needed first."""


class WrongVaultPassword(SecretsError):
    """The password does not open the vault."""


class NotFound(SshtuiError):
    """No host, key pair or file goes by that name."""

    exit_code = 4


class ConnectionFailed(SshtuiError):
    """The network did not bring us to a working SSH connection."""

    exit_code = 5


class NameNotFound(ConnectionFailed):
    """The host name has no address."""


class Refused(ConnectionFailed):
    """The address answered that nobody listens on the port."""


class TimedOut(ConnectionFailed):
    """Nothing answered in time."""


class Unreachable(ConnectionFailed):
    """No route to the address, or the network is down."""


class NotSSH(ConnectionFailed):
    """Something answered that is not an SSH server."""


class NoCommonAlgorithm(ConnectionFailed):
    """Client and server share no algorithm of one kind: `kind`, and both lists in order of preference."""

    def __init__(
        self, sentence: str, *, kind: str, ours: tuple[str, ...], theirs: tuple[str, ...], hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.kind = kind
        self.ours = ours
        self.theirs = theirs


class ConnectionLost(ConnectionFailed):
    """A connection that was up went away."""


class TrustRefused(SshtuiError):
    """The server's host key was not accepted; no credential has been sent."""

    exit_code = 6


class HostKeyUnknown(TrustRefused):
    """Nobody has accepted this host key yet, and nobody did now."""


class HostKeyChanged(TrustRefused):
    """The host is known by another host key."""


class HostKeyRevoked(TrustRefused):
    """The host key is marked revoked; there is no way around it."""


class LoginRejected(SshtuiError):
    """The server took none of our credentials: `tried` methods, and those it `offers`."""

    exit_code = 7

    def __init__(
        self, sentence: str, *, tried: tuple[str, ...] = (), offers: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.tried = tried
        self.offers = offers


class ChannelRefused(SshtuiError):
    """Logged in, but the server refused the session, the terminal or the command."""

    exit_code = 8


class ForwardFailed(ChannelRefused):
    """A port forward could not be opened, and the host wants no terminal without it."""


class KeyPairError(SshtuiError):
    """A key file or the agent is not usable as it is."""

    exit_code = 9


class WrongPassphrase(KeyPairError):
    """The passphrase does not open the private key."""


class KeyFormatError(KeyPairError):
    """The file is not a key in any format we read, or it is damaged."""


class Declined(SshtuiError):
    """A person said no."""

    exit_code = 10
