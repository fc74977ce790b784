// A title's skills as chips: by kind or, beside an experience, by whether it shows them.
import { el, unseen } from "./dom.js";

const KINDS = {
  technology: "Tools and technology",
  knowledge: "Knowledge",
  skill: "Skills",
  phrase: "Other words for this work",
};

export function render({ results }) {
  return results.some((each) => "shown" in each) ? gap(results) : byKind(results);
}

function byKind(skills) {
  return [
    ...Object.entries(KINDS).map(([kind, heading]) =>
      group(heading, skills.filter((each) => each.kind === kind)),
    ),
    el("p", { class: "hint" }, "Describe your work above, and what you have of these is marked."),
  ];
}

function gap(skills) {
  const shown = skills.filter((each) => each.shown);
  return [
    el("p", { class: "figure" },
      el("strong", {}, `${shown.length} of ${skills.length}`), " are in what you wrote."),
    group("You have", shown, "shown"),
    group("Not in your text, as yet", skills.filter((each) => !each.shown), "lacking"),
  ];
}

function group(heading, skills, state) {
  if (!skills.length) return null;
  return el(
    "div", { class: "skills" },
    el("h4", {}, heading),
    el("ul", { class: "chips", "aria-label": heading }, skills.map((each) => chip(each, state))),
  );
}

// The words that show a skill are told where they are others than its own.
function chip({ phrase, shown_by: words }, state) {
  const other = words && letters(words) !== letters(phrase) && el("span", { class: "by" }, unseen("by"), ` “${words}”`);
  return el("li", { class: ["chip", state].filter(Boolean).join(" ") }, phrase, other);
}

const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
