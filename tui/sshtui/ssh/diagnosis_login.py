"""The last steps of a diagnosis: which key pairs a server takes, and whether a login would succeed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sshtui.errors import LoginRejected, NoCommonAlgorithm, SshtuiError
from sshtui.model.connection import UserCertificate
from sshtui.model.diagnosis import Finding
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.text import plain
from sshtui.ssh.offers import MOST_OFFERS
from sshtui.ssh.probe import ProbeClient
from sshtui.ssh.system_login import FIELD_OF, METHODS, wanted
from sshtui.ssh.wishes import LOGIN_METHODS, login_methods


def key_pair_findings(
    user: str, client: ProbeClient, available: Sequence[KeyPair], methods: Sequence[str], complaints: Sequence[str]
) -> list[Finding]:
    """Each key pair with what the server says of it, certificates with what they say; then what cannot be offered."""
    if "publickey" not in methods:
        return [Finding("key pairs", "skipped", "the server takes none")]
    findings = [Finding("key pairs", "note", complaint) for complaint in complaints]
    if not available:
        advice = "Make one with ssh-keygen and install it on the server, or add one to the agent."
        return [*findings, Finding("key pairs", "note", "there are none to offer", None, advice)]
    offered = [pair for pair in available if pair.automatic]
    for at, pair in enumerate(offered):
        kind = pair.public.kind if pair.public else "type unknown"
        label = f"{plain(pair.label, 100)} ({kind})"
        if at >= MOST_OFFERS:
            findings.append(Finding("key pairs", "note", f"{label} is not offered: {MOST_OFFERS} others come first"))
        elif pair in client.accepted:
            findings.append(Finding("key pairs", "ok", f"{label}: the server takes it"))
        elif pair.public is None:
            findings.append(Finding("key pairs", "skipped", f"{label}: its public half needs the passphrase"))
        else:
            findings.append(Finding("key pairs", "note", f"{label}: the server does not take it"))
        findings += [
            _certificate(user, shown.certificate) for shown in client.shown if shown.pair == pair and shown.certificate
        ]
    others = len(available) - len(offered)
    if others:
        findings.append(Finding("key pairs", "note", f"{others} more can be chosen, and are not offered unasked"))
    return findings


def _certificate(user: str, certificate: UserCertificate) -> Finding:
    """Whom a certificate is for, and for how long; one that has expired is not offered at all."""
    accounts = ", ".join(certificate.principals) or "any account"
    until = "for ever"
    if certificate.valid_until is not None:
        until = f"until {time.strftime('%Y-%m-%d %H:%M', time.localtime(certificate.valid_until))}"
    text = f'its certificate "{certificate.key_id}" is for {accounts}, {until}'
    if certificate.principals and user not in certificate.principals:
        advice = f"Unless the server maps accounts (AuthorizedPrincipals), it does not let {user} in."
        return Finding("key pairs", "note", text, None, advice)
    if certificate.expires_soon(time.time()):
        return Finding("key pairs", "note", text, None, "Have it renewed soon.")
    return Finding("key pairs", "ok", text)


def login_finding(
    host: Host,
    client: ProbeClient,
    methods: Sequence[str],
    available: Sequence[KeyPair],
    failure: SshtuiError | None,
    *,
    certificate_refused: bool,
    open_door: bool,
) -> Finding:
    """Whether a login would succeed, as far as can be told without one; a certificate here may be of no use."""
    if open_door:
        return Finding("login", "note", "the server lets everybody in", None, "It did not ask who you are.")
    if failure is not None and not isinstance(failure, LoginRejected):
        return failed("login", failure, None, hint_of(failure))
    ours = login_methods(host)
    if client.accepted and "publickey" in ours:
        return Finding("login", "ok", f"by key pair {plain(client.accepted[0].label, 100)}")
    system = [method for method in METHODS if method in methods and wanted(host, FIELD_OF[method])]
    if system:
        return Finding("login", "ok", f"tried with nobody asked ({' or '.join(system)}), which was not done now")
    asked = [method for method in ("password", "keyboard-interactive") if method in methods and method in ours]
    if asked:
        return Finding("login", "ok", f"you will be asked ({' or '.join(asked)})")
    code = LoginRejected.exit_code
    listed = ", ".join(plain(each, 40) for each in methods)
    if LOGIN_METHODS & set(methods) and not ours & set(methods):
        text = f"the server takes {listed}, and {host.name} is set to log in by {', '.join(sorted(ours))} alone"
        return Finding("login", "failed", text, None, f"Look at login_methods of {host.name}.", code)
    if "publickey" in methods and (certificate_refused or any(shown.certificate for shown in client.shown)):
        way = "Have the certificate renewed or made out for this account: above stands what is wrong with it."
        return Finding("login", "failed", "no key pair is taken, and passwords are off", None, way, code)
    if "publickey" in methods:
        hint = "PasswordAuthentication is off there and the server knows none of these key pairs: install one with"
        way = f"{hint} `sshtui keys install FILE {host.name}` from a machine that gets in, or ask its administrator."
        return Finding("login", "failed", "no key pair is taken, and passwords are off", None, way, code)
    text = f"the server takes only {listed or 'methods unknown here'}"
    return Finding("login", "failed", text, None, "sshtui has none of these methods.", code)


def hint_of(failure: SshtuiError | None) -> str:
    """The way on from `failure`, with both lists where there is no common algorithm."""
    if isinstance(failure, NoCommonAlgorithm):
        return f"{failure.hint} Server: {plain(', '.join(failure.theirs))}. Ours: {', '.join(failure.ours)}."
    return failure.hint if failure is not None else ""


def failed(step: str, failure: SshtuiError, began: float | None, advice: str = "") -> Finding:
    """The finding that `failure` makes of a step that began at `began` (monotonic seconds)."""
    seconds = time.monotonic() - began if began is not None else None
    return Finding(step, "failed", failure.sentence, seconds, advice or failure.hint, failure.exit_code)
