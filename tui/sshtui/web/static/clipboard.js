// What goes in by paste, and what the app may put on the clipboard. The clipboard is never read for the app.

export const LARGEST_PASTE = 16 * 1024 * 1024; // characters
const LARGEST_COPY = 1024 * 1024; // bytes

// A terminal's text: every control but tab and line ends is gone, so that nothing in it ends the brackets or acts.
export function harmless(text) {
  return text.replace(/\r\n?|\n/g, "\r").replace(/[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f]/g, "");
}

export function pasted(text, bracketed) {
  const inside = harmless(text);
  return bracketed ? `\x1b[200~${inside}\x1b[201~` : inside;
}

// OSC 52 (xterm ctlseqs): `selection;base64`. A question (`?`) is not answered. The text, or null.
export function offered(data) {
  const payload = data.slice(data.indexOf(";") + 1);
  if (payload === "?" || payload.length > (LARGEST_COPY * 4) / 3 + 4) return null;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0)));
  } catch {
    return null;
  }
}
