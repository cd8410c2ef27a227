"""Key files on the plain terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sshtui.model.host_keys import PublicKey
from sshtui.model.json_text import json_text
from sshtui.model.text import plain

if TYPE_CHECKING:
    from sshtui.keys.agent import AgentKey
    from sshtui.keys.key_file import KeyFile
    from sshtui.keys.workshop import Made


def print_json(value: object) -> None:
    """`value` as JSON for programs."""
    click.echo(json_text(value))


def tell(json_wanted: bool, facts: object, *sentences: str) -> None:
    """`facts` as JSON when that is wanted, else the sentences, a line each."""
    if json_wanted:
        print_json(facts)
        return
    for sentence in sentences:
        click.echo(sentence)


def public_facts(public: PublicKey | None) -> dict[str, Any]:
    """Type, bits, fingerprints and line of a public key; empty without one."""
    if public is None:
        return {}
    return {
        "type": public.kind.lower(),
        "bits": public.bits,
        "sha256": public.sha256,
        "md5": public.md5,
        "public": public.line,
    }


def file_facts(file: KeyFile) -> dict[str, Any]:
    """What `show --json` prints for a file."""
    facts: dict[str, Any] = {"path": file.path, "format": file.format.value, **public_facts(file.public)}
    facts["comment"] = file.comment
    if file.format.private:
        facts |= {"encrypted": file.encrypted, "protection": file.protection}
    if file.details:
        facts["details"] = [{"name": name, "value": value} for name, value in file.details]
    if file.lines:
        facts["lines"] = [
            {"options": line.options, "comment": line.comment, **public_facts(PublicKey(line.blob))}
            for line in file.lines
        ]
    return facts | {"problem": file.problem, "remedy": file.remedy}


def print_file(file: KeyFile) -> None:
    """What `show` prints for a file."""
    rows = [("file", file.path), ("format", file.format.title)]
    if file.lines:
        rows.append(("keys", str(len(file.lines))))
    elif file.public:
        rows += [
            ("type", f"{file.public.kind} {file.public.bits}"),
            ("SHA256", file.public.sha256.removeprefix("SHA256:")),
            ("MD5", file.public.md5.removeprefix("MD5:")),
        ]
    elif file.format.private:
        rows.append(("type", "hidden by the passphrase"))
    if file.comment and not file.lines:
        rows.append(("comment", file.comment))
    if file.format.private:
        rows.append(("passphrase", f"yes ({file.protection})" if file.encrypted else "none"))
    print_rows([*rows, *file.details])
    for line in file.lines:
        click.echo(f"  {fingerprint_line(PublicKey(line.blob), line.comment)}")
        if line.options:
            click.echo(f"    options: {plain(line.options)}")
    if file.problem:
        click.echo(f"Problem: {plain(file.problem, 500)}")
    if file.remedy:
        click.echo(f"Mend it with: {plain(file.remedy, 500)}")


def print_rows(rows: list[tuple[str, str]]) -> None:
    """Names and values, the values in one column."""
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {plain(value, 500)}")


def fingerprint_line(public: PublicKey, comment: str, *, md5: bool = False) -> str:
    """`256 SHA256:… comment (ED25519)` as `ssh-keygen -l` prints it."""
    digest = public.md5 if md5 else public.sha256
    return f"{public.bits} {digest} {plain(comment) or 'no comment'} ({public.kind})"


def agent_facts(held: AgentKey) -> dict[str, Any]:
    """What `list --json` prints for a key of the agent."""
    return {**public_facts(held.public), "comment": held.comment, "certificate": held.certificate}


def made_facts(made: Made) -> dict[str, Any]:
    """What `new --json` and `convert --json` print."""
    return {
        "path": str(made.path),
        **public_facts(made.public),
        "comment": made.comment,
        "line": made.public_line,
        "lost": list(made.lost),
    }
