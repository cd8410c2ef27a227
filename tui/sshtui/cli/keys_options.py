"""What several commands of `sshtui keys` take."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path)
as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
force = click.option("--force", is_flag=True, help="Replace files that stand there.")
rounds = click.option(
    "--rounds", type=int, default=64, show_default=True, help="How slow guessing the passphrase is (bcrypt)."
)
