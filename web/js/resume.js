// A resume's file → the jobs in it: [{ title?, description, start?, end? }]. Text and JSON Resume are
// read as they are; PDF by pdf.js, DOCX by mammoth, both loaded with the first such file. A file
// stays in the browser.
import { PDF_WORKER, mammoth, pdf } from "./vendor.js";

const BYTES_MOST = 10_000_000;
const PAGES_MOST = 50;
const LINES = "br, p, h1, h2, h3, h4, h5, h6, li, tr"; // what stands on a line of its own in HTML

export class ResumeError extends Error {}

const READERS = { json: readJson, pdf: readPdf, docx: readDocx, txt: readText, md: readText };

export async function readResume(file) {
  if (file.size > BYTES_MOST) throw new ResumeError("This file is too large for a resume.");
  const kind = file.name.toLowerCase().match(/\.(\w+)$/)?.[1];
  const read = READERS[kind] ?? (file.type.startsWith("text/") ? readText : null);
  if (!read) {
    throw new ResumeError("This kind of file cannot be read. Text, JSON Resume, PDF and DOCX can.");
  }
  let jobs;
  try {
    jobs = await read(file);
  } catch (error) {
    if (error instanceof ResumeError) throw error;
    throw new ResumeError(`${file.name} cannot be read. You can paste its text instead.`);
  }
  if (!jobs.some((job) => job.description.trim())) {
    const picture = kind === "pdf" ? " Is it a picture of a page?" : "";
    throw new ResumeError(`There is no text in ${file.name}.${picture}`);
  }
  return jobs;
}

async function readText(file) {
  return [{ description: tidy(decoded(await file.arrayBuffer())) }];
}

// UTF-8 or, where it is none, what Windows wrote before. Other files than texts may have any name,
// and show by bytes that no text has.
function decoded(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder("windows-1252").decode(bytes);
  }
  if (text.includes("\0")) throw new Error("This is no text.");
  return text;
}

// A JSON Resume (https://jsonresume.org/schema), or a body of the API.
async function readJson(file) {
  const resume = JSON.parse(await file.text());
  if (Array.isArray(resume.experience)) return resume.experience.map(ofBody);
  if (Array.isArray(resume.work)) return resume.work.map(ofWork);
  throw new ResumeError(`There is no list of work in ${file.name}.`);
}

const ofBody = ({ title, description, start, end }) =>
  job(title, [description], start, end);

const ofWork = ({ position, summary, highlights, startDate, endDate }) =>
  job(position, [summary, highlights].flat(), startDate, endDate);

function job(title, lines, start, end) {
  const description = lines.map(word).filter(Boolean).join("\n") || word(title);
  return { title: word(title), description, start: word(start), end: word(end) };
}

// A year may be a number. Lists and objects, where a text belongs, are no words of a person.
function word(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

async function readPdf(file) {
  const { GlobalWorkerOptions, VerbosityLevel, getDocument } = await pdf();
  GlobalWorkerOptions.workerSrc = PDF_WORKER;
  const loading = getDocument({
    data: await file.arrayBuffer(), disableFontFace: true, verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await loading.promise;
    const pages = [];
    for (let number = 1; number <= Math.min(PAGES_MOST, document.numPages); number++) {
      const { items } = await (await document.getPage(number)).getTextContent();
      pages.push(items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join(""));
    }
    return [{ description: tidy(pages.join("\n")) }];
  } finally {
    await loading.destroy();
  }
}

// By way of HTML: mammoth's plain text has none of the breaks within a paragraph.
async function readDocx(file) {
  const { convertToHtml } = await mammoth();
  const noImages = { convertImage: async () => [] };
  const { value } = await convertToHtml({ arrayBuffer: await file.arrayBuffer() }, noImages);
  const { body } = new DOMParser().parseFromString(value, "text/html");
  for (const line of body.querySelectorAll(LINES)) {
    line.before("\n");
    line.after("\n");
  }
  return [{ description: tidy(body.textContent) }];
}

const tidy = (text) => text.replace(/[^\S\n]+/g, " ").replace(/ ?\n ?(?:\n ?)+/g, "\n\n").trim();
