"""`sshtui doctor`: why a host cannot be reached, step by step."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict

import click

from sshtui.cli.opening import complete_names, destination_host, opening_options
from sshtui.cli.prompter import plain_prompter
from sshtui.errors import UsageError
from sshtui.model.diagnosis import VERDICT_CELLS, Finding, verdict_words
from sshtui.model.hosts import Host
from sshtui.model.json_text import json_text
from sshtui.model.text import plain
from sshtui.store.paths import Paths


@click.command()
@click.argument("destination", shell_complete=complete_names)
@opening_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
def doctor(
    paths: Paths,
    destination: str,
    port: int | None,
    identity: str | None,
    login: str | None,
    jump: str | None,
    as_json: bool,
) -> int:
    """Check the way to a host step by step and say what to do; sends no password and makes no signature.

    The exit code is that of the first step that failed.
    """
    host = destination_host(paths, destination, port=port, identity=identity, login=login, jump=jump)
    if host is None:
        raise UsageError("A host is needed.")
    findings = asyncio.run(_examine(paths, host, show=not as_json))
    if as_json:
        click.echo(json_text([asdict(finding) for finding in findings]))
    return next((finding.exit_code for finding in findings if finding.verdict == "failed"), 0)


async def _examine(paths: Paths, host: Host, *, show: bool) -> list[Finding]:
    """Every finding, each shown as soon as it is known."""
    from sshtui.cli.wire import dialer
    from sshtui.secrets.diagnosis import with_saved

    findings = []
    wire = dialer(paths)
    try:
        with plain_prompter() as prompter:
            async for finding in with_saved(wire.diagnose(host, prompter), host):
                findings.append(finding)
                if show:
                    _show(finding)
    finally:
        await wire.close()
    return findings


def _show(finding: Finding) -> None:
    took = f"  ({finding.seconds * 1000:.0f} ms)" if finding.seconds is not None else ""
    verdict = verdict_words(finding.verdict, unicode=_says_unicode())
    click.echo(f"{finding.step:<14}{verdict:<{VERDICT_CELLS}}{plain(finding.text, 1000)}{took}")
    if finding.advice:
        click.echo(f"{'':<{14 + VERDICT_CELLS}}{plain(finding.advice, 1000)}")


def _says_unicode() -> bool:
    """Whether what reads our output takes more than ASCII."""
    try:
        "✓✗–".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
