// “Refuse the next calls”: a method of the Web API fails a number of times, as Slack's would.

import { refuse } from "../../data/control.js";
import { explained } from "../toast.js";
import { h } from "../dom.js";
import { textField } from "./dialog.js";

// Suggestions only: any method and any error can be written.
const METHODS = ["chat.postMessage", "chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update", "users.info", "conversations.info", "agents.sessions.setStatus"];
const ERRORS = ["ratelimited", "internal_error", "fatal_error", "service_unavailable", "channel_not_found", "is_archived", "missing_scope", "message_not_in_streaming_state"];

/** @param {{say: (words: string) => void}} told where the panel says what it has done */
export function refusal(told) {
  const method = suggesting("Method", "chat.postMessage", METHODS);
  const error = suggesting("Error", "ratelimited", ERRORS);
  const times = numberField("How many calls", "1", { min: "1", max: "1000", required: true });
  const pause = numberField("Retry-After in seconds, empty for none", "", { min: "1", max: "600" });
  const send = async (event) => {
    event.preventDefault();
    const fine = await explained(() => refuse(method.field.value.trim(), error.field.value.trim(), Number(times.value), Number(pause.value)));
    if (fine) told.say(`Refused: the next ${times.value === "1" ? "call" : `${times.value} calls`} of ${method.field.value.trim()}.`);
  };
  const takeBack = async () => {
    const called = method.field.value.trim();
    if (await explained(() => refuse(called, error.field.value.trim(), 0))) told.say(`Calls of ${called} are answered again.`);
  };
  return h(
    "form",
    { class: "refusal", on: { submit: send } },
    h("p", { class: "setting-note" }, "Refuse the next calls of a method:"),
    labelled("Method", method.field, method.list),
    labelled("Error", error.field, error.list),
    labelled("Calls", times),
    labelled("Retry-After", pause),
    h("div", { class: "choices" }, h("button", { class: "button", type: "submit" }, "Refuse"), h("button", { class: "button", type: "button", on: { click: takeBack } }, "Take it back")),
  );
}

let made = 0;

function suggesting(label, value, words) {
  const id = `suggestions-${++made}`;
  const list = h("datalist", { id }, words.map((word) => h("option", { value: word })));
  return { field: textField(label, value, { list: id, required: true, maxlength: "80", spellcheck: "false" }), list };
}

function numberField(label, value, props) {
  const field = h("input", { class: "field is-number", type: "number", "aria-label": label, step: "1", ...props });
  field.value = value;
  return field;
}

function labelled(words, ...fields) {
  return h("label", { class: "labelled" }, h("span", {}, words), fields);
}
