// Sends a request of requests.js: waits, tries again where that may help, which no request minds, and
// makes every failure an `ApiError` with a message for people.
import { API } from "./config.js";

const TIMEOUT = 30_000; // ms for one try; a function that starts answers within 20 s
const TRIES = 3;
const PAUSE = 1_000; // ms before the second try, twice as long before each further one
const PAUSE_MOST = 10_000; // ms, whatever Retry-After says
const PASSING = [429, 502, 503, 504];

export class ApiError extends Error {
  // `status` is 0 where no answer came.
  constructor(message, { status = 0, code = "", suggestions = [], after = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, suggestions, after });
  }
}

// The body of the answer, null where it has none. `signal` gives up; `onRetry` hears of each error
// after which it is tried again.
export async function ask(request, { signal, onRetry = () => {} } = {}) {
  for (let tries = 1; ; tries++) {
    try {
      return await once(request, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const passes = error.status === 0 || PASSING.includes(error.status);
      if (!passes || tries === TRIES) throw error;
      onRetry(error);
      await pause(Math.min(PAUSE_MOST, error.after || PAUSE * 2 ** (tries - 1)), signal);
    }
  }
}

async function once(request, signal) {
  const timeout = AbortSignal.timeout(TIMEOUT);
  let answer;
  let body;
  try {
    answer = await fetch(address(request), {
      method: request.method,
      headers: { ...request.headers, ...(request.body && { "Content-Type": "application/json" }) },
      body: request.body && JSON.stringify(request.body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    body = answer.status === 204 ? null : await answer.json();
  } catch {
    if (answer) throw new ApiError("The service gave an answer that cannot be read.", answer);
    throw new ApiError(unreachable(timeout));
  }
  if (answer.ok) return body;
  throw new ApiError(body?.error?.message ?? "The service could not answer.", {
    status: answer.status,
    code: body?.error?.code,
    suggestions: body?.error?.suggestions,
    after: 1000 * Number(answer.headers.get("Retry-After")),
  });
}

function unreachable(timeout) {
  if (timeout.aborted) return "The service did not answer in time.";
  if (!navigator.onLine) return "You are offline.";
  return "The service cannot be reached.";
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

const address = (request) => new URL(request.path, API[request.to] || location.origin).href;

// The request as a command for a shell.
export function curl(request) {
  const words = ["curl"];
  if (request.method !== "GET") words.push("-X", request.method);
  if (request.body) {
    words.push("-H", quoted("Content-Type: application/json"));
    words.push("-d", quoted(JSON.stringify(request.body)));
  }
  words.push(quoted(address(request)));
  return words.join(" ");
}

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;
