"""A name server on loopback that publishes host keys (SSHFP, RFC 4255), over UDP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.servers.process import LOOPBACK


@dataclass
class NameServer(asyncio.DatagramProtocol):
    """Answers for `names`; as a validating resolver it says that an answer is `signed` to whoever asks that."""

    names: dict[str, Sequence[str]]
    """Name to records in the text form of `ssh-keygen -r`."""
    signed: bool = False
    answering: bool = True
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(f"{name} {dns.rdatatype.to_text(question.rdtype)}")
        if not self.answering:
            return
        answer = dns.message.make_response(query, recursion_available=True)
        # A signed answer is called so only for who asks: AD or DO in the query (RFC 6840 section 5.8).
        if self.signed and (query.flags & dns.flags.AD or query.ednsflags & dns.flags.DO):
            answer.flags |= dns.flags.AD
        if name not in self.names:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.names[name] and question.rdtype == dns.rdatatype.SSHFP:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "SSHFP", *self.names[name]))
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server(names: dict[str, Sequence[str]], *, signed: bool = False) -> AsyncIterator[NameServer]:
    """A running name server, gone after the block."""
    server = NameServer(names, signed)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, local_addr=(LOOPBACK, 0))
    try:
        yield server
    finally:
        transport.close()
