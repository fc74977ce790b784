// The dialogs in which a link or a command is shown before it is copied.
import { $, el } from "./dom.js";

const dialog = $("#dialog");

export function show(heading, ...content) {
  const close = el("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "dialog-heading" }, heading), close),
    ...content.filter(Boolean),
  );
  if (!dialog.open) dialog.showModal();
}

// A text that is there to be copied: its element, and `set` to change it.
export function copyable(label, text) {
  const field = el("textarea", { readonly: true, rows: text.length > 60 ? 4 : 1, spellcheck: "false", "aria-label": label });
  const done = el("span", { role: "status", class: "hint" });
  const copy = el("button", { type: "button", class: "primary" }, "Copy");
  copy.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      done.textContent = "Copied.";
    } catch {
      done.textContent = "Selected: copy it with your keyboard.";
    }
  });
  const set = (value) => {
    field.value = value;
    done.textContent = "";
  };
  set(text);
  return { element: el("div", { class: "copyable" }, field, el("p", { class: "actions" }, copy, done)), set };
}
