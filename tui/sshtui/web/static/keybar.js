// Keys that a touch screen has not: each button types one, Ctrl and Alt hold for the next keystroke.

import { csiU } from "./keystrokes.js";

const CODES = { Tab: "\t" };
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D" };

export class KeyBar {
  // `type(text)` sends it; `leader` is what the app's leader sends; `cursorKeys()` tells whether the app asked for
  // application cursor keys (DECCKM).
  constructor(root, { type, leader, paste, focus, cursorKeys }) {
    this.root = root;
    this.type = type;
    this.codes = { ...CODES, Leader: leader };
    this.cursorKeys = cursorKeys;
    this.held = new Set();
    // A button must not take the focus: the screen keyboard would go away.
    root.addEventListener("pointerdown", (event) => event.preventDefault());
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      // First the focus: an app that has lost it takes no keystrokes.
      focus();
      if (button.dataset.hold) this.toggle(button.dataset.hold);
      else if (button.dataset.do === "paste") paste();
      else this.press(button.dataset.key);
    });
  }

  toggle(name) {
    this.held.has(name) ? this.held.delete(name) : this.held.add(name);
    this.draw();
  }

  draw() {
    for (const button of this.root.querySelectorAll("[data-hold]")) {
      button.setAttribute("aria-pressed", String(this.held.has(button.dataset.hold)));
    }
  }

  press(key) {
    const modifier = 1 + (this.held.has("alt") ? 2 : 0) + (this.held.has("ctrl") ? 4 : 0);
    const arrow = ARROWS[key];
    if (key === "Escape") this.type(csiU(27, modifier));
    else if (arrow && modifier > 1) this.type(`\x1b[1;${modifier}${arrow}`);
    else if (arrow) this.type((this.cursorKeys() ? "\x1bO" : "\x1b[") + arrow);
    else this.type((this.held.has("alt") ? "\x1b" : "") + this.codes[key]);
    this.release();
  }

  // What was typed on the screen keyboard while Ctrl or Alt was held.
  applied(text) {
    if (!this.held.size || text.length !== 1) return text;
    let result = text;
    if (this.held.has("ctrl")) {
      const code = text.toUpperCase().charCodeAt(0);
      if (code >= 0x40 && code <= 0x5f) result = String.fromCharCode(code & 0x1f);
      else if (text === " ") result = "\x00";
      else if (text === "?") result = "\x7f";
    }
    if (this.held.has("alt")) result = "\x1b" + result;
    this.release();
    return result;
  }

  release() {
    this.held.clear();
    this.draw();
  }
}
