"""Under which names the console is reached, and who comes when a reverse proxy stands before it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from yarl import URL

from sshtui.errors import UsageError

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
"""A host name (RFC 1123 section 2.1), with the underscore that some networks use."""


@dataclass(frozen=True)
class Doorplate:
    """Under which names, port and scheme the console is reached."""

    names: tuple[str, ...]
    """In lower case; an IPv6 address without its brackets."""
    port: int
    tls: bool
    lasting: bool = False
    """Whether browsers may insist on TLS from now on (RFC 6797): with a certificate that others vouch for."""
    proxies: frozenset[str] = frozenset()
    """Addresses of the reverse proxies before it, whose word on the client's address is believed."""

    @property
    def scheme(self) -> str:
        """http or https."""
        return "https" if self.tls else "http"

    def is_ours(self, host: str, local_address: str) -> bool:
        """Whether a Host header names us: by a name of ours, or by the address the connection came in at.

        A page elsewhere can point its own name at our address (DNS rebinding), but not make a browser write another.
        Behind a proxy only the name counts: the connection comes in at an address that no browser sees.
        """
        name, port = _split_host(host)
        if (port if port is not None else 443 if self.tls else 80) != self.port:
            return False
        return name.strip("[]") in self.names or (not self.proxies and _same_address(name, local_address))

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """Who asks, when a connection comes from `peer` with these `X-Forwarded-For` headers.

        Each proxy adds the address it was called from at the end; what stands before the last one that is no proxy of
        ours, anybody can have written.
        """
        if _plain_address(peer) not in self.proxies:
            return peer
        for entry in reversed(",".join(forwarded).split(",")):
            address = _plain_address(entry.strip())
            if address not in self.proxies:
                return address or peer
        return peer


def before_proxies(url: str, proxies: Sequence[str]) -> Doorplate:
    """The doorplate of a console that browsers reach at `url`. Raises UsageError.

    `proxies`: where the reverse proxy calls from; without any, from this machine.
    """
    try:
        outer = URL(url)
        port = outer.port
    except ValueError:
        outer, port = URL(), None
    bare = not (outer.user or outer.password or outer.query_string or outer.fragment) and outer.path in ("", "/")
    if outer.scheme not in ("http", "https") or port is None or not outer.raw_host or not bare:
        raise UsageError(f"{url} is no address of a page at the top.", hint="As in: --url https://console.example.org")
    name = host_name(outer.raw_host)
    if outer.scheme == "http" and not _is_loopback_name(name):
        raise UsageError(f"{url} is read along by everybody on the way.", hint="Let the proxy serve https.")
    believed = frozenset(_plain_address(each) for each in proxies or ("127.0.0.1", "::1"))
    if "" in believed:
        raise UsageError("A proxy is named by its address.", hint="As in: --proxy 10.0.0.5")
    return Doorplate((name,), port, tls=outer.scheme == "https", proxies=believed)


def host_name(name: str) -> str:
    """A host name or an address as browsers write it in a Host header, without brackets. Raises UsageError."""
    if address := _plain_address(name.strip("[]")):
        return address
    try:
        # RFC 5891: what goes over the wire is the A-label.
        encoded = URL.build(scheme="https", host=name).raw_host or ""
    except ValueError:
        encoded = ""
    if not _NAME.fullmatch(encoded):
        raise UsageError(f"{name or 'Nothing'} is no name of a machine.", hint="As in: --name console.example.org")
    return encoded


def _is_loopback_name(name: str) -> bool:
    address = _plain_address(name)
    return ipaddress.ip_address(address).is_loopback if address else name == "localhost"


def _split_host(host: str) -> tuple[str, int | None]:
    """The name, in lower case, and the port of a Host header (RFC 9110 section 7.2); ("", None) for nonsense."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        name = host
    elif not (port.isascii() and port.isdigit() and len(port) <= 5):
        return "", None
    return name.casefold(), int(port) if colon else None


def _same_address(name: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")) == ipaddress.ip_address(address)
    except ValueError:
        return False


def _plain_address(text: str) -> str:
    """An address in its usual form, an IPv4 one that is mapped into IPv6 as the former; "" for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
