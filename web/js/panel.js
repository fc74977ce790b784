// A part of the page that is filled by an answer: busy, then filled, or what went wrong.
import { ApiError, ask } from "./api.js";
import { $, el, say } from "./dom.js";

const SLOW = 3_000; // ms after which the visitor is told that it is still going on
const LATER = [408, 429]; // refused now, and perhaps not the next time

const latest = new WeakMap();

// Asks, and fills the panel's .content with what `render` makes of the answer, which may take its
// time. Gives the answer; null where there is none, or where the panel was asked for something else.
// `onTitle` follows a suggestion in place of a title that is not known. An `optional` panel is gone
// where there is nothing to show in it. `again` asks again, where more follows from an answer than
// what is in the panel.
export async function fill(panel, request, render, options = {}) {
  const { lines = 4, onTitle, optional = false } = options;
  const { again = () => fill(panel, request, render, options) } = options;
  const content = $(".content", panel);
  latest.get(panel)?.abort();
  const asking = new AbortController();
  latest.set(panel, asking);
  panel.setAttribute("aria-busy", "true");
  const note = el("p", { class: "hint" });
  const tell = (text) => {
    note.textContent = text;
    say(text); // screen readers say nothing of what is in a busy panel
  };
  content.replaceChildren(skeleton(lines), note);
  panel.hidden = false;
  const slow = setTimeout(tell, SLOW, "Still at it: the service may be starting.");
  const onRetry = (error) => tell(`${error.message} Trying again …`);
  let answer = null;
  let shown;
  try {
    answer = await ask(request, { signal: asking.signal, onRetry });
    shown = await render(answer);
  } catch (error) {
    answer = null;
    if (!(error instanceof ApiError) && !asking.signal.aborted) console.error(error);
    shown = problem(error, onTitle, again);
    panel.hidden = optional && error.status === 404;
  } finally {
    clearTimeout(slow);
  }
  if (asking.signal.aborted) return null;
  content.replaceChildren(...[shown].flat().filter(Boolean));
  panel.removeAttribute("aria-busy");
  return answer;
}

export function clear(panel) {
  latest.get(panel)?.abort();
  panel.removeAttribute("aria-busy");
  $(".content", panel).replaceChildren();
}

function skeleton(lines) {
  const rows = Array.from({ length: lines }, () => el("span"));
  return el("div", { class: "skeleton", "aria-hidden": "true" }, rows);
}

// What is missing is no fault. Neither that nor what is refused changes when it is asked for again.
function problem(error, onTitle, again) {
  if (error.status === 404) return missing(error, onTitle);
  const final = error.status >= 400 && error.status < 500 && !LATER.includes(error.status);
  const repeat = !final && el("button", { type: "button", onclick: again }, "Try again");
  return el("div", { class: "problem", role: "alert" }, el("p", {}, error.message), repeat);
}

function missing(error, onTitle) {
  const note = el("p", { class: "hint" }, error.message);
  if (!error.suggestions?.length || !onTitle) return note;
  const buttons = error.suggestions.map((name) =>
    el("button", { type: "button", class: "quiet", onclick: () => onTitle(name) }, name),
  );
  return [note, el("p", { class: "actions" }, "Did you mean", buttons)];
}
