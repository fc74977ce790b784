// What comes after a title, as a tree to walk: each step opens what comes after it.
// https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ says which keys do what.
import { ask } from "./api.js";
import { el, say } from "./dom.js";
import { percent } from "./format.js";
import * as requests from "./requests.js";

const BASES = {
  observed: "Shares are of the people who held a title: how many held the next one right after it.",
  similarity: "No histories of jobs are known here: these titles' work is the most alike.",
};

// `onTitle` gets a title that the visitor wants to see whole.
export function render({ results, basis }, onTitle) {
  const tree = el("ul", { role: "tree", class: "tree", "aria-label": `Next steps from ${results.name}` });
  tree.append(node(results, 1, onTitle));
  tree.querySelector("[role=treeitem]").tabIndex = 0;
  setOpen(tree.firstElementChild, true);
  tree.addEventListener("keydown", walk);
  return [
    el("p", { class: "hint" }, BASES[basis] ?? ""),
    el("div", { class: "tree-room" }, tree),
    el("p", { class: "hint" }, "Arrow keys walk the tree; Enter, or a click on a name, shows the title."),
  ];
}

function node(step, level, onTitle) {
  const known = step.children?.length > 0;
  const group = el("ul", { role: "group" }, known && step.children.map((each) => node(each, level + 1, onTitle)));
  const name = el("span", { class: "name" }, step.name);
  const line = el(
    "div", { class: "step" },
    el("span", { class: "toggle", "aria-hidden": "true", onclick: () => setOpen(item, item.ariaExpanded !== "true") }),
    name,
    step.value != null && el("span", { class: "share" }, percent(step.value)),
    step.value != null && el("span", { class: "bar", "aria-hidden": "true", "--share": step.value }),
  );
  const label = step.value == null ? step.name : `${step.name}, ${percent(step.value)}`;
  const item = el(
    "li", { role: "treeitem", "aria-label": label, "aria-expanded": "false", "aria-level": level, tabindex: -1 },
    line, group,
  );
  name.addEventListener("click", () => open());
  const open = () => onTitle(step.name);
  Object.assign(item, { open, group, step, load: known ? null : () => load(item, level, onTitle) });
  return item;
}

async function setOpen(item, opened) {
  item.setAttribute("aria-expanded", String(opened));
  if (!opened || !item.load) return;
  const { load } = item;
  item.load = null;
  try {
    item.setAttribute("aria-busy", "true");
    await load();
  } catch (error) {
    item.load = load;
    item.setAttribute("aria-expanded", "false");
    say(error.message);
    item.group.replaceChildren(el("li", { role: "none", class: "hint" }, error.message));
  } finally {
    item.removeAttribute("aria-busy");
  }
}

async function load(item, level, onTitle) {
  const { results } = await ask(requests.paths(item.step.name, 1));
  item.group.replaceChildren(...results.children.map((each) => node(each, level + 1, onTitle)));
  if (!results.children.length) item.removeAttribute("aria-expanded");
}

const KEYS = {
  ArrowDown: (item, shown) => shown[shown.indexOf(item) + 1],
  ArrowUp: (item, shown) => shown[shown.indexOf(item) - 1],
  Home: (_item, shown) => shown[0],
  End: (_item, shown) => shown.at(-1),
  ArrowRight(item) {
    if (item.ariaExpanded === "true") return item.group.querySelector("[role=treeitem]");
    setOpen(item, true);
    return item;
  },
  ArrowLeft(item) {
    if (item.ariaExpanded !== "true") return item.parentElement.closest("[role=treeitem]");
    setOpen(item, false);
    return item;
  },
  Enter: (item) => item.open(),
};

function walk(event) {
  const item = event.target.closest("[role=treeitem]");
  const act = KEYS[event.key];
  if (!item || !act || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("[role=treeitem]")];
  const shown = all.filter((each) => !each.parentElement.closest("[aria-expanded=false]"));
  const next = act(item, shown);
  if (!next || next === item) return;
  item.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
