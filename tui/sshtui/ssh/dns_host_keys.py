"""Host keys published in the DNS (SSHFP, RFC 4255): what the name servers say, and whether it can be relied on."""

from __future__ import annotations

import hashlib
import importlib.util
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from sshtui.errors import NameNotFound, UsageError
from sshtui.model.host_keys import DnsVerdict, HostKey

TIME_LIMIT = 5.0
"""Seconds for all name servers together."""

RECORDS_LIMIT = 64
"""Records that are looked at; a server has two of each type of host key at most."""

_ALGORITHMS = {"ssh-rsa": 1, "ssh-dss": 2, "ssh-ed25519": 4, "ssh-ed448": 6}
"""Numbers of RFC 4255 section 3.1.1, RFC 7479 and RFC 8709; ECDSA of any curve is 3 (RFC 6594)."""

_ECDSA = 3
_DIGESTS = {1: "sha1", 2: "sha256"}
"""RFC 4255 section 3.1.2 and RFC 6594."""


class Sshfp(NamedTuple):
    """One record: the type of host key, the kind of digest, the digest."""

    algorithm: int
    digest: int
    fingerprint: bytes


@dataclass(frozen=True)
class Published:
    """The records of one name; `signed` when a resolver that is trusted has validated them (DNSSEC)."""

    records: Sequence[Sshfp]
    signed: bool

    def verdict(self, host_key: HostKey) -> DnsVerdict:
        """What they say of `host_key`; with a SHA-256 for its type, SHA-1 counts for nothing (RFC 6594 section 4)."""
        if not self.records:
            return "silent"
        algorithm = _number(host_key)
        ours = [record for record in self.records if record.algorithm == algorithm and record.digest in _DIGESTS]
        best = max((record.digest for record in ours), default=0)
        agrees = any(
            record.fingerprint == hashlib.new(_DIGESTS[best], host_key.blob).digest()
            for record in ours
            if record.digest == best
        )
        if not agrees:
            return "differs"
        return "signed" if self.signed else "agrees"


class PublishedHostKeys(Protocol):
    """Whoever can look up the host keys published for a name."""

    async def published(self, address: str) -> Published:
        """The records of `address`. Raises NameNotFound when nobody answers, UsageError when nobody can be asked."""
        ...


class DnsHostKeys:
    """Asks the name servers of this system, as the file `configuration` names them (resolv.conf(5)).

    Whether an answer is signed is what the server's AD bit says (RFC 4035 section 3.2.3), and that only from a
    server the way to which is safe: one on this computer, or where the file has the option `trust-ad`.
    """

    def __init__(
        self, configuration: Path = Path("/etc/resolv.conf"), port: int = 53, *, limit: float = TIME_LIMIT
    ) -> None:
        self._configuration = configuration
        self._port = port
        self._limit = limit

    async def published(self, address: str) -> Published:
        """The records of `address`, which is taken as a full name. Raises NameNotFound, UsageError."""
        if is_numeric(address):
            return Published((), False)
        if importlib.util.find_spec("dns") is None:
            raise UsageError(
                "Host keys in the DNS need a package that is missing.", hint="Install it: pipx install 'sshtui[dns]'"
            )
        import dns.asyncresolver
        import dns.exception
        import dns.flags
        import dns.name
        import dns.resolver

        try:
            resolver = dns.asyncresolver.Resolver(str(self._configuration))
            resolver.port = self._port
            resolver.lifetime = self._limit
            resolver.use_edns(0, dns.flags.DO, 1232)
            resolver.flags = dns.flags.RD | dns.flags.AD
            name = dns.name.from_unicode(address)
            answer = await resolver.resolve(name, "SSHFP", raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return Published((), False)
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise NameNotFound(
                f"The host keys of {address} could not be looked up in the DNS.",
                hint="No name server answered; check the network.",
            ) from error
        signed = bool(answer.response.flags & dns.flags.AD) and self.believes(resolver.nameservers)
        records = [Sshfp(each.algorithm, each.fp_type, each.fingerprint) for each in answer.rrset or ()]
        return Published(records[:RECORDS_LIMIT], signed)

    def believes(self, servers: Sequence[object]) -> bool:
        """Whether what these servers say of signatures counts."""
        if servers and all(_is_here(str(server)) for server in servers):
            return True
        try:
            lines = self._configuration.read_text(errors="replace").splitlines()
        except OSError:
            return False
        return any(line.split()[:1] == ["options"] and "trust-ad" in line.split() for line in lines)


def is_numeric(address: str) -> bool:
    """Whether it is an IP address, which has no such records."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _is_here(server: str) -> bool:
    return is_numeric(server) and ipaddress.ip_address(server).is_loopback


def _number(host_key: HostKey) -> int:
    return _ECDSA if host_key.algorithm.startswith("ecdsa-sha2-") else _ALGORITHMS.get(host_key.algorithm, 0)
