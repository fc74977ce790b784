// The education of people with a title, or what is asked of them, as bars.
import { el, unseen } from "./dom.js";
import { number, percent } from "./format.js";

const ASKED = {
  required: "What these jobs require, by O*NET.",
  postings: "What employers ask for in postings.",
};
const WHOSE = { postings: "employers" };

export function render({ results, basis }) {
  const most = Math.max(...results.map((each) => each.share));
  const rows = results.map(({ level, field, share, count }) =>
    el(
      "li", {},
      el("span", { class: "name" }, [level, field].filter(Boolean).join(", ")),
      el("span", { class: "share" }, unseen(": "), percent(share)),
      el("span", { class: "bar", "aria-hidden": "true", "--share": share / most }),
      count != null && el("span", { class: "hint" }, `${number(count)} ${WHOSE[basis] ?? "people"}`),
    ),
  );
  const list = el("ol", { class: "bars plain" }, rows);
  return basis === "observed" ? list : [el("p", { class: "hint" }, ASKED[basis]), list];
}
