// The education of people with a title, as bars.
import { el, unseen } from "./dom.js";
import { number, percent } from "./format.js";

export function render({ results }) {
  const most = Math.max(...results.map((each) => each.share));
  const rows = results.map(({ level, field, share, count }) =>
    el(
      "li", {},
      el("span", { class: "name" }, [level, field].filter(Boolean).join(", ")),
      el("span", { class: "share" }, unseen(": "), percent(share)),
      el("span", { class: "bar", "aria-hidden": "true", "--share": share / most }),
      count != null && el("span", { class: "hint" }, `${number(count)} people`),
    ),
  );
  return el("ol", { class: "bars plain" }, rows);
}
