// A title's skills as chips: by kind, or, beside an experience, by whether it shows them.
import { el, unseen } from "./dom.js";

const KINDS = {
  technology: "Tools and technology",
  knowledge: "Knowledge",
  skill: "Skills",
  phrase: "Other words for this work",
};

export function render({ results }) {
  const groups = Object.entries(KINDS).map(([kind, heading]) =>
    group(heading, results.filter((each) => each.kind === kind), ""),
  );
  return [
    ...groups,
    el("p", { class: "hint" }, "Describe your work above, and what you have of these is marked."),
  ];
}

function group(heading, skills, state) {
  if (!skills.length) return null;
  return el(
    "div", { class: "skills" },
    el("h4", {}, heading),
    el("ul", { class: "chips" }, skills.map((each) => chip(each, state))),
  );
}

const chip = ({ phrase }, state) => el("li", { class: `chip ${state}` }, phrase);
