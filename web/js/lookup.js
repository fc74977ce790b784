// The field in which a title is looked up, completed from the titles there are.
import { ask } from "./api.js";
import { $, el } from "./dom.js";
import * as requests from "./requests.js";

const PAUSE = 150; // ms without a key before it is asked

export function start(onTitle) {
  const field = $("#lookup-title");
  let asking = new AbortController();
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const typed = field.value.trim();
    if (typed) timer = setTimeout(() => complete(typed, asking.signal), PAUSE);
  });
  $("#lookup").addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) onTitle(field.value.trim());
  });
}

// Without an answer there are no completions, and what was typed can be looked up all the same.
async function complete(typed, signal) {
  const answer = await ask(requests.titles(typed), { signal }).catch(() => null);
  if (!answer || signal.aborted) return;
  $("#lookup-titles").replaceChildren(...answer.results.map((name) => el("option", { value: name })));
}
