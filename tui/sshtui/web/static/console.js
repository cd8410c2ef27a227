import { FitAddon } from "./addon-fit.mjs";
import { UnicodeGraphemesAddon } from "./addon-unicode-graphemes.mjs";
import { LARGEST_PASTE, offered, pasted } from "./clipboard.js";
import { showFiles, upload } from "./files.js";
import { KeyBar } from "./keybar.js";
import { encoded } from "./keystrokes.js";
import { Link } from "./link.js";
import { ask, dismiss } from "./sheet.js";
import { scrollByTouch } from "./touch.js";
import { countLikeTheApp } from "./widths.js";
import { Terminal } from "./xterm.mjs";

const root = document.getElementById("terminal");
const state = document.getElementById("state");
const SETTLED = 100; // ms without a further change of the window's size
const BEHIND = 8e6; // bytes not painted yet, as in a hidden tab; beyond it a fresh picture is the shorter way

// The address bar keeps no trace of having just signed in.
if (location.search) history.replaceState(null, "", "/");
// The size of a cell is measured once: with another font it would be another one.
await Promise.allSettled(["14px", "bold 14px"].map((font) => document.fonts.load(`${font} "DejaVu Sans Mono"`)));

const terminal = new Terminal({
  allowProposedApi: true,
  fontFamily: '"DejaVu Sans Mono", monospace',
  fontSize: 14,
  scrollback: 0,
  theme: { background: getComputedStyle(document.body).backgroundColor },
  cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  macOptionIsMeta: true,
  linkHandler: { activate: (_event, url) => offerLink(url), allowNonHttpProtocols: false },
});
const fit = new FitAddon();
terminal.loadAddon(fit);
countLikeTheApp(terminal, new UnicodeGraphemesAddon());
terminal.open(root);
fit.fit();

const link = new Link({
  size: () => ({ columns: terminal.cols, rows: terminal.rows }),
  show: (name, words) => {
    state.dataset.state = name;
    state.textContent = words;
  },
  data: painted,
  fact: heard,
});
const encoder = new TextEncoder();
const type = (text) => link.send(encoder.encode(text));
const focus = () => terminal.focus();
const bar = new KeyBar(document.getElementById("keys"), {
  type,
  focus,
  leader: JSON.parse(root.dataset.leader),
  paste: pasteClipboard,
  cursorKeys: () => terminal.modes.applicationCursorKeysMode,
});

terminal.onData((text) => type(bar.applied(text)));
terminal.onBinary((text) => link.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
terminal.onTitleChange((title) => (document.title = title ? `${title} · sshtui` : "sshtui"));
terminal.onResize(() => link.tell({ type: "resize", columns: terminal.cols, rows: terminal.rows }));

scrollByTouch(root, () => root.clientHeight / terminal.rows);

let settling = 0;
new ResizeObserver(() => {
  clearTimeout(settling);
  settling = setTimeout(() => fit.fit(), SETTLED);
}).observe(root);

let behind = 0;
function painted(bytes) {
  behind += bytes.length;
  terminal.write(bytes, () => {
    behind -= bytes.length;
    if (!behind && link.lapsed) link.open();
  });
  if (behind > BEHIND) link.lapse();
}

function heard(fact) {
  if (fact.type === "attached") {
    dismiss();
    focus();
  } else if (fact.type === "open_url") {
    offerLink(fact.url);
  } else if (fact.type === "failed") {
    ask("The app did not start", `${fact.sentence}\n${fact.hint}`, [{ label: "Try again", run: () => link.open() }]);
  } else if (fact.type === "over") {
    // Whoever walks by sees nothing of a session that is over.
    terminal.reset();
    document.getElementById("logout").hidden = fact.words === "signed out";
    if (fact.words === "signed out") ask("Signed out", fact.sentence, [{ label: "Sign in", run: () => location.assign("/") }]);
    else if (fact.words !== "not started") {
      const again = { label: fact.again || "Use it here", run: () => link.open() };
      ask("sshtui", fact.sentence, [again]);
    }
  }
}

// The real target is shown before anything opens, and only a click opens it.
function offerLink(url) {
  let target;
  try {
    target = new URL(url);
  } catch {
    return;
  }
  if (target.protocol !== "http:" && target.protocol !== "https:") return;
  ask("Open this address?", target.href, [{ label: "Open", href: target.href }, { label: "Cancel" }], focus);
}

// Paste: the browser's own event, whatever led to it, and the clipboard where a button or the mouse asks for it.
function paste(text) {
  if (text.length > LARGEST_PASTE) {
    return ask("Not pasted", `The text is too long: ${text.length} characters.`, [{ label: "OK" }], focus);
  }
  if (text) type(pasted(text, terminal.modes.bracketedPasteMode));
}

async function pasteClipboard() {
  try {
    paste(await navigator.clipboard.readText());
  } catch {
    ask("The browser keeps the clipboard", "Paste with Ctrl+Shift+V, or allow this page to read the clipboard.", [{ label: "OK" }], focus);
  }
}

root.addEventListener(
  "paste",
  (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    paste(event.clipboardData?.getData("text/plain") ?? "");
  },
  true,
);

// The right button pastes; with Alt it belongs to the program, with Shift to the browser.
for (const name of ["mousedown", "mouseup"]) {
  root.addEventListener(
    name,
    (event) => {
      if (event.button !== 2 || event.altKey) return;
      event.stopImmediatePropagation();
      if (name === "mousedown" && !event.shiftKey && navigator.clipboard?.readText) {
        event.preventDefault();
        pasteClipboard();
      }
    },
    true,
  );
}
root.addEventListener("contextmenu", (event) => {
  if (!event.shiftKey) event.preventDefault();
});

// Copy: only what the app writes, never a question (OSC 52).
terminal.parser.registerOscHandler(52, (data) => {
  const text = offered(data);
  if (text !== null) copy(text);
  return true;
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const run = () => navigator.clipboard?.writeText(text);
    ask("Copy to the clipboard?", text.slice(0, 2000), [{ label: "Copy", run }, { label: "Cancel" }], focus);
  }
}

// Keys that the browser shares: what it must not do with them while the console has the focus.
terminal.attachCustomKeyEventHandler((event) => {
  const letter = event.key.toLowerCase();
  // These stay the browser's: its paste event is then ours. Ctrl+V alone belongs to the program.
  if (event.ctrlKey && event.shiftKey && letter === "v") return false;
  if (event.shiftKey && event.key === "Insert") return false;
  if (event.ctrlKey && event.shiftKey && letter === "c" && terminal.hasSelection()) {
    if (event.type === "keydown") copy(terminal.getSelection());
    event.preventDefault();
    return false;
  }
  // Tab is the program's, so there is another way out (WCAG 2.2, 2.1.2), by a keystroke that no terminal sends.
  if (event.ctrlKey && event.shiftKey && event.code === "Period") {
    if (event.type === "keydown") document.getElementById("files").focus();
    event.preventDefault();
    return false;
  }
  const text = event.type === "keydown" ? encoded(event) : null;
  if (text !== null) {
    event.preventDefault();
    type(text);
    return false;
  }
  return true;
});

const toggle = document.getElementById("toggle-keys");
function showKeys(shown) {
  document.body.classList.toggle("keys", shown);
  toggle.setAttribute("aria-expanded", String(shown));
}
// The app that loses the focus takes no keystrokes, and a screen keyboard would go away.
toggle.addEventListener("pointerdown", (event) => event.preventDefault());
toggle.addEventListener("click", () => {
  showKeys(!document.body.classList.contains("keys"));
  focus();
});
showKeys(matchMedia("(pointer: coarse)").matches);

document.querySelector("footer").addEventListener("keydown", ({ key }) => key === "Escape" && focus());
terminal.textarea.setAttribute("aria-label", "Terminal. Ctrl+Shift+Period leaves it for the buttons below.");

document.getElementById("files").addEventListener("click", () => showFiles(focus));
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "drop") upload([...event.dataTransfer.files], focus);
  });
}

let leaving = false;
document.getElementById("logout").addEventListener("submit", () => (leaving = true));
// Ctrl+W and a wrong click ask first. Nothing would be lost, but the way back is longer than a keystroke.
addEventListener("beforeunload", (event) => {
  if (link.attached && !leaving) event.preventDefault();
});

link.open();
