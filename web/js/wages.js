// Pay by state: a row each with the middle half of all people as a bar, beside a map.
import { ask } from "./api.js";
import { axis, box, scaleOf } from "./boxes.js";
import { el, unseen } from "./dom.js";
import { money, names } from "./format.js";
import { drawMap } from "./map.js";
import * as requests from "./requests.js";
import { d3, states as shapes } from "./vendor.js";

const FIRST = 8; // states that are shown before the visitor asks for more
const NATION = "United States";
const ORDERS = {
  pay: ["Highest pay first", (one, other) => (other.median ?? 0) - (one.median ?? 0)],
  name: ["By name", (one, other) => one.state.localeCompare(other.state)],
};

// `answer` is of the nation. `chosen` is a state's name or null; `onState` hears of another one.
export async function render(answer, title, chosen, onState) {
  const everybody = (pay) => pay.filter((each) => each.seniority == null);
  const [nation] = everybody(answer.results);
  const [states, charts] = await Promise.all([statesOf(title).then(everybody), loadCharts()]);
  const view = { nation, states, chosen, order: "pay", all: false, charts };
  const table = el("div", { class: "wages-table" });
  const map = charts && states.length ? el("div", { class: "map" }) : null;

  const update = (change) => {
    Object.assign(view, change);
    table.replaceChildren(rows(view, update));
    if (map) drawMap(map, charts, states, view.chosen, choose);
  };
  const choose = (state) => {
    select.value = state ?? "";
    update({ chosen: state });
    onState(state);
  };
  const select = stateSelect(states, chosen, choose);
  update({});
  return [
    nation && headline(nation),
    states.length > 0 && el("div", { class: "actions" }, select.parentElement, orderSelect(update)),
    map,
    table,
    bySeniority(answer.results),
    el("p", { class: "hint" }, sources(answer)),
  ];
}

// None where there are figures of the nation alone.
async function statesOf(title) {
  try {
    return (await ask(requests.allStates(title))).results;
  } catch (error) {
    if (error.status === 404) return [];
    throw error;
  }
}

// Null where the libraries were not fetched or do not come: the figures are there without them.
async function loadCharts() {
  try {
    const [library, features] = await Promise.all([d3(), shapes()]);
    return { d3: library, features };
  } catch {
    return null;
  }
}

function headline(nation) {
  return el(
    "p", { class: "figure" },
    el("strong", {}, money(nation.median)), " a year is the median in the United States; half of all people earn ",
    `${money(nation.lower_quantile)} to ${money(nation.upper_quantile)}.`,
  );
}

function stateSelect(states, chosen, onChoose) {
  const sorted = states.map((each) => each.state).sort();
  const options = sorted.map((state) => el("option", { value: state }, state));
  const select = el(
    "select", { name: "state", onchange: (event) => onChoose(event.target.value || null) },
    el("option", { value: "" }, "None"), options,
  );
  select.value = chosen ?? "";
  el("label", {}, el("span", {}, "Your state"), select);
  return select;
}

function orderSelect(update) {
  const options = Object.entries(ORDERS).map(([key, [name]]) => el("option", { value: key }, name));
  const select = el(
    "select", { name: "order", onchange: (event) => update({ order: event.target.value }) }, options,
  );
  return el("label", {}, el("span", {}, "Order"), select);
}

function rows(view, update) {
  const [, compare] = ORDERS[view.order];
  const sorted = [...view.states].sort(compare);
  const own = sorted.find((each) => each.state === view.chosen);
  const others = sorted.filter((each) => each !== own);
  const shown = view.all ? others : others.slice(0, FIRST);
  const pay = [view.nation, own, ...shown].filter(Boolean);
  const scale = view.charts && scaleOf(view.charts.d3, [view.nation, ...view.states]);
  const table = el(
    "table", {},
    el("caption", { class: "unseen" }, "Pay a year in US dollars"),
    el("thead", {}, el("tr", {},
      el("th", { scope: "col" }, unseen("Place")),
      scale && el("th", { scope: "col", class: "chart" }, unseen("Chart"), axis(view.charts.d3, scale)),
      el("th", { scope: "col", class: "wide" }, "Lower quarter"),
      el("th", { scope: "col" }, "Median"),
      el("th", { scope: "col", class: "wide" }, "Upper quarter"))),
    el("tbody", {}, pay.map((each) => row(each, each === own, scale, view))),
  );
  if (others.length <= FIRST) return table;
  const label = view.all ? "Show fewer" : `Show all ${view.states.length}`;
  const button = el("button", { type: "button", class: "quiet" }, label);
  button.addEventListener("click", () => {
    update({ all: !view.all });
    document.querySelector("#wages .wages-table .quiet").focus();
  });
  return el("div", {}, table, button);
}

function row(pay, own, scale, { nation, charts }) {
  const kind = pay === nation ? "nation" : own ? "own" : null;
  return el(
    "tr", { class: kind },
    el("th", { scope: "row" }, pay.state ?? NATION),
    scale && el("td", { class: "chart", "aria-hidden": "true" }, box(charts.d3, scale, pay)),
    el("td", { class: "wide" }, money(pay.lower_quantile)),
    el("td", {}, money(pay.median)),
    el("td", { class: "wide" }, money(pay.upper_quantile)),
  );
}

function bySeniority(results) {
  const known = results.filter((each) => each.seniority != null);
  if (!known.length) return null;
  const lines = known.map((each) => el("tr", {},
    el("th", { scope: "row" }, [each.seniority, each.state].filter(Boolean).join(", ")),
    el("td", {}, money(each.lower_quantile)),
    el("td", {}, money(each.median)),
    el("td", {}, money(each.upper_quantile))));
  return el("table", { class: "seniority" },
    el("caption", {}, "By seniority"),
    el("thead", {}, el("tr", {}, ["Seniority", "Lower quarter", "Median", "Upper quarter"].map(
      (name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, lines));
}

function sources({ results, occupation }) {
  const said = names([...new Set(results.map((each) => each.source))]);
  const about = occupation ? `, of ${occupation.name}` : "";
  return `Source: ${said}${about}. Bars reach from the lower to the upper quarter, lines from the ` +
    "10th to the 90th percentile.";
}
