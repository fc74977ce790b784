// The states, darker where the median is higher. The table beside it has the same figures.
import { el } from "./dom.js";
import { money } from "./format.js";

const SHADES = 5;
const WIDTH = 975; // of the atlas, which is projected already
const HEIGHT = 610;

// `onState` hears of a state that is clicked; the keyboard has the list of states for that.
export function drawMap(target, { d3, features }, pay, chosen, onState) {
  const medians = new Map(pay.map((each) => [each.state, each.median]));
  const known = [...medians.values()].filter((each) => each != null);
  const shade = d3.scaleQuantile(known, d3.range(SHADES));
  const path = d3.geoPath();
  const svg = d3.create("svg").attr("viewBox", [0, 0, WIDTH, HEIGHT]).attr("role", "img")
    .attr("aria-label", "Map of the states by median pay; the table has the figures");
  const last = (feature) => feature.properties.name === chosen;
  svg.selectAll("path").data(d3.sort(features, last)).join("path")
    .attr("d", path)
    .attr("class", ({ properties: { name } }) => {
      const median = medians.get(name);
      return [median == null ? "unknown" : `shade${shade(median)}`, name === chosen && "own"]
        .filter(Boolean).join(" ");
    })
    .on("click", (_event, { properties: { name } }) => medians.has(name) && onState(name))
    .append("title").text(({ properties: { name } }) => `${name}: ${money(medians.get(name))}`);
  target.replaceChildren(svg.node(), legend(d3.extent(known)));
}

function legend([least, most]) {
  const shades = Array.from({ length: SHADES }, (_, i) => el("i", { class: `shade${i}` }));
  return el("p", { class: "legend", "aria-hidden": "true" }, money(least), el("span", {}, shades), money(most));
}
