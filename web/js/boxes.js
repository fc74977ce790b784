// Percentiles as a drawing, as wide as its place: an axis, and a box for each row under it.

const FIGURES = ["p10", "lower_quantile", "median", "upper_quantile", "p90"];

// US dollars → percents of the chart's width.
export function scaleOf(d3, pay) {
  const values = pay.filter(Boolean).flatMap((each) => FIGURES.map((figure) => each[figure]));
  return d3.scaleLinear(d3.extent(values.filter((each) => each != null)), [4, 93]).nice(4);
}

export function axis(d3, scale) {
  const svg = d3.create("svg").attr("class", "axis").attr("aria-hidden", "true");
  const format = d3.format("$~s");
  svg.selectAll("text").data(scale.ticks(4)).join("text")
    .attr("x", (value) => `${scale(value)}%`).attr("y", 12).text(format);
  return svg.node();
}

// A line from the 10th to the 90th percentile, the middle half as a bar, the median as a mark.
export function box(d3, scale, pay) {
  const svg = d3.create("svg").attr("class", "box");
  const at = (value) => `${scale(value)}%`;
  const line = (from, to, name) =>
    svg.append("line").attr("class", name).attr("x1", at(from)).attr("x2", at(to));
  svg.selectAll(".grid").data(scale.ticks(4)).join("line").attr("class", "grid")
    .attr("x1", at).attr("x2", at).attr("y1", 0).attr("y2", "100%");
  const { p10, lower_quantile: low, median, upper_quantile: high, p90 } = pay;
  if (p10 != null && p90 != null) line(p10, p90, "whisker").attr("y1", "50%").attr("y2", "50%");
  if (low != null && high != null) {
    svg.append("rect").attr("x", at(low)).attr("width", `${scale(high) - scale(low)}%`)
      .attr("y", "28%").attr("height", "44%").attr("rx", 2);
  }
  if (median != null) line(median, median, "median").attr("y1", "18%").attr("y2", "82%");
  return svg.node();
}
