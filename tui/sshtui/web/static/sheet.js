// A sheet over the console with a question of the page itself; one at a time, the newest wins.

const sheet = document.getElementById("sheet");
const title = document.getElementById("sheet-title");
const text = document.getElementById("sheet-text");
const list = document.getElementById("sheet-list");
const buttons = document.getElementById("sheet-buttons");
let leave = () => {};

// `choices`: {label, run} for a button, {label, href} for a link to elsewhere. Esc takes the last one. `items`: rows.
export function ask(heading, words, choices, after = () => {}, items = []) {
  title.textContent = heading;
  text.textContent = words;
  list.replaceChildren(...items);
  buttons.replaceChildren(...choices.map(choice));
  leave = after;
  sheet.hidden = false;
  buttons.firstElementChild?.focus();
}

export function dismiss() {
  if (sheet.hidden) return;
  sheet.hidden = true;
  leave();
}

function choice({ label, run, href }) {
  const element = document.createElement(href ? "a" : "button");
  element.textContent = label;
  if (href) {
    element.href = href;
    element.target = "_blank";
    element.rel = "noopener noreferrer";
  } else {
    element.type = "button";
  }
  element.addEventListener("click", () => {
    dismiss();
    run?.();
  });
  return element;
}

sheet.addEventListener("keydown", (event) => {
  event.stopPropagation();
  if (event.key === "Escape") buttons.lastElementChild?.click();
  if (event.key !== "Tab") return;
  const all = [...sheet.querySelectorAll("a, button")];
  const at = all.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
  all[(at + all.length) % all.length]?.focus();
  event.preventDefault();
});
