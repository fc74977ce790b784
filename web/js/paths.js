// What comes after a title, as a tree to walk: each step opens what comes after it.
// https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ says which keys do what.
import { ask } from "./api.js";
import { $, el, say } from "./dom.js";
import { percent } from "./format.js";
import * as requests from "./requests.js";

const ITEM = "[role=treeitem]";
const BASES = {
  observed: "Of the people who held a title, so many held the next one right after it.",
  similarity:
    "No histories of jobs are known here. These are the titles whose work is most alike: the longer " +
    "the bar, the more.",
};

// `onTitle` gets a title that the visitor wants to see whole.
export function render({ results, basis }, onTitle) {
  const note = el("p", { class: "problem" });
  const tree = el("ul", { role: "tree", class: "tree", "aria-label": `Next steps from ${results.name}` });
  tree.append(branch(results, { level: 1, place: 1, of: 1, basis, onTitle, note }));
  const root = $(ITEM, tree);
  root.tabIndex = 0;
  setOpen(root, true);
  tree.addEventListener("keydown", walk);
  tree.addEventListener("focusin", rove);
  return [
    el("p", { class: "hint" }, BASES[basis] ?? ""),
    tree,
    note,
    el("p", { class: "hint" }, "Arrow keys walk the tree; Enter, or a click on a name, shows the title."),
  ];
}

// A step, with what comes after it below. Steps say their level themselves, so that what a screen
// reader calls one is not the text of all that is below.
function branch(step, at) {
  const known = step.children?.length > 0;
  const below = el("ul", { role: "none" }, known ? branches(step.children, at) : []);
  const observed = at.basis === "observed" && step.value != null;
  const item = el(
    "div",
    {
      role: "treeitem", class: "step", tabindex: -1, "aria-expanded": "false",
      "aria-level": at.level, "aria-posinset": at.place, "aria-setsize": at.of,
    },
    el("span", { class: "toggle", "aria-hidden": "true", onclick: () => setOpen(item, !isOpen(item)) }),
    el("span", { class: "name", onclick: () => item.show() }, step.name),
    observed && el("span", { class: "share" }, " ", percent(step.value)),
    step.value != null && el("span", { class: "bar", "aria-hidden": "true", "--share": step.value }),
  );
  item.show = () => at.onTitle(step.name);
  item.load = known ? null : () => load(step, item, at);
  item.tell = (message) => (at.note.textContent = message);
  return el("li", { role: "none" }, item, below);
}

const branches = (steps, at) =>
  steps.map((step, i) => branch(step, { ...at, level: at.level + 1, place: i + 1, of: steps.length }));

const isOpen = (item) => item.getAttribute("aria-expanded") === "true";

async function setOpen(item, opened) {
  item.setAttribute("aria-expanded", String(opened));
  if (!opened || !item.load) return;
  const { load } = item;
  item.load = null;
  item.tell("");
  item.setAttribute("aria-busy", "true");
  try {
    await load();
  } catch (error) {
    if (error.status === 404) return item.removeAttribute("aria-expanded");
    item.load = load;
    item.setAttribute("aria-expanded", "false");
    item.tell(error.message);
    say(error.message);
  } finally {
    item.removeAttribute("aria-busy");
  }
}

async function load(step, item, at) {
  const { results, basis } = await ask(requests.paths(step.name, 1));
  item.nextElementSibling.replaceChildren(...branches(results.children, { ...at, basis }));
}

const KEYS = {
  ArrowDown: (item, shown) => shown[shown.indexOf(item) + 1],
  ArrowUp: (item, shown) => shown[shown.indexOf(item) - 1],
  Home: (_item, shown) => shown[0],
  End: (_item, shown) => shown.at(-1),
  ArrowRight(item) {
    if (isOpen(item)) return $(ITEM, item.nextElementSibling);
    setOpen(item, true);
    return item;
  },
  ArrowLeft(item) {
    if (!isOpen(item)) return item.parentElement.parentElement.previousElementSibling;
    setOpen(item, false);
    return item;
  },
  Enter: (item) => item.show(),
};

function walk(event) {
  const item = event.target.closest(ITEM);
  const act = KEYS[event.key];
  if (!item || !act || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll(ITEM)];
  const next = act(item, all.filter((each) => each.checkVisibility()));
  if (next !== item) next?.focus();
}

// Tab leads to one step of the tree alone: where the visitor was last, by key or by click.
function rove({ target, currentTarget }) {
  $("[tabindex='0']", currentTarget).tabIndex = -1;
  target.tabIndex = 0;
}
