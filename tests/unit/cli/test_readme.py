"""What the README says of settings and exit codes is what the program knows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

from sshtui import errors
from sshtui.cli.commands import EXIT_CODES
from sshtui.model.further_fields import FURTHER
from sshtui.model.settings import Settings

README = (Path(__file__).parents[3] / "README.md").read_text()


def test_the_readme_lists_every_setting_with_its_default() -> None:
    (block,) = re.findall(r"```toml\n# settings.toml\n(.*?)```", README, re.DOTALL)
    defaults = {name: value for name, value in asdict(Settings()).items() if value is not None}
    assert tomllib.loads(block) == defaults
    assert [name for name in asdict(Settings()) if name not in block] == []


def test_the_readme_names_every_further_field() -> None:
    (part,) = re.findall(r"```toml\nversion = 1\n(.*?)```toml\n# settings.toml", README, re.DOTALL)
    assert [name for name in FURTHER if name not in part] == []


def test_every_exit_code_is_in_the_readme_and_in_the_help() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SshtuiError)]
    codes = {kind.exit_code for kind in kinds}
    told = {int(code) for code in re.findall(r"\| (\d+) (?=\|)", README.partition("### Exit codes")[2])}
    helped = {int(code) for code in re.findall(r"(?<!\S)(\d+)  ", EXIT_CODES)}
    assert codes <= told
    assert codes <= helped
