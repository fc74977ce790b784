// Builds elements. Text is always text: nothing that comes from a person or the API is markup.

export const $ = (selector, within = document) => within.querySelector(selector);

// el("p", { class: "hint", onclick }, "text", child): null and false among the children are left out.
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  set(element, properties);
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

export const unseen = (text) => el("span", { class: "unseen" }, text);

export function say(text) {
  $("#status").textContent = text;
}

export function focusOn(element) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
