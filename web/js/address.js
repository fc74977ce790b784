// What the page shows, as the part of its address after #, which browsers send to nobody:
// #title=data+scientist&state=California. The visitor's experience is in it only where they put it
// into a link themselves.

export function read() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return {
    title: fields.get("title"),
    state: fields.get("state"),
    experience: experienceOf(fields.get("experience")),
  };
}

export function link({ title, state, experience }) {
  const fields = new URLSearchParams();
  if (title) fields.set("title", title);
  if (title && state) fields.set("state", state);
  if (experience) fields.set("experience", JSON.stringify(experience));
  const address = new URL(location.href);
  address.hash = fields.toString();
  return address.href;
}

// Moves on, so that the browser's Back leads here again. `replace` moves without that.
export function go(view, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", link(view));
  else history.pushState(null, "", link(view));
}

function experienceOf(written) {
  try {
    const jobs = JSON.parse(written);
    return Array.isArray(jobs) && jobs.every((job) => typeof job?.description === "string")
      ? jobs
      : null;
  } catch {
    return null;
  }
}
