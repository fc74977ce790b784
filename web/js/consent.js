// Sending an experience in, only when the visitor asks for it; and deleting it again.
import { ask } from "./api.js";
import { copyable, show } from "./dialog.js";
import { $, el } from "./dom.js";
import * as requests from "./requests.js";

// Nothing was done. Where the answer was lost, it may have been.
const refused = ({ status }) => status >= 400 && status < 500;

// Offers in the panel to send in what `read` gives. A receipt stays, for nobody can delete the text
// without it, and so does the form, which may be waiting for one.
export function offer(panel, read) {
  if (!$("form, .receipt", panel)) panel.replaceChildren(form(read));
  $("form", panel)?.reset(); // who agreed to send a text in has not agreed for the next one
}

// The form, never ticked beforehand.
function form(read) {
  const box = el("input", { type: "checkbox", name: "consent", required: true });
  const note = el("p", { role: "status" });
  const send = el("button", {}, "Send my text in");
  const element = el(
    "form", {},
    el("p", {},
      "So far, nothing of your text was kept. If you like, send it in, with the title you had, " +
      "above: it is stored, and the models may learn from it. Names and addresses are taken out " +
      "as well as a program can, so read it over first. You get a receipt, with which you can " +
      "delete it at any time."),
    el("label", { class: "check" }, box, el("span", {}, "I agree that what I wrote above is stored and used to improve the models.")),
    el("p", { class: "actions" }, send),
    note,
  );
  const key = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let lost = false;
  const hear = (error) => (lost ||= !refused(error));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    note.className = "hint";
    note.textContent = "Sending …";
    try {
      const { results } = await ask(requests.submit(read(), key), { onRetry: hear });
      element.replaceWith(receiptOf(results[0].receipt));
    } catch (error) {
      note.className = "problem";
      hear(error);
      const kept = lost ? "It may have been kept; send the same again to get its receipt." : "Nothing was kept.";
      note.textContent = `${error.message} ${kept}`;
    } finally {
      send.disabled = false;
    }
  });
  return element;
}

function receiptOf(receipt) {
  const thanks = el("p", { role: "status", tabindex: -1 }, "Thank you. This is your receipt; nobody can find your text without it, so keep it.");
  const element = el(
    "div", { class: "receipt" }, thanks, copyable("Receipt", receipt).element,
    el("button", { type: "button", onclick: () => askToDelete(receipt) }, "Delete it again"),
  );
  queueMicrotask(() => thanks.focus());
  return element;
}

export function askToDelete(receipt = "") {
  const field = el("input", { name: "receipt", required: true, autocomplete: "off", spellcheck: "false" });
  field.value = receipt;
  const note = el("p", { role: "status" });
  const element = el(
    "form", {},
    el("label", {}, el("span", {}, "Receipt"), field),
    el("p", { class: "actions" }, el("button", { class: "primary" }, "Delete")),
    note,
  );
  const lost = new Set(); // receipts of which an answer was lost: what is gone now was deleted
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    note.className = "hint";
    note.textContent = "Deleting …";
    const written = field.value.trim();
    const hear = (error) => refused(error) || lost.add(written);
    try {
      await ask(requests.withdraw(written), { onRetry: hear }).catch((error) => {
        hear(error);
        if (error.status !== 404 || !lost.has(written)) throw error;
      });
      const done = el("p", { role: "status", tabindex: -1 }, "It is deleted, and no later training will see it.");
      element.replaceChildren(done);
      done.focus();
      const shown = $(".receipt");
      if (shown && receipt) {
        shown.replaceWith(el("p", {}, "Your text was deleted."));
        // The button that opened the dialog, to which the focus would go back, went with the receipt.
        $("#dialog").addEventListener("close", () => $("#consent summary").focus(), { once: true });
      }
    } catch (error) {
      note.className = "problem";
      note.textContent = error.message;
    }
  });
  show("Delete what I sent in", element);
}
