const dollars = new Intl.NumberFormat("en-US", {
  style: "currency", currency: "USD", maximumFractionDigits: 0,
});
const whole = new Intl.NumberFormat("en-US");
const list = new Intl.ListFormat("en-US");

export const money = (value) => (value == null ? "–" : dollars.format(value));
export const number = (value) => whole.format(value);
export const names = (values) => list.format(values);

// 0.302 → "30 %"; what would be "0 %" is "under 1 %".
export function percent(share) {
  return share < 0.005 ? "under 1 %" : `${Math.round(100 * share)} %`;
}
