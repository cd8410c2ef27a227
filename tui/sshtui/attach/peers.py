"""Who sits at the other end of a Unix socket, as the kernel says."""

from __future__ import annotations

import os
import socket
import struct
from typing import NamedTuple

# macOS, <sys/un.h>: the names are not in Python's socket module.
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2
_XUCRED = struct.Struct("=IIh2x16I")


class Peer(NamedTuple):
    """An account and a process; `pid` is 0 where the kernel does not tell it."""

    uid: int
    pid: int


def peer(link: socket.socket) -> Peer:
    """The process at the other end: who connected, or who listens (unix(7) SO_PEERCRED, macOS LOCAL_PEERCRED)."""
    if hasattr(socket, "SO_PEERCRED"):
        pid, uid, _gid = struct.unpack("=iII", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return Peer(uid, pid)
    uid = _XUCRED.unpack(link.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size))[1]
    (pid,) = struct.unpack("=i", link.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, 4))
    return Peer(uid, pid)


def is_ours(link: socket.socket) -> bool:
    """Whether the other end runs under this account. Permissions of the socket say the same; this says it twice."""
    try:
        return peer(link).uid == os.geteuid()
    except OSError:
        return False
