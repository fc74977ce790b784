// Pay by state: a row each with the middle half of all people as a bar, beside a map.
import { ask } from "./api.js";
import { axis, box, scaleOf } from "./boxes.js";
import { el, unseen } from "./dom.js";
import { money, number } from "./format.js";
import { drawMap } from "./map.js";
import * as requests from "./requests.js";
import { d3, states as shapes } from "./vendor.js";

const FIRST = 8; // states that are shown before the visitor asks for more
const PATIENCE = 5_000; // ms that the nation's figures wait for those of the states, and for charts
// The sources of what people in the data earn, and of what employers offer.
const COLLECTED = "collected";
const POSTED = "postings";
const GATHERED = [
  [COLLECTED, "Collected from people's records"],
  [POSTED, "Offered by employers in postings"],
];
const ANYWHERE = "Any place";
const ORDERS = {
  pay: ["Highest pay first", (one, other) => (other.median ?? 0) - (one.median ?? 0)],
  name: ["By name", (one, other) => one.state.localeCompare(other.state)],
};

// `answer` is of the nation and of people anywhere. `chosen` is a state's name or null; `onState`
// hears of another one; `again` asks for all of it again.
export async function render(answer, title, chosen, onState, again) {
  const [found, charts] = await Promise.all([inTime(statesOf(title)), inTime(loadCharts())]);
  const byState = found ?? [];
  const { drawn, beside } = parted([...answer.results, ...byState]);
  const everywhere = drawn.find((each) => answer.results.includes(each));
  const states = drawn.filter((each) => byState.includes(each));
  const ranked = (source) =>
    answer.results.filter((each) => each.seniority && each.source === source);
  const own = nameOf(states, chosen);
  const view = { everywhere, states, chosen: own, order: "pay", all: false, charts };
  const none = chosen && !own ? el("p", { class: "hint" }, `There are no figures for ${chosen}.`) : null;
  const table = el("div", { class: "wages-table" });
  const map = charts && states.length ? el("div", { class: "map" }) : null;

  const update = (change) => {
    Object.assign(view, change);
    table.replaceChildren(rows(view, update));
    if (map) drawMap(map, charts, states, view.chosen, choose);
  };
  const choose = (state) => {
    select.value = state ?? "";
    none?.remove();
    update({ chosen: state });
    onState(state);
  };
  const select = stateSelect(states, own, choose);
  update({});
  return [
    everywhere && headline(everywhere),
    !found && el(
      "div", { class: "problem", role: "alert" },
      el("p", {}, "The figures of the states did not come."),
      el("button", { type: "button", onclick: again }, "Try again"),
    ),
    states.length > 0 && el("div", { class: "actions" }, select.parentElement, orderSelect(update)),
    states.length > 0 && none,
    map,
    table,
    ...GATHERED.flatMap(([source, caption]) => [
      small(`${caption}: groups of five or more, in whole thousands`, "Place",
        beside.filter((each) => each.source === source), placeOf),
      small(`${caption}, by seniority`, "Seniority", ranked(source), (each) => each.seniority),
    ]),
    el("p", { class: "hint" }, sources(drawn, answer.occupation)),
  ];
}

// The pay of people of all seniorities: of one source, the official one where it knows any, is drawn,
// and the others are told beside it; one chart with two would have a state twice.
function parted(pay) {
  const everybody = pay.filter((each) => each.seniority == null);
  const sources = new Set(everybody.map((each) => each.source));
  const gathered = GATHERED.map(([source]) => source);
  const first = [...sources].find((source) => !gathered.includes(source))
    ?? gathered.find((source) => sources.has(source));
  const of = (same) => everybody.filter((each) => (each.source === first) === same);
  return { drawn: of(true), beside: of(false) };
}

// Null for what fails or takes too long: the nation's figures are there without it.
function inTime(promise) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  return Promise.race([promise.catch(() => null), late]);
}

const placeOf = (pay) => pay.state ?? ANYWHERE;

// None where there are figures of the nation alone.
async function statesOf(title) {
  try {
    return (await ask(requests.allStates(title))).results;
  } catch (error) {
    if (error.status === 404) return [];
    throw error;
  }
}

async function loadCharts() {
  const [library, features] = await Promise.all([d3(), shapes()]);
  return { d3: library, features };
}

function headline({ state, source, median, lower_quantile: lower, upper_quantile: upper, count }) {
  const [whose, who] = {
    [COLLECTED]: [
      `of ${number(count)} people whose records tell of it, wherever they work`, "half of them earn",
    ],
    [POSTED]: [`in the postings of ${number(count)} employers`, "half of them offer"],
  }[source] ?? [`in the ${state} (${source})`, "half of all people earn"];
  return el(
    "p", { class: "figure" },
    el("strong", {}, money(median)), ` a year is the median ${whose}; ${who} `,
    `${money(lower)} to ${money(upper)}.`,
  );
}

// The state that was chosen, by whatever case in a link; null where there are no figures of it.
function nameOf(states, chosen) {
  const name = chosen?.toLowerCase();
  return states.find((each) => each.state.toLowerCase() === name)?.state ?? null;
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
  const pay = [view.everywhere, own, ...shown].filter(Boolean);
  const scale = view.charts && scaleOf(view.charts.d3, [view.everywhere, ...view.states]);
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

function row(pay, own, scale, { everywhere, charts }) {
  const kind = pay === everywhere ? "nation" : own ? "own" : null;
  return el(
    "tr", { class: kind },
    el("th", { scope: "row" }, placeOf(pay)),
    scale && el("td", { class: "chart", "aria-hidden": "true" }, box(charts.d3, scale, pay)),
    el("td", { class: "wide" }, money(pay.lower_quantile)),
    el("td", {}, money(pay.median)),
    el("td", { class: "wide" }, money(pay.upper_quantile)),
  );
}

// A table of groups, without a chart; null where there are none.
function small(caption, kind, groups, name) {
  if (!groups.length) return null;
  const lines = groups.map((each) => el("tr", {},
    el("th", { scope: "row" }, name(each)),
    el("td", {}, money(each.lower_quantile)),
    el("td", {}, money(each.median)),
    el("td", {}, money(each.upper_quantile))));
  return el("table", {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, [kind, "Lower quarter", "Median", "Upper quarter"].map(
      (heading) => el("th", { scope: "col" }, heading)))),
    el("tbody", {}, lines));
}

function sources([{ source }], occupation) {
  const said = { [COLLECTED]: "people's records", [POSTED]: "postings" }[source]
    ?? `${source}, of ${occupation.name}`;
  return `Source: ${said}. Bars reach from the lower to the upper quarter, lines from the ` +
    "10th to the 90th percentile.";
}
