// One fault: its name, what it means, and a switch or a number.

import { isOn, wordsFor } from "../../data/switches.js";
import { h } from "../dom.js";

/** @returns {{element: HTMLElement, show: (one) => void}} `show` brings the row to what holds now */
export function switchRow(one, onChange) {
  const id = `fault-${one.name}`;
  const isSwitch = typeof one.default === "boolean";
  const field = isSwitch ? toggle(id, onChange) : number(id, one, onChange);
  const unit = isSwitch ? null : h("span", { class: "setting-unit" }, unitWords(one));
  const element = h(
    "div",
    { class: "setting", data: { fault: one.name } },
    h("label", { class: "setting-words", for: id }, h("span", { class: "setting-title" }, wordsFor(one)), h("span", { class: "setting-note" }, meaning(one))),
    h("div", { class: "setting-control" }, field, unit),
  );
  const show = (now) => {
    element.classList.toggle("is-on", isOn(now));
    if (isSwitch) field.checked = now.value;
    else if (field !== document.activeElement || !field.dataset.touched) field.value = String(now.value);
  };
  return { element, show };
}

function toggle(id, onChange) {
  const field = h("input", { id, class: "toggle", type: "checkbox", role: "switch", on: { change: () => onChange(field.checked) } });
  return field;
}

/** Sent when one leaves the field or presses Enter, not with each key. */
function number(id, one, onChange) {
  const bounds = one.unit === "share" ? { min: "0", max: "1", step: "0.01" } : { min: "0", step: Number.isInteger(one.default) && one.unit !== "seconds" ? "1" : "any" };
  const send = () => {
    delete field.dataset.touched;
    if (field.value !== "" && field.checkValidity()) onChange(Number(field.value));
    else field.reportValidity();
  };
  const touch = () => {
    field.dataset.touched = "true";
  };
  const field = h("input", { id, class: "field is-number", type: "number", inputmode: "decimal", required: true, ...bounds, on: { input: touch, change: send } });
  return field;
}

function meaning({ unit, meaning: words }) {
  const whole = unit === "share" ? `share ${words}` : words;
  return `${whole[0].toUpperCase()}${whole.slice(1)}.`;
}

function unitWords({ unit }) {
  return { share: "0–1", seconds: "s" }[unit] ?? "";
}
