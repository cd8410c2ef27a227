"""Why a host cannot be reached, or that it can: every step of a connection by itself, each with a next step."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sshtui.errors import LoginRejected, NotSSH, SshtuiError, TrustRefused
from sshtui.model.diagnosis import Finding
from sshtui.model.host_keys import DNS_WORDS, DnsVerdict, HostKey
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Prompter
from sshtui.model.settings import Settings
from sshtui.model.text import plain
from sshtui.ssh import translate
from sshtui.ssh.algorithms import Algorithms
from sshtui.ssh.attempt import Liveliness, LoggedIn, UntrustedHostKey, UselessCertificate, connect
from sshtui.ssh.diagnosis_login import failed, hint_of, key_pair_findings, login_finding
from sshtui.ssh.greeting import TURNED_AWAY, is_ssh, read_greeting
from sshtui.ssh.known_hosts import Known
from sshtui.ssh.offers import MOST_OFFERS
from sshtui.ssh.patience import Patience
from sshtui.ssh.probe import Choice, ProbeClient, to_show
from sshtui.ssh.protocols import Identities
from sshtui.ssh.quirks import vanish
from sshtui.ssh.sockets import Address, connect_to, resolve
from sshtui.ssh.trust import FINGERPRINT
from sshtui.ssh.users import login_user
from sshtui.ssh.ways import Route
from sshtui.ssh.wishes import connect_limit, of_family, source_address

_AT_ONCE = 0.05
"""Seconds to get what has come already."""

NO_WAY = "there is no way to the server"

_LAST_STEPS = ("key exchange", "host key", "methods", "key pairs", "login")

RESTART = "On the server: `ss -ltn` shows the ports it listens on, `sudo systemctl restart ssh` starts it anew."


@dataclass(frozen=True)
class Examination:
    """What a diagnosis works with."""

    identities: Identities
    settings: Settings
    prompter: Prompter
    known: Known
    offer: Algorithms
    route: Route
    in_dns: Callable[[HostKey], Awaitable[DnsVerdict]]
    """What the DNS says of a host key, where the host wants it asked."""

    def limit(self, host: Host) -> float:
        """Seconds a step of a connection to `host` may take."""
        return connect_limit(host, self.settings.connect_timeout)


async def diagnose(host: Host, with_: Examination) -> AsyncIterator[Finding]:
    """Findings in the order of STEPS; the first failed one is why the host cannot be reached.

    No credential is sent: key pairs are offered by their public half, no signature is made, and passwords are not
    asked for. Before the host key is trusted not even the user name leaves.
    """
    if not with_.route.through:
        reached = False
        async for finding in _network(host, with_):
            reached = finding.verdict == "ok" if finding.step == "greeting" else reached
            yield finding
        if not reached:
            for finding in skipped("there is no server to ask"):
                yield finding
            return
    async for finding in _server(host, with_):
        yield finding


def skipped(why: str, *, behind: str = "") -> Sequence[Finding]:
    """The steps that a failure left out, those after `behind`."""
    return [Finding(step, "skipped", why) for step in _LAST_STEPS[_LAST_STEPS.index(behind) + 1 if behind else 0 :]]


async def _network(host: Host, with_: Examination) -> AsyncIterator[Finding]:
    began = time.monotonic()
    try:
        async with asyncio.timeout(with_.limit(host)):
            addresses = of_family(await resolve(host.address, host.port), host)
    except (*translate.FOREIGN, SshtuiError) as error:
        yield failed("name", translate.before_login(error, host.name, host.address, host.port), began)
        yield Finding("tcp", "skipped", "there is no address")
        yield Finding("greeting", "skipped", "there is no address")
        return
    yield Finding(
        "name", "ok", f"{host.address} is {', '.join(each.text for each in addresses)}", time.monotonic() - began
    )
    answering: Address | None = None
    for address in addresses:
        finding = await _tcp(host, address, with_.limit(host))
        if finding.verdict == "ok":
            answering = answering or address
        yield finding
    if answering is None:
        yield Finding("greeting", "skipped", "no address answers")
        return
    yield await _greeting(host, answering, with_.limit(host))


async def _tcp(host: Host, address: Address, limit: float) -> Finding:
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            (await connect_to(address, source_address(host))).close()
    except (OSError, SshtuiError) as error:
        failure = translate.before_login(error, host.name, address.text, host.port)
        advice = f"Is the port right? {RESTART}" if isinstance(error, ConnectionRefusedError) else failure.hint
        return failed("tcp", failure, began, advice)
    return Finding("tcp", "ok", f"{address.text} port {host.port} answers", time.monotonic() - began)


async def _greeting(host: Host, address: Address, limit: float) -> Finding:
    """The first line (RFC 4253 section 4.2), read on a connection of its own."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(limit):
            link = await connect_to(address, source_address(host))
    except OSError as error:
        failure = translate.before_login(error, host.name, address.text, host.port)
        advice = "It took one connection and not the next: it may let in few at a time (MaxStartups, a firewall)."
        return failed("greeting", failure, began, advice)
    reader, writer = await asyncio.open_connection(sock=link, limit=1024)
    begun = b""
    try:
        line = await read_greeting(reader.readline, limit)
        if not line:
            with contextlib.suppress(OSError):
                async with asyncio.timeout(_AT_ONCE):
                    begun = await reader.read(80)
        hung_up = not begun and reader.at_eof()
    finally:
        writer.close()
    said, seconds = plain((line or begun).decode("utf-8", "replace"), 80), time.monotonic() - began
    if is_ssh(line):
        return Finding("greeting", "ok", said, seconds)
    if line.startswith(b"SSH-"):
        text, advice = f"it says {said!r}, an SSH version from before 2006", "It needs an update."
    elif said in TURNED_AWAY:
        text, advice = f"it turns this computer away and says {said!r}", TURNED_AWAY[said]
    elif line:
        text = f"it says {said!r}, which is no SSH server"
        advice = f"Another program listens on port {host.port}: is the port right?"
    else:
        text = f"it says {said!r} and never ends the line" if begun else "it says nothing"
        text = "it hangs up without a word" if hung_up else text
        advice = f"The server may be overloaded, or refuse this address (hosts.deny, fail2ban). {RESTART}"
    return Finding("greeting", "failed", text, seconds, advice, NotSSH.exit_code)


async def _server(host: Host, with_: Examination) -> AsyncIterator[Finding]:
    available = list(await with_.identities.available(host))
    automatic = [pair for pair in available if pair.automatic][:MOST_OFFERS]
    choice = await to_show(automatic, with_.identities)
    available = [pair for pair in available if pair not in choice.of_no_use]
    client = ProbeClient(host, choice.shown, with_.prompter)
    began = time.monotonic()
    untrusted: HostKey | None = None
    failure: SshtuiError | None = None
    there: LoggedIn | None = None
    try:
        try:
            there = await _attempt(host, with_, client, with_.known)
        except UntrustedHostKey as error:
            if not _is_promised(host, with_.known, error.host_key):
                raise
            client = ProbeClient(host, choice.shown, with_.prompter)
            there = await _attempt(host, with_, client, replace(with_.known, trusted=(error.host_key,)))
    except UntrustedHostKey as error:
        untrusted = error.host_key
    except UselessCertificate as useless:
        failure = TrustRefused(
            f"{host.name} shows a certificate that {useless.reason or 'an authority signed that is not trusted'}.",
            hint="Connecting goes on with its plain host key, as ssh does.",
        )
    except SshtuiError as error:
        failure = error
    if there is not None:
        await vanish(there.ssh)
        await there.way.close()
    exchanged = there is not None or untrusted is not None or bool(client.server_methods)
    if with_.route.through:
        reached = client.wire is not None and bool(client.wire.software)
        text = f"through {with_.route.through}"
        if not reached and failure is not None:
            yield Finding("way", "failed", f"{text}: {failure.sentence}", None, hint_of(failure), failure.exit_code)
            for finding in skipped(NO_WAY):
                yield finding
            return
        yield Finding("way", "ok", text)
    if not exchanged and not isinstance(failure, (TrustRefused, LoginRejected)):
        assert failure is not None
        yield failed("key exchange", failure, began, hint_of(failure))
        for finding in skipped("the key exchange failed", behind="key exchange"):
            yield finding
        return
    wire = client.wire
    assert wire is not None
    yield Finding("key exchange", "ok", f"{wire.kex}, host key {wire.host_key_algorithm}", time.monotonic() - began)
    dns: DnsVerdict = await with_.in_dns(untrusted) if untrusted is not None else "unasked"
    for finding in _after_exchange(
        host, with_, client, untrusted, dns, failure, available, choice, open_door=there is not None
    ):
        yield finding


async def _attempt(host: Host, with_: Examination, client: ProbeClient, known: Known) -> LoggedIn:
    return await connect(
        host,
        login_user(host),
        client,
        route=with_.route,
        offer=with_.offer,
        known=known,
        patience=Patience(with_.limit(host)),
        liveliness=Liveliness(0, 1),
        progress=lambda stage: None,
    )


def _is_promised(host: Host, known: Known, offered: HostKey) -> bool:
    """Whether it has the fingerprint that the host is to have, which nobody is asked about when connecting."""
    pin = _pin(host)
    return bool(pin) and offered.has_fingerprint(pin) and not known.revokes(offered)


def _pin(host: Host) -> str:
    return str(host.extra.get(FINGERPRINT) or "")


def _after_exchange(
    host: Host,
    with_: Examination,
    client: ProbeClient,
    untrusted: HostKey | None,
    dns: DnsVerdict,
    failure: SshtuiError | None,
    available: Sequence[KeyPair],
    choice: Choice,
    *,
    open_door: bool,
) -> Sequence[Finding]:
    found = [_host_key(host, with_.known, untrusted, failure, dns)]
    if found[0].verdict != "ok":
        return [*found, *skipped("not asked before the host key is trusted", behind="host key")]
    methods = client.server_methods
    found.append(
        Finding("methods", "ok", "none needed" if open_door else ", ".join(plain(each, 40) for each in methods))
    )
    found += key_pair_findings(login_user(host), client, available, methods, choice.complaints)
    refused = bool(choice.without_certificate)
    return [
        *found,
        login_finding(host, client, methods, available, failure, certificate_refused=refused, open_door=open_door),
    ]


def _host_key(
    host: Host, known: Known, offered: HostKey | None, failure: SshtuiError | None, dns: DnsVerdict
) -> Finding:
    if isinstance(failure, TrustRefused):
        return Finding("host key", "failed", failure.sentence, advice=failure.hint, exit_code=failure.exit_code)
    pin = _pin(host)
    if offered is None:
        text = f"it has the fingerprint that {host.name} is to have" if pin else "it is the known one"
        return Finding("host key", "ok", text)
    shown = f"{offered.kind} {offered.sha256}"
    published = f". {DNS_WORDS[dns]}".removesuffix(".") if dns != "unasked" else ""
    code = TrustRefused.exit_code
    if known.revokes(offered):
        return Finding(
            "host key", "failed", f"{shown} is marked as revoked", None, "It is refused without a way around.", code
        )
    if pin and not offered.has_fingerprint(pin):
        text = f"{shown} is not the one with the fingerprint {plain(pin, 80)}, which {host.name} is to have{published}"
        advice = "Whoever gave you the fingerprint knows whether the server has a new host key."
        return Finding("host key", "failed", text, None, advice, code)
    if known.exact:
        entry = known.exact[0]
        return Finding(
            "host key",
            "failed",
            f"{shown} is not the known one ({entry.host_key.kind} {entry.host_key.sha256}, "
            f"{entry.path} line {entry.line}){published}",
            None,
            "Was the server rebuilt? Ask its administrator for the fingerprint before you replace the known one; "
            "otherwise someone may stand in between.",
            code,
        )
    advice = f"Connect to {host.name} and compare the fingerprint with the one its administrator gives you."
    return Finding("host key", "note", f"{shown} is not known yet{published}", None, advice)
