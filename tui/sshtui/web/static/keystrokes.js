// Keystrokes that xterm.js keeps for itself or cannot tell from plainer ones, as the app reads them (CSI u, kitty
// keyboard protocol; CSI 5;m~ and 6;m~, xterm ctlseqs). Null where xterm.js does right.

const PAGES = { PageUp: 5, PageDown: 6 };
const PLAIN = { Enter: 13, Tab: 9, Backspace: 127, Escape: 27 };

export function encoded(event) {
  if (event.isComposing || event.metaKey || event.getModifierState("AltGraph")) return null;
  const modifiers = 1 + (event.shiftKey ? 1 : 0) + (event.altKey ? 2 : 0) + (event.ctrlKey ? 4 : 0);
  // With Shift xterm.js would scroll lines that it does not keep.
  if (event.key in PAGES && event.shiftKey) return `\x1b[${PAGES[event.key]};${modifiers}~`;
  if (event.key === "Enter" && modifiers > 1 && !onlyAlt(event)) return csiU(PLAIN.Enter, modifiers);
  if (event.key === "Backspace" && event.ctrlKey) return csiU(PLAIN.Backspace, modifiers);
  if (event.key === "Tab" && event.ctrlKey) return csiU(PLAIN.Tab, modifiers);
  // A bare ESC with another keystroke right behind it would pass for Alt and that keystroke.
  if (event.key === "Escape") return csiU(PLAIN.Escape, modifiers);
  if (!event.ctrlKey) return null;
  if (/^Digit[0-9]$/.test(event.code)) return csiU(event.code.charCodeAt(5), modifiers);
  if (event.shiftKey && /^Key[A-Z]$/.test(event.code)) return csiU(event.code.charCodeAt(3) + 32, modifiers);
  return null;
}

function onlyAlt(event) {
  return event.altKey && !event.ctrlKey && !event.shiftKey;
}

export function csiU(code, modifiers) {
  return modifiers > 1 ? `\x1b[${code};${modifiers}u` : `\x1b[${code}u`;
}
