// Every request the page makes: to which function, and how. `api.js` sends them, `curl` shows them.

const title = (name) => encodeURIComponent(name);

const post = (to, path, body) => ({ to, method: "POST", path, body });
const get = (to, path) => ({ to, method: "GET", path });

export const similarJobs = (experience) =>
  post("similar_jobs", "/model/similar_jobs?explain=1&limit=10", { experience });

export const titles = (typed) =>
  get("top_skills", `/model/titles?limit=8&q=${encodeURIComponent(typed)}`);

export const skills = (name) => get("top_skills", `/model/skills/${title(name)}?details=1`);

export const gap = (name, experience) =>
  post("top_skills", `/model/skills/${title(name)}?details=1`, { experience });

// Of the nation; `allStates` has those of each state.
export const salaries = (name) => get("job_insights", `/model/salaries/${title(name)}`);

export const allStates = (name) =>
  get("job_insights", `/model/salaries/${title(name)}?state=all`);

export const paths = (name, depth) =>
  get("job_insights", `/model/paths/${title(name)}?depth=${depth}&breadth=5`);

export const education = (name) => get("job_insights", `/model/education/${title(name)}`);

// The key, a new one for each submission, lets it be sent again without being kept twice.
export const submit = (experience, key) => ({
  ...post("submissions", "/model/submissions", { experience, consent: true }),
  headers: { "Idempotency-Key": key },
});

export const withdraw = (receipt) => ({
  to: "submissions", method: "DELETE", path: `/model/submissions/${title(receipt)}`,
});
