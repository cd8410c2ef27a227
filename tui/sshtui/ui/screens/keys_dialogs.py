"""What the key workshop asks: how to make a key pair, another passphrase, another format, which hosts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from sshtui.files import with_home
from sshtui.keys.convert import ROUNDS, Target, losses, targets_for, with_suffix_for
from sshtui.keys.generate import default_comment, security_key_here
from sshtui.keys.key_file import KeyFile
from sshtui.keys.openssh import ROUNDS_LIMIT
from sshtui.keys.saving import free_path
from sshtui.keys.strength import estimate
from sshtui.model.text import plain
from sshtui.ui.modals.base import QUIET, Entry
from sshtui.ui.modals.form import Form
from sshtui.ui.modals.key_pairs import Tick
from sshtui.ui.modals.parts import Row
from sshtui.ui.modals.secrets import SecretInput

KINDS: tuple[tuple[str, int, str], ...] = (
    ("ed25519", 256, "ED25519, the best choice today"),
    ("ecdsa", 256, "ECDSA 256"),
    ("ecdsa", 384, "ECDSA 384"),
    ("ecdsa", 521, "ECDSA 521"),
    ("rsa", 3072, "RSA 3072, for old servers and portals"),
    ("rsa", 4096, "RSA 4096, slow to make"),
    ("rsa", 2048, "RSA 2048"),
)
SECURITY_KINDS: tuple[tuple[str, int, str], ...] = (
    ("ed25519-sk", 256, "ED25519 in the security key that is plugged in"),
    ("ecdsa-sk", 256, "ECDSA in the security key that is plugged in"),
)

TARGET_TITLES = {
    Target.OPENSSH: "OpenSSH",
    Target.PKCS1: "PEM, traditional (PKCS#1, SEC 1)",
    Target.PKCS8: "PEM, PKCS#8",
    Target.PPK2: "PuTTY, PPK version 2",
    Target.PPK3: "PuTTY, PPK version 3",
}


@dataclass(frozen=True)
class Protection:
    """A new passphrase, or None for none on purpose; the rounds of bcrypt that make guessing it slow."""

    passphrase: str | None = field(repr=False)
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Recipe:
    """The key pair to make."""

    kind: str
    bits: int
    comment: str
    path: Path
    protection: Protection


@dataclass(frozen=True)
class Conversion:
    """The format to write and where."""

    target: Target
    path: Path


@dataclass(frozen=True)
class Certification:
    """The X.509 certificate to make: in PEM at `out`, also in DER, also bundled with the private key."""

    out: Path
    days: int
    subject: str
    der: bool
    bundle: bool


class RepeatedDialog(Form[Protection]):
    """A passphrase, once more, and its strength."""

    HINT = "Enter next · Ctrl+R show · Esc cancel"
    ACCEPT: ClassVar[str] = "Change"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "reveal", "Show", priority=True)]

    def body(self) -> Iterable[Widget]:
        yield Row("Passphrase", SecretInput(id="new"), classes="gap")
        yield Static("", id="strength", classes="tight under muted")
        yield Row("Once more", SecretInput(id="again"))
        yield from self.below()
        yield Static("", id="problem", classes="last problem")

    def below(self) -> Iterable[Widget]:
        """What stands between the two fields and the line that says why not yet."""
        return ()

    def action_reveal(self) -> None:
        """Show the dots as letters, or the other way round."""
        for each in self.query(SecretInput):
            each.password = not each.password

    def text(self, name: str) -> str:
        """What stands in a field."""
        return self.query_one(f"#{name}", Input).value

    def problem(self) -> str:
        """Why it cannot be accepted, or ""."""
        if not self.text("new"):
            return "A passphrase is needed."
        return "" if self.text("new") == self.text("again") else "The two passphrases differ."

    def protection(self) -> Protection:
        """What is typed."""
        return Protection(self.text("new"))

    def result(self) -> None:
        """Answer with what is typed."""
        self.answer(self.protection())

    @on(Input.Changed, "#new")
    def _typed(self) -> None:
        typed = self.text("new")
        self.query_one("#strength", Static).update(Content(estimate(typed).said if typed else ""))

    def complete(self) -> None:
        """Answer, or say why not yet."""
        problem = self.problem()
        self.query_one("#problem", Static).update(Content(problem))
        if not problem:
            self.result()


class ProtectionDialog(RepeatedDialog):
    """A new passphrase for a private key, and the rounds of its KDF where the format has them; none must be ticked."""

    HEADING = "Another passphrase"

    def __init__(self, who: str, *, bcrypt: bool = True, quiet: float = QUIET) -> None:
        """With `bcrypt`, the KDF of OpenSSH's format, its rounds can be chosen."""
        super().__init__(who, quiet=quiet)
        self._bcrypt = bcrypt

    def below(self) -> Iterable[Widget]:
        yield Tick("No passphrase: whoever gets the file can use it", id="none", classes="tight")
        if self._bcrypt:
            yield Row("KDF rounds", Entry(str(ROUNDS), id="rounds"))

    def problem(self) -> str:
        if self.query_one("#none", Checkbox).value:
            return "Either a passphrase or none." if self.text("new") else ""
        if not self.text("new"):
            return "A passphrase is needed, or tick that there is none."
        return super().problem() or self._rounds_problem()

    def _rounds_problem(self) -> str:
        fits = not self._bcrypt or self._rounds() is not None
        return "" if fits else f"KDF rounds are a number from 1 to {ROUNDS_LIMIT}; {ROUNDS} take about 0.4 s to open."

    def _rounds(self) -> int | None:
        typed = self.typed("rounds")
        # A longer number is out of bounds anyway, and int() refuses the longest.
        rounds = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        return rounds if 1 <= rounds <= ROUNDS_LIMIT else None

    @on(Input.Changed, "#rounds")
    def _rounds_typed(self) -> None:
        self.query_one("#problem", Static).update(Content(self._rounds_problem()))

    def protection(self) -> Protection:
        if self.query_one("#none", Checkbox).value:
            return Protection(None)
        return Protection(self.text("new"), (self._rounds() if self._bcrypt else None) or ROUNDS)


class NewKeyPairDialog(ProtectionDialog):
    """Type, comment, file and passphrase of a new key pair; answers with a Recipe through `made`."""

    HEADING = "New key pair"
    ACCEPT = "Make"

    def __init__(self, directory: Path, *, quiet: float = QUIET) -> None:
        super().__init__("", quiet=quiet)
        self._directory = directory
        self._suggested = str(free_path(directory, KINDS[0][0]))
        self._kinds = KINDS + (SECURITY_KINDS if security_key_here() else ())
        self.recipe: Recipe | None = None

    def body(self) -> Iterable[Widget]:
        yield OptionList(*(Option(Content(title)) for _, _, title in self._kinds), id="kinds", classes="block")
        yield Row("Comment", Entry(default_comment(), id="comment"))
        yield Row("File", Entry(self._suggested, id="path"))
        yield from super().body()

    def first_focus(self) -> Widget | None:
        kinds = self.query_one("#kinds", OptionList)
        kinds.highlighted = 0
        return kinds

    @on(OptionList.OptionHighlighted)
    def _kind_changed(self) -> None:
        """A name of the new type, as long as the suggested one was not changed."""
        path = self.query_one("#path", Input)
        if path.value == self._suggested:
            self._suggested = path.value = str(free_path(self._directory, self._kind()[0]))

    @on(OptionList.OptionSelected)
    def _kind_chosen(self) -> None:
        self.query_one("#comment", Input).focus()

    def _kind(self) -> tuple[str, int, str]:
        return self._kinds[self.query_one("#kinds", OptionList).highlighted or 0]

    def problem(self) -> str:
        if not self.typed("path"):
            return "A file name is needed."
        return super().problem()

    def result(self) -> None:
        kind, bits, _ = self._kind()
        path = with_home(self.typed("path"))
        self.recipe = Recipe(kind, bits, self.typed("comment"), self._directory / path, self.protection())
        self.answer(self.recipe.protection)


class ConvertDialog(Form[Conversion]):
    """Another format for a private key; what gets lost stands below the list."""

    HEADING = "Write in another format"
    ACCEPT = "Write"
    HINT = "Up/Down choose · Enter next · Esc cancel"

    def __init__(self, file: KeyFile, *, quiet: float = QUIET) -> None:
        super().__init__(plain(file.path, limit=100), quiet=quiet)
        self._file = file
        self._algorithm = file.public.algorithm if file.public else ""
        self._targets = targets_for(self._algorithm)
        self._suggested = ""

    def body(self) -> Iterable[Widget]:
        yield OptionList(*(Option(Content(TARGET_TITLES[each])) for each in self._targets), id="targets")
        yield Row("File", Entry("", id="path"))
        yield Static("", id="lost", classes="under muted")
        note = "The passphrase stays the same." if self._file.encrypted else "It has no passphrase, here or there."
        yield Static(Content(note), classes="last muted")

    def first_focus(self) -> Widget | None:
        targets = self.query_one("#targets", OptionList)
        targets.highlighted = 0
        return targets

    def _target(self) -> Target:
        return self._targets[self.query_one("#targets", OptionList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _target_changed(self) -> None:
        target, path = self._target(), self.query_one("#path", Input)
        if path.value == self._suggested:
            self._suggested = path.value = str(with_suffix_for(Path(self._file.path), target))
        lost = losses(
            self._algorithm,
            self._file.format,
            target,
            commented=bool(self._file.comment),
            protected=self._file.encrypted,
        )
        self.query_one("#lost", Static).update(Content("\n".join(lost) or "Nothing is lost."))

    @on(OptionList.OptionSelected)
    def _target_chosen(self) -> None:
        self.query_one("#path", Input).focus()

    def complete(self) -> None:
        """Answer once there is a file name."""
        typed = self.typed("path")
        if typed:
            self.answer(Conversion(self._target(), with_home(typed)))


class CertificateDialog(Form[Certification]):
    """A self-signed certificate: where, how long, for whom."""

    HEADING = "X.509 certificate"
    ACCEPT = "Make"

    def __init__(self, file: KeyFile, *, quiet: float = QUIET) -> None:
        super().__init__(plain(file.path, limit=100), quiet=quiet)
        self._file = file

    def body(self) -> Iterable[Widget]:
        yield Row("File", Entry(f"{self._file.path}-x509.pem", id="out"))
        yield Row("Days", Entry("365", id="days"))
        subject = Entry("", placeholder="/C=DE/O=Example/CN=name, or empty for the comment", id="subject")
        yield Row("Subject", subject)
        yield Tick("also in DER (.cer)", id="der", classes="tight")
        yield Tick("also bundled with the private key (.p12), same passphrase", id="bundle", classes="tight")
        yield Static("", id="problem", classes="last problem")

    def complete(self) -> None:
        """Answer once there are a file and a number."""
        out, days = self.typed("out"), self.typed("days")
        if not out or not days.isdigit():
            self.query_one("#problem", Static).update(Content("A file and a number of days are needed."))
        else:
            subject = self.typed("subject")
            ticked = {name: self.query_one(f"#{name}", Checkbox).value for name in ("der", "bundle")}
            self.answer(Certification(with_home(out), int(days), subject, ticked["der"], ticked["bundle"]))
