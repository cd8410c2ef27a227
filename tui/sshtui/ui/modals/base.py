"""What all our dialogs share: the line on top that no remote can draw, a calm box, and the pause before the first key.

Every dialog answers one question. Text from a server stands in a `ServerWords` block, behind a bar and under a
heading of ours, so that it cannot pass for our own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

from sshtui.model.text import plain
from sshtui.ui.line_input import LineInput
from sshtui.ui.modals.parts import Choice, ServerWords
from sshtui.ui.steady import SteadyApp

A = TypeVar("A")

QUIET = 0.3
"""Seconds without a keystroke after which a dialog that has just opened takes keystrokes."""


class Entry(LineInput):
    """A field that hands on what is typed after Enter or Tab, however fast, to the field that has the focus then.

    Textual sends a burst of keystrokes to whatever has the focus when the burst arrives; a password typed ahead would
    end in the field before, perhaps for all to read.
    """

    def on_key(self, event: events.Key) -> None:
        """Leave at once on Enter, Tab and Shift+Tab; pass on what comes after."""
        dialog = self.screen
        if dialog.focused is not self:
            event.stop()
            event.prevent_default()
            if dialog.focused is not None:
                dialog.focused._forward_event(events.Key(event.key, event.character))
        elif event.key in ("enter", "tab", "shift+tab") and isinstance(dialog, Dialog) and dialog.ready:
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                dialog.entered(self)
            else:
                dialog.focus_next() if event.key == "tab" else dialog.focus_previous()


class Dialog(ModalScreen[A | None], Generic[A]):
    """One question on the screen; the result is the answer, or None when the person declined.

    Keystrokes that were meant for what lay in front before must not answer: until nothing has been pressed for
    `quiet` seconds, every keystroke, paste and click is dropped. Then `first_focus` gets the focus and `ready` is true.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "decline", "Cancel"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]
    HEADING: ClassVar[str] = ""
    """The title in the frame, our own words only."""
    HINT: ClassVar[str] = "Tab next · Esc cancel"
    DANGER: ClassVar[bool] = False

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
    }
    Dialog > .trust-line {
        dock: top;
        width: 100%;
        height: 1;
        padding: 0 1;
        background: $primary;
        color: $background;
        text-style: bold;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Dialog.-danger > .trust-line { background: $error; }
    Dialog > .dialog-box {
        width: 72;
        max-width: 100%;
        height: auto;
        max-height: 100%;
        padding: 0 1;
        background: $surface;
        border: round $primary;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $muted;
    }
    Dialog.-danger > .dialog-box {
        border: heavy $error;
        border-title-color: $error;
    }
    Dialog.-ascii > .trust-line { text-overflow: clip; }
    Dialog.-ascii > .dialog-box { border: ascii $primary; }
    Dialog.-danger.-ascii > .dialog-box { border: ascii $error; }
    Dialog .dialog-body {
        height: auto;
        scrollbar-size-vertical: 1;
    }
    Dialog .dialog-body > * { margin-bottom: 1; }
    Dialog .dialog-body > .tight, Dialog .dialog-body > .last { margin: 0; }
    Dialog .dialog-body > .gap { margin: 1 0 0 0; }
    Dialog .dialog-buttons {
        height: 1;
        width: 100%;
        align-horizontal: right;
    }
    Dialog.-roomy .dialog-buttons { margin-top: 1; }
    Dialog Input {
        border: none;
        height: 1;
        padding: 0 1;
        background: $panel;
        &:focus { border: none; background-tint: $foreground 8%; }
    }
    Dialog .under { padding-left: 14; }
    Dialog .muted { color: $muted; }
    Dialog .problem { color: $error; }
    Dialog .good { color: $success; }
    Dialog .loud { color: $error; text-style: bold; }
    Dialog .server-prompt { border-left: outer $warning; padding: 0 1; background: $background; }
    Dialog.-ascii ServerWords, Dialog.-ascii .server-prompt { border-left: ascii $warning; }
    Dialog.-narrow Choice { min-width: 0; padding: 0; margin-left: 1; }
    Dialog #prompts { height: auto; }
    Dialog .paste { height: auto; background: $background; padding: 0 1; }
    Dialog Tick {
        border: none;
        width: 100%;
        height: auto;
        padding: 0 1;
        background: $surface;
        &:focus { border: none; background: $panel; text-style: bold; }
    }
    Dialog OptionList {
        border: none;
        padding: 0;
        height: auto;
        background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $surface 0%; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: none; }
        &:focus > .option-list--option-highlighted { background: $panel; color: $foreground; text-style: none; }
    }
    """

    def __init__(self, who: str, *, quiet: float = QUIET) -> None:
        """`who` names the host and its address, untrusted; "" for questions about no host."""
        super().__init__()
        self._who = plain(who, limit=120)
        self._quiet = quiet
        self._last_keystroke = monotonic()
        self._answered = False
        self.ready = False
        """Whether keystrokes count."""
        self.set_class(self.DANGER, "-danger")

    def compose(self) -> ComposeResult:
        """The line on top, then the box with the subclass's `body` and `buttons`."""
        yield Static(Content(f"sshtui asks: {self._who}" if self._who else "sshtui asks"), classes="trust-line")
        with Vertical(classes="dialog-box") as box:
            box.border_title = Content(self.heading)
            box.border_subtitle = self._drawn(self.HINT)
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self.body()
            with Horizontal(classes="dialog-buttons"):
                yield from self.buttons()

    @property
    def heading(self) -> str:
        """The title in the frame."""
        return self.HEADING

    def body(self) -> Iterable[Widget]:
        """What stands in the box above the buttons."""
        raise NotImplementedError

    def buttons(self) -> Iterable[Button]:
        """The buttons, the safe one last."""
        raise NotImplementedError

    def first_focus(self) -> Widget | None:
        """What gets the focus once the dialog is ready: the first field, or the last button."""
        fields = self.query(Entry)
        return fields.first() if fields else self.query(Choice).last()

    def entered(self, entry: Entry) -> None:
        """Enter in a field: on to the next one, and from the last one `complete`."""
        entries = list(self.query(Entry))
        at = entries.index(entry)
        if at + 1 < len(entries):
            self.set_focus(entries[at + 1])
        else:
            self.complete()

    def complete(self) -> None:
        """What Enter in the last field does."""

    def answer(self, value: A | None) -> None:
        """Give `value` as the answer, wipe what was typed and close; a second call changes nothing."""
        if not self._answered:
            self._answered = True
            self.wipe()
            self.dismiss(value)

    def take_back(self) -> None:
        """Close unanswered, whatever lies on top: the server is gone."""
        if not self._answered and self in self.app.screen_stack:
            self.pop_until_active()
            self.answer(None)

    def wipe(self) -> None:
        """Empty every field."""
        for field in self.query(Entry):
            field.value = ""

    def on_mount(self) -> None:
        """Start waiting for quiet."""
        self.set_class(not self._unicode, "-ascii")
        self._last_keystroke = monotonic()
        self.set_timer(self._quiet, self._look_for_quiet)

    def on_resize(self, event: events.Resize) -> None:
        """Leave the body what the line on top, the frame and the buttons do not need."""
        self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Bound body and blocks for a screen of `size`; again after the body was composed anew."""
        roomy = size.height >= 20
        self.set_class(roomy, "-roomy")
        self.set_class(size.width < 60, "-narrow")
        rows = max(1, size.height - (5 if roomy else 4))
        self.query_one(".dialog-body").styles.max_height = rows
        for block in self.query(".block"):
            block.styles.max_height = max(3, rows - 4 if roomy else rows - 2)
        self.call_after_refresh(self.tell_keystrokes)

    def tell_keystrokes(self) -> None:
        """Under the frame: how to see the rest when it does not fit, else what the keys do."""
        hidden = self.query_one(".dialog-body", VerticalScroll).max_scroll_y > 0
        self.query_one(".dialog-box").border_subtitle = self._drawn(
            "PgUp/PgDn scroll · Esc cancel" if hidden else self.HINT
        )

    @property
    def _unicode(self) -> bool:
        return not isinstance(self.app, SteadyApp) or self.app.unicode

    def _drawn(self, hint: str) -> str:
        return hint if self._unicode else hint.replace(" · ", ", ")

    def on_key(self, event: events.Key) -> None:
        """Drop keystrokes until ready, and say so."""
        if not self.ready:
            self._last_keystroke = monotonic()
            event.stop()
            event.prevent_default()
            for box in self.query(".dialog-box"):
                box.border_subtitle = "waiting until you stop typing"

    def on_paste(self, event: events.Paste) -> None:
        """Drop pastes until ready."""
        if not self.ready:
            self._last_keystroke = monotonic()
            event.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No action of ours before we are ready."""
        return self.ready

    def action_decline(self) -> None:
        """Esc."""
        self.answer(None)

    def action_page(self, direction: int) -> None:
        """Page through the server's words, or the body when there are none."""
        blocks = self.query(ServerWords)
        block = blocks.first() if blocks else self.query_one(".dialog-body", VerticalScroll)
        block.scroll_relative(y=direction * max(1, block.size.height - 1), animate=False)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        if self.ready:
            self.answer(None)

    def _look_for_quiet(self) -> None:
        waited = monotonic() - self._last_keystroke
        if waited < self._quiet:
            self.set_timer(self._quiet - waited, self._look_for_quiet)
            return
        self.ready = True
        self.tell_keystrokes()
        widget = self.first_focus()
        if widget is not None:
            # Textual would scroll at once, by a layout that may still be on its way, and never back up.
            self.set_focus(widget, scroll_visible=False)
            self.call_after_refresh(self._show_from_top, widget)

    def _show_from_top(self, widget: Widget) -> None:
        """Show the body from its top, and from further down only as far as `widget` needs it."""
        self.query_one(".dialog-body", VerticalScroll).scroll_home(animate=False, immediate=True)
        widget.scroll_visible(animate=False, immediate=True)
