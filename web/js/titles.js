// The titles that an experience resembles: bars, what speaks for each, and how sure that is.
import { el, unseen } from "./dom.js";
import { names, number, percent } from "./format.js";

const FIRST = 5; // titles that are shown before the visitor asks for more
const PHRASES = 4;
const FULL = 0.5; // a probability that fills the bar's room; more makes the room wider

// `onTitle` gets the title that the visitor chooses.
export function render({ results, confidence }, onTitle) {
  const likely = confidence.likely_titles && new Set(confidence.likely_titles);
  const room = Math.max(FULL, results[0].probability);
  const rows = results.map((result) => row(result, likely, room, onTitle));
  const list = el("ol", { class: "bars" }, rows.slice(0, FIRST));
  return [
    verdict(confidence, results.length),
    el("p", { class: "hint" }, "Choose one to see its skills, its pay and where it leads."),
    list,
    more(list, rows.slice(FIRST)),
  ];
}

export function mark(list, title) {
  for (const button of list.querySelectorAll("button[data-title]")) {
    button.setAttribute("aria-current", String(button.dataset.title === title));
  }
}

function row({ title, probability, phrases = [] }, likely, room, onTitle) {
  const because = phrases.slice(0, PHRASES).map((each) => el("li", {}, each.phrase));
  return el(
    "li", { class: likely && !likely.has(title) ? "unlikely" : null },
    el(
      "button",
      { type: "button", "data-title": title, onclick: () => onTitle(title) },
      el("span", { class: "name" }, title),
      el("span", { class: "share" }, unseen(", "), percent(probability)),
      el("span", { class: "bar", "aria-hidden": "true", "--share": probability / room }),
    ),
    because.length > 0 && el("ul", { class: "because", "aria-label": `Speaks for ${title}` }, because),
  );
}

function verdict({ confident, likely_titles: likely }, shown) {
  if (confident == null) return null;
  if (confident) {
    const one = likely.length === 1 ? "" : "one of these: ";
    return el(
      "div", { class: "verdict sure" },
      el("p", {}, el("strong", {}, "Quite sure. "),
        `In nine cases of ten like yours, it is ${one}${names(likely)}.`),
    );
  }
  const many = likely.length > shown ? `; the likeliest ${shown} are below` : "";
  return el(
    "div", { class: "verdict unsure" },
    el("p", {}, el("strong", {}, "Not sure. "),
      `In nine cases of ten like yours, the title is one of ${number(likely.length)}${many}. `,
      "Tools you used, what you made and for whom narrow it down."),
  );
}

function more(list, rows) {
  if (!rows.length) return null;
  const button = el("button", { type: "button", class: "quiet" }, `Show ${rows.length} more`);
  button.addEventListener("click", () => {
    list.append(...rows);
    button.remove();
    rows[0].querySelector("button").focus();
  });
  return button;
}
