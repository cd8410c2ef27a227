"""Foreign errors become ours, here and nowhere else in this room: a sentence, and what to try next."""

from __future__ import annotations

import errno
import logging
import re
import socket
import traceback

from sshtui.errors import (
    ChannelRefused,
    ConnectionFailed,
    ConnectionLost,
    LoginRejected,
    NameNotFound,
    NoCommonAlgorithm,
    NotFound,
    NotSSH,
    Refused,
    SshtuiError,
    TimedOut,
    TrustRefused,
    Unreachable,
)
from sshtui.model.forwards import Endpoint, endpoint
from sshtui.model.hosts import Forward
from sshtui.model.text import plain
from sshtui.ssh.algorithms import NO_ALGORITHMS
from sshtui.ssh.greeting import TURNED_AWAY
from sshtui.ssh.library import asyncssh

FOREIGN = (OSError, UnicodeError, asyncssh.Error, asyncssh.ChannelListenError, TimeoutError)
"""What dialing can raise besides our own errors; anything else is a mistake of ours and crashes."""

_log = logging.getLogger("sshtui.ssh")
_log.addHandler(logging.NullHandler())  # without any handler it would be painted over the screen

_NO_MATCH = re.compile(r"No matching (.+) algorithm found, sent (\S*) and received (\S*)")
_KINDS = {"key exchange": "key exchange", "encryption": "cipher", "MAC": "MAC", "compression": "compression"}
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}

ADDRESS_OR_FIREWALL = "Check the address and the firewall, or whether this network needs a VPN."


def is_foreign(error: BaseException) -> bool:
    """Whether `error` was raised inside asyncssh or below it, of whatever class: bytes it was not ready for.

    The innermost of its functions and ours decides; a mistake of ours is none, and crashes.
    """
    if isinstance(error, FOREIGN):
        return True
    if not isinstance(error, Exception) or isinstance(error, SshtuiError):
        return False
    inside = False
    for frame, _line in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        inside = module == "asyncssh" if module in ("asyncssh", "sshtui") else inside
    return inside


def unexpected(error: BaseException, name: str) -> ConnectionFailed:
    """What to say of an error that has no words of its own; the log has its traceback."""
    _log.error("connecting to %s", name, exc_info=error)
    return ConnectionFailed(
        f"The connection to {name} failed: {plain(str(error)) or 'something unforeseen'} ({type(error).__name__}).",
        hint="That should not be: please report it, with the version of the server.",
    )


def before_login(
    error: BaseException, name: str, address: str, port: int, *, said: str = "", spoke: bool = False
) -> SshtuiError:
    """Why there is no connection to `name`.

    `said`: the first line that came from there, when it was no greeting; `spoke`: an SSH server's greeting came.
    """
    where = f"{address} port {port}"
    if isinstance(error, SshtuiError):
        return error
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return _name_not_found(error, name, address)
    if isinstance(error, TimeoutError) or _number(error) == errno.ETIMEDOUT:
        if said and not spoke:
            return TimedOut(f"{name} sent no SSH greeting in time at {where}, but {said!r}.", hint="Is the port right?")
        if spoke:
            # A greeting is small, the lists after it are not.
            hint = "The server hangs, or large packets are lost on the way: a VPN or tunnel may need a smaller MTU."
            return TimedOut(f"{name} said hello and then nothing more at {where}.", hint=hint)
        return TimedOut(f"{name} did not answer at {where}.", hint=ADDRESS_OR_FIREWALL)
    if isinstance(error, ConnectionRefusedError):
        return Refused(
            f"{name} refused the connection at {where}.",
            hint="Is the port right? On the server, `ss -ltn` shows where sshd listens.",
        )
    if _number(error) in _UNREACHABLE:
        return Unreachable(f"There is no way to {where} from here.", hint="Check the network, the VPN and the address.")
    return _handshake(error, name, where, said, spoke)


def _handshake(error: BaseException, name: str, where: str, said: str, spoke: bool) -> SshtuiError:
    reason = plain(str(error))
    if isinstance(error, asyncssh.KeyExchangeFailed) and (lists := _NO_MATCH.search(str(error))):
        kind = _KINDS.get(lists[1], plain(lists[1], 40))
        return no_common_algorithm(name, kind, _names(lists[2]), _names(lists[3]))
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return TrustRefused(
            f"The host key of {name} is not accepted: {reason}.",
            hint="No credential was sent. Ask whoever runs the server.",
        )
    if isinstance(error, asyncssh.ProtocolNotSupported):
        return NotSSH(f"{name} at {where} speaks an SSH version from before 2006.", hint="It needs an update.")
    if isinstance(error, asyncssh.PermissionDenied):
        return LoginRejected(f"{name} rejected the login.")
    if not spoke and isinstance(error, (asyncssh.DisconnectError, ConnectionError)):
        if said in TURNED_AWAY:
            return Refused(f"{name} turns this computer away; it says {said!r}.", hint=TURNED_AWAY[said])
        quoted = f"; it says {said!r}" if said else ""
        if isinstance(error, (asyncssh.ConnectionLost, ConnectionError)):
            return NotSSH(
                f"{name} closed the connection at {where} without an SSH greeting{quoted}.",
                hint="The server may be overloaded, refuse this address, or be no SSH server. Is the port right?",
            )
        return NotSSH(f"What answers at {where} is not an SSH server{quoted}.", hint="Is the port right?")
    if isinstance(error, (asyncssh.ConnectionLost, ConnectionError)):
        return ConnectionLost(
            f"{name} closed the connection.", hint="Try again; the server's log tells why it hung up."
        )
    if isinstance(error, asyncssh.DisconnectError):
        return ConnectionLost(
            f"{name} ended the connection: {reason}", hint="Try again; the server's log may say more."
        )
    if isinstance(error, asyncssh.ChannelOpenError):
        return Unreachable(f"The jump host could not reach {where}: {reason}", hint="Check the address behind it.")
    return ConnectionFailed(f"The connection to {name} failed: {reason or type(error).__name__}")


def no_common_algorithm(name: str, kind: str, ours: tuple[str, ...], theirs: tuple[str, ...]) -> NoCommonAlgorithm:
    """Both lists, and what a person can do about it."""
    return NoCommonAlgorithm(
        f"{name} and sshtui have no {kind} in common; the server offers {plain(', '.join(theirs)) or 'nothing'}.",
        kind=kind,
        ours=ours,
        theirs=theirs,
        hint="Update the server, or allow old algorithms for this host only.",
    )


def not_reached_through(error: BaseException, name: str, address: str, port: int, hop: str) -> SshtuiError:
    """Why the jump host `hop` could not open the way to `name`."""
    if not isinstance(error, asyncssh.ChannelOpenError):
        return before_login(error, name, address, port)
    reason = plain(error.reason)
    where = f"{address} port {port}"
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return ChannelRefused(
            f"{hop} does not forward connections: {reason}",
            hint="AllowTcpForwarding must be on there to use it as a jump host.",
        )
    lowered = reason.lower()
    if "refused" in lowered:
        return Refused(f"{hop} reached {address}, but {where} refused.", hint=f"Is the port of {name} right?")
    if "name" in lowered or "resolve" in lowered:
        return NameNotFound(f"{hop} knows no address for {address}.", hint="Use a name that the jump host can resolve.")
    if "timed out" in lowered:
        return TimedOut(f"{hop} got no answer from {where}.", hint=ADDRESS_OR_FIREWALL)
    return Unreachable(
        f"{hop} could not reach {where}: {reason}", hint=f"Check the address of {name} as {hop} sees it."
    )


def channel_refused(error: BaseException, name: str) -> SshtuiError:
    """Why there is no terminal although the login succeeded."""
    if not isinstance(error, asyncssh.ChannelOpenError):
        return lost(error, name)
    if error.code == asyncssh.OPEN_REQUEST_PTY_FAILED:
        return ChannelRefused(
            f"{name} gives this account no terminal.", hint="PermitTTY may be off for it on the server."
        )
    if error.code == asyncssh.OPEN_REQUEST_SESSION_FAILED:
        return ChannelRefused(f"{name} refused to start the shell or command.", hint="This account may not run one.")
    return ChannelRefused(
        f"{name} refused another session: {plain(error.reason)}",
        hint="Close a tab on this server, or raise MaxSessions.",
    )


def forward_failed(error: BaseException, forward: Forward, name: str) -> str:
    """Why a port forward of `name` is not open, to complete "… is not open:"."""
    if isinstance(error, asyncssh.ChannelListenError):
        return f"{name} does not listen; it is in use there, or not allowed (AllowTcpForwarding, PermitListen)"
    if isinstance(error, TimeoutError):
        return f"{name} does not answer"
    listen = endpoint(forward.listen)
    what = listen.path or f"port {listen.port}"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"there is no address called {listen.address}"
    number = _number(error)
    if number == errno.EADDRINUSE:
        return f"{what} on this computer is in use"
    if number in (errno.EACCES, errno.EPERM):
        return f"this account may not listen on {what}"
    if number == errno.EADDRNOTAVAIL:
        return f"{listen.address} is no address of this computer"
    return plain((error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__)


def forwarding_refused(error: asyncssh.ChannelOpenError, name: str) -> str:
    """Why the server opened no connection for a port forward."""
    reason = plain(error.reason)
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return f"{name} does not allow it (AllowTcpForwarding, PermitOpen): {reason}"
    return f"{name} could not connect: {reason}"


def not_reached_here(error: OSError | ValueError, to: Endpoint) -> str:
    """Why nothing can be led to `to`, which this computer is to reach for its server."""
    where = to.path or f"{to.address} port {to.port}"
    if isinstance(error, (socket.gaierror, ValueError)):
        return f"this computer knows no address for {to.address}"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer this computer"
    if isinstance(error, ConnectionRefusedError) or _number(error) is None:
        # Of several addresses asyncio tells all refusals in one error without a number.
        return f"{where} refused the connection from this computer"
    return f"this computer cannot reach {where}: {plain(error.strerror or str(error))}"


def files_failed(error: BaseException, name: str) -> SshtuiError:
    """Why an account's files cannot be reached or changed over SFTP."""
    if isinstance(error, asyncssh.ChannelOpenError):
        return ChannelRefused(f"{name} offers no SFTP.", hint="It may be switched off there.")
    if isinstance(error, TimeoutError):
        return TimedOut(f"SFTP on {name} does not answer.")
    if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection | asyncssh.SFTPBadMessage):
        return ChannelRefused(f"{name} offers no SFTP: {plain(error.reason)}")
    if isinstance(error, asyncssh.SFTPError):
        return ChannelRefused(f"{name} did not change the files: {plain(error.reason)}")
    return lost(error, name)


def transfer_failed(
    error: BaseException, name: str, path: str, *, gone: bool, ended: BaseException | None
) -> SshtuiError:
    """Why the file `path` cannot be sent or fetched; "" while SFTP starts. `gone`: the connection has `ended`."""
    shown = plain(path)
    if gone:
        return lost(ended, name)
    if isinstance(error, TimeoutError):
        return TimedOut(f"SFTP on {name} does not answer.")
    refused = isinstance(error, asyncssh.ChannelOpenError) and error.code != asyncssh.OPEN_REQUEST_SESSION_FAILED
    if refused:
        return channel_refused(error, name)
    if not path and isinstance(error, asyncssh.Error):
        return ChannelRefused(f"{name} offers no file transfer (SFTP).", hint="It may be switched off there.")
    if isinstance(error, asyncssh.SFTPNoSuchFile | asyncssh.SFTPNoSuchPath):
        return NotFound(f"{name} has no {shown}.", hint="Check the name and its directory.")
    if isinstance(error, asyncssh.SFTPPermissionDenied | asyncssh.SFTPWriteProtect):
        return ChannelRefused(f"{name} does not let this account at {shown}.", hint="Check the permissions there.")
    if isinstance(error, asyncssh.SFTPNoSpaceOnFilesystem | asyncssh.SFTPQuotaExceeded):
        return ChannelRefused(f"The disk of {name} is full.", hint="Free some space there and try again.")
    if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
        return ConnectionLost(f"{name} ended the file transfer.", hint="Try again.")
    if isinstance(error, asyncssh.SFTPError):
        reason = plain(error.reason) or type(error).__name__
        return ChannelRefused(f"{name} failed at {shown}: {reason}.", hint="Its disk may be full.")
    return lost(error, name)


def lost(error: BaseException | None, name: str) -> ConnectionLost:
    """Why a connection that was up is gone."""
    again = "Reconnect when the network is back."
    if isinstance(error, TimeoutError) or (isinstance(error, asyncssh.ConnectionLost) and "keepalive" in str(error)):
        return ConnectionLost(f"{name} has stopped answering.", hint=again)
    if isinstance(error, asyncssh.ConnectionLost) or error is None:
        return ConnectionLost(f"The connection to {name} was lost.", hint=again)
    if isinstance(error, asyncssh.DisconnectError):
        return ConnectionLost(f"{name} ended the connection: {plain(error.reason)}", hint="Reconnect to go on.")
    reason = plain(str(error)) or type(error).__name__
    return ConnectionLost(f"The connection to {name} was lost: {reason}", hint=again)


def _name_not_found(error: socket.gaierror | UnicodeError, name: str, address: str) -> SshtuiError:
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return NameNotFound(
            f"The address of {address} could not be looked up.", hint="No name server answered; check the network."
        )
    return NameNotFound(f"There is no host called {address}.", hint=f"Check the address of {name} for a typing error.")


def _number(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _names(listed: str) -> tuple[str, ...]:
    names = (name for name in listed.split(",") if name and name != "<None>" and not name.startswith(NO_ALGORITHMS))
    return tuple(plain(name, 80) for name in names)
