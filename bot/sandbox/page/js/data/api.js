// The control API of the sandbox: one function per thing a person can do.

const BASE = "/sandbox";

/** A refusal, in words a person can read. */
export class ApiError extends Error {}

const UNREACHABLE = "The sandbox does not answer. Is it still running?";

export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(BASE + path, { headers: { accept: "application/json" }, ...options });
  } catch {
    throw new ApiError(UNREACHABLE);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(body.error ?? `The sandbox refused this (${response.status}).`);
  return body;
}

function send(method, path, body) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return ask(path, { method, headers, body: JSON.stringify(body) });
}

export const post = (path, body) => send("POST", path, body);
export const put = (path, body) => send("PUT", path, body);

/** The fields every action carries: who does it, and where. */
function where(place, thread) {
  const fields = { workspace: place.workspace, person: place.person, in: place.channel };
  return thread ? { ...fields, thread } : fields;
}

export const fetchState = () => ask("/state");

export function fetchMessages(place) {
  const query = new URLSearchParams({ workspace: place.workspace, person: place.person, channel: place.channel });
  return ask(`/messages?${query}`);
}

/** Where a file's bytes are, for a person who sees it in this place. */
export function fileAddress(place, file) {
  const query = new URLSearchParams({ workspace: place.workspace, person: place.person, channel: place.channel, file });
  return `${BASE}/file?${query}`;
}

export const say = (place, text, thread) => post("/say", { ...where(place, thread), text });
export const runCommand = (place, text, thread) => post("/command", { ...where(place, thread), text });
export const stop = (place, thread) => post("/stop", where(place, thread));

export function click(place, ts, element) {
  const { value, selected, action_id, block_id } = element;
  return post("/click", { ...where(place), ts, action_id, block_id, value, selected });
}

/**
 * Upload one file, reporting progress from 0 to 1. XMLHttpRequest, as fetch tells nothing of what was sent.
 */
export function upload(place, file, comment, thread, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(where(place, thread))) form.append(name, value);
  if (comment) form.append("comment", comment);
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}/upload`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(UNREACHABLE));
    request.onload = () => {
      if (request.status < 300) resolve(request.response ?? {});
      else reject(new ApiError(request.response?.error ?? `${file.name} could not be uploaded (${request.status}).`));
    };
    request.send(form);
  });
}
