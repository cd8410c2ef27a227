// Files that go up to the machine the app runs on and come down from it.

import { ask } from "./sheet.js";

const picker = document.getElementById("upload");
const units = ["B", "KB", "MB", "GB"];

export function sized(bytes) {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

export async function showFiles(after, note = "") {
  const answer = await fetch("/files", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return ask("Files", "The files cannot be listed just now.", [{ label: "OK" }], after);
  const { directory, files, made } = await answer.json();
  const words = [note, files.length ? "" : "Nothing is there yet.", `On the machine of the app: ${directory}`];
  const choices = [{ label: "Upload…", run: () => pick(after) }, { label: "Close" }];
  const rows = [...files.map((file) => row(file, after)), ...made.map((name) => fetched(`/made/${name}`, name, "saved hosts"))];
  ask("Files", words.filter(Boolean).join("\n"), choices, after, rows);
}

// A row with a link that saves what is at `href`.
function fetched(href, name, about) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.textContent = name;
  item.append(link, about);
  return item;
}

function row({ name, size }, after) {
  const href = `/files/${encodeURIComponent(name)}`;
  const item = fetched(href, name, sized(size));
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "Delete";
  remove.setAttribute("aria-label", `Delete ${name}`);
  remove.addEventListener("click", async () => {
    await fetch(href, { method: "DELETE" }).catch(() => null);
    showFiles(after, `Deleted: ${name}`);
  });
  item.append(remove);
  return item;
}

function pick(after) {
  picker.value = "";
  picker.onchange = () => upload([...picker.files], after);
  picker.oncancel = () => showFiles(after);
  picker.click();
}

export async function upload(files, after) {
  const done = [];
  for (const file of files) {
    ask("Files", `Uploading ${file.name}, ${sized(file.size)}…`, [], after);
    const answer = await fetch(`/files/${encodeURIComponent(file.name)}`, { method: "PUT", body: file }).catch(() => null);
    done.push(answer?.ok ? `Uploaded: ${(await answer.json()).name}` : `Not uploaded: ${file.name} (${reason(answer)})`);
  }
  showFiles(after, done.join("\n"));
}

function reason(answer) {
  const reasons = { 404: "not a name for a file", 413: "larger than 1 GB", 503: "too many at once", 507: "no room" };
  return reasons[answer?.status] ?? "the connection was lost";
}
