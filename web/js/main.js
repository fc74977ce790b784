// What is shown, and what changes it: the visitor's experience, a title, a state.
import * as address from "./address.js";
import * as consent from "./consent.js";
import { $, focusOn, say } from "./dom.js";
import * as education from "./education.js";
import * as experience from "./experience.js";
import { percent } from "./format.js";
import * as lookup from "./lookup.js";
import { clear, fill } from "./panel.js";
import * as paths from "./paths.js";
import * as requests from "./requests.js";
import { shareRequest, shareView } from "./share.js";
import * as skills from "./skills.js";
import * as titles from "./titles.js";
import * as wages from "./wages.js";

const DEPTH = 2; // steps of the tree that come with its first answer

let asked = []; // the experience that titles were asked for
let answered = []; // the same once there was an answer; a text that is refused has no skills to show
const view = { title: null, name: null, state: null }; // `name` is of the title that was found

async function findTitles(jobs) {
  asked = jobs;
  answered = [];
  const panel = $("#titles");
  panel.hidden = false;
  focusOn($("#titles-heading"));
  const again = () => findTitles(jobs);
  const answer = await fill(panel, REQUESTS.titles(), (found) => titles.render(found, open), { lines: 6, again });
  if (asked !== jobs) return; // another text was asked about meanwhile
  if (answer) answered = jobs;
  if (view.title) showSkills();
  if (!answer) return;
  const [first] = answer.results;
  say(`Most like your work: ${first.title}, ${percent(first.probability)}.`);
  $("#consent").hidden = false;
  consent.offer($("#consent .content"), experience.read);
  titles.mark(panel, view.name);
}

// By the visitor's choice: the address changes, and Back leads here again.
function open(title) {
  address.go({ title, state: view.state });
  showTitle(title);
  focusOn($("#title-heading"));
}

function showTitle(title) {
  view.title = title;
  $("#title").hidden = !title;
  showName(title);
  if (!title) {
    ["#skills", "#wages", "#paths", "#education"].forEach((panel) => clear($(panel)));
    return;
  }
  showSkills();
  showWages();
  showPaths();
  fill($("#education"), REQUESTS.education(), education.render, { lines: 3, optional: true });
}

function showName(name) {
  view.name = name;
  $("#title-heading").textContent = name ?? "";
  document.title = name ? `${name} – Career Climber` : "Career Climber";
  titles.mark($("#titles"), name);
}

function showSkills() {
  fill($("#skills"), REQUESTS.skills(), skills.render, { onTitle: open });
}

function showWages() {
  const { title, state } = view;
  const render = (found) => wages.render(found, title, state, setState, showWages);
  fill($("#wages"), REQUESTS.wages(), render, { lines: 6 });
}

// What was looked up may be a title misspelt or by another name: this answer knows whose it is.
async function showPaths() {
  const answer = await fill($("#paths"), REQUESTS.paths(), (found) => paths.render(found, open));
  if (answer) showName(answer.results.name);
}

function setState(state) {
  view.state = state;
  address.go(view, { replace: true });
}

function showAddress() {
  const { title, state, experience: written } = address.read();
  const moved = state !== view.state;
  view.state = state;
  if (written) {
    address.go({ title, state }, { replace: true }); // the text is not left in the history
    experience.write(written);
    findTitles(experience.read());
  }
  if (title !== view.title) showTitle(title);
  else if (title && moved) showWages();
}

// What each view asks, for itself and as a command.
const REQUESTS = {
  titles: () => requests.similarJobs(asked),
  skills: () => (answered.length ? requests.gap(view.title, answered) : requests.skills(view.title)),
  wages: () => requests.salaries(view.title),
  states: () => requests.allStates(view.title),
  paths: () => requests.paths(view.title, DEPTH),
  education: () => requests.education(view.title),
};

for (const button of document.querySelectorAll("[data-curl]")) {
  button.addEventListener("click", () => shareRequest(REQUESTS[button.dataset.curl]()));
}
for (const button of document.querySelectorAll("[data-share]")) {
  const whole = button.dataset.share === "title";
  button.addEventListener("click", () => shareView(whole ? view : {}, asked));
}
$("#consent").addEventListener("toggle", (event) => experience.askTitles(event.target.open));
// Followed as a link, it would take the address of the view.
$(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("#main").focus();
});
$("#withdraw").addEventListener("click", () => consent.askToDelete());
addEventListener("popstate", showAddress);
experience.start(findTitles);
lookup.start(open);
showAddress();
