// The form that a visitor tells their work in: one job, or several.
import { $, el, focusOn, say } from "./dom.js";
import { number } from "./format.js";
import { ResumeError, readResume } from "./resume.js";

// As the functions have them: a resume may have more, which would be refused.
const EXPERIENCES = 100;
const TEXT_CHARACTERS = 100_000;
const TITLE_CHARACTERS = 200;
const DATE_CHARACTERS = 50;
const EXAMPLE =
  "Analyzed sales data in Python and SQL, built dashboards in Tableau for the marketing team, " +
  "ran A/B tests and explained the results to people who decide. Trained a model in scikit-learn " +
  "that tells which customers are about to leave.";

const form = $("#experience");
const jobs = $("#jobs");

let reading = new AbortController(); // of a file, given up for what the visitor does meanwhile

// `onAsk` gets the experience when the visitor asks for titles.
export function start(onAsk) {
  write([]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(onAsk);
  });
  $("#add-job").addEventListener("click", () => {
    jobs.append(fields({}));
    renumber();
    $("textarea", jobs.lastElementChild).focus();
  });
  $("#example").addEventListener("click", () => {
    replace([{ description: EXAMPLE }]);
    ask(onAsk);
  });
  $("#open-resume").addEventListener("click", () => $("#resume-file").click());
  $("#resume-file").addEventListener("change", (event) => {
    open(event.target.files[0], onAsk);
    event.target.value = "";
  });
  form.addEventListener("input", () => {
    overtake();
    $("#undo").hidden = true;
  });
  acceptDrops(onAsk);
}

// Whether the titles a visitor had are asked for where there is one job, too.
export function askTitles(wanted) {
  jobs.classList.toggle("ask-titles", wanted);
}

// What was written so far, without jobs that have no text: [{ description, title?, start?, end? }].
export function read() {
  return [...jobs.children].map(jobOf).filter((job) => job.description);
}

export function write(experience) {
  overtake();
  $("#undo").hidden = true;
  jobs.replaceChildren(...(experience.length ? experience : [{}]).map(fields));
  renumber();
}

// In the place of what the visitor wrote, which can be brought back until they write on.
function replace(experience) {
  const before = read();
  write(experience);
  const undo = $("#undo");
  undo.hidden = !before.length;
  undo.onclick = () => {
    write(before);
    $("textarea", jobs).focus();
  };
}

function ask(onAsk) {
  const experience = read();
  const message = wrongWith(experience);
  complain(message);
  if (!message) onAsk(experience);
}

// What keeps the functions from taking it; "" where nothing does.
function wrongWith(experience) {
  if (!experience.length) return "Write a line or two about your work first.";
  if (experience.length > EXPERIENCES) {
    return `These are ${number(experience.length)} jobs. Up to ${EXPERIENCES} can be read at ` +
      "once: leave out those that matter least.";
  }
  const characters = experience.flatMap((job) => [...Object.values(job).join("")]).length;
  if (characters > TEXT_CHARACTERS) {
    return `This text has ${number(characters)} characters, titles and dates included. Up to ` +
      `${number(TEXT_CHARACTERS)} can be read at once: leave out what matters least.`;
  }
  return "";
}

function complain(message) {
  $("#experience-error").textContent = message;
  const text = $("textarea", jobs);
  text.setAttribute("aria-invalid", String(Boolean(message)));
  if (message) text.focus();
}

// What the visitor does now counts, and not the file that is still being read.
function overtake() {
  reading.abort();
  reading = new AbortController();
  form.removeAttribute("aria-busy");
}

async function open(file, onAsk) {
  if (!file) return;
  overtake();
  const { signal } = reading;
  form.setAttribute("aria-busy", "true");
  complain("");
  try {
    const experience = await readResume(file);
    if (signal.aborted) return;
    replace(experience);
    say(`${file.name} was read.`);
    ask(onAsk);
  } catch (error) {
    if (!(error instanceof ResumeError)) throw error;
    if (!signal.aborted) complain(error.message);
  } finally {
    if (!signal.aborted) form.removeAttribute("aria-busy");
  }
}

// Anywhere on the page: a file that misses the form must not take the page's place.
function acceptDrops(onAsk) {
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    form.classList.add("drop");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("drop");
  });
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    form.classList.remove("drop");
    focusOn(form.closest("section"));
    open(event.dataTransfer.files[0], onAsk);
  });
}

const date = (written) => written && String(written).slice(0, DATE_CHARACTERS);

function fields(job) {
  const text = el("textarea", {
    rows: 5, maxlength: TEXT_CHARACTERS, name: "description",
    placeholder: "Ran the grill station of a busy restaurant, trained new cooks, ordered supplies …",
    "aria-describedby": "experience-error",
    onkeydown: (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    },
  });
  text.value = job.description ?? "";
  const title = el("input", { name: "title", maxlength: TITLE_CHARACTERS, autocomplete: "off", placeholder: " " });
  title.value = String(job.title ?? "").slice(0, TITLE_CHARACTERS);
  const remove = el("button", { type: "button", class: "quiet remove" }, "Remove");
  const group = el(
    "fieldset", { class: "job", "data-start": date(job.start), "data-end": date(job.end) },
    el("legend"),
    el("label", { class: "grow" }, el("span", {}, "What did you do?"), text),
    el("label", { class: "held" }, el("span", {}, "Title you had, if you like"), title),
    remove,
  );
  remove.addEventListener("click", () => {
    const next = group.nextElementSibling ?? group.previousElementSibling;
    group.remove();
    renumber();
    $("textarea", next).focus();
  });
  return group;
}

function jobOf(group) {
  const job = { description: $("textarea", group).value.trim() };
  const title = $("[name=title]", group).value.trim();
  if (title) job.title = title;
  if (group.dataset.start) job.start = group.dataset.start;
  if (group.dataset.end) job.end = group.dataset.end;
  return job;
}

function renumber() {
  const alone = jobs.children.length === 1;
  [...jobs.children].forEach((group, i) => {
    $("legend", group).textContent = alone ? "Your work" : `Job ${i + 1}`;
    $(".remove", group).hidden = alone;
  });
  jobs.classList.toggle("alone", alone);
}
