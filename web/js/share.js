// A view as a link, and a request as a command. Both are shown before they are copied.
import { link } from "./address.js";
import { curl } from "./api.js";
import { copyable, show } from "./dialog.js";
import { el } from "./dom.js";

// The experience goes into the link only when the visitor ticks the box.
export function shareView(view, experience) {
  const text = copyable("Link", link(view));
  const box = el("input", { type: "checkbox", name: "with-experience" });
  box.addEventListener("change", () =>
    text.set(link({ ...view, experience: box.checked ? experience : null })),
  );
  const choice = experience.length > 0 && [
    el("label", { class: "check" }, box, el("span", {}, "Put my text into the link")),
    el("p", { class: "hint" },
      "Without it, the link has nothing of yours. With it, everybody who has the link can read " +
      "what you wrote. The part after # is not sent to the server that has this page."),
  ];
  show("Share this view", ...(choice || []), text.element);
}

export function shareRequest(request) {
  const hint = request.body && el("p", { class: "hint" }, "What you wrote is in it.");
  show("The same from a terminal", hint, copyable("Command", curl(request)).element);
}
