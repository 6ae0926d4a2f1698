// The fields and menus of Block Kit, each as an element that tells what is entered into it.

import { h } from "../dom.js";
import { Picker } from "./picker.js";
import { optionOf } from "./values.js";

/**
 * @typedef {object} Entry how a field is drawn and where what is entered goes
 * @property {*} value what stands in it
 * @property {(value) => void} set
 * @property {object} props attributes of the control: `id`, `aria-…`
 * @property {string} label
 * @property {boolean} optional
 * @property {(element, words: string) => Promise<object[]>} load options only the app knows
 * @property {() => {id: string, real_name: string}[]} people
 * @property {() => {id: string, name: string}[]} channels those that one is in
 */

/** @param {Entry} entry */
export function field(part, entry) {
  return DRAWERS[part.type](part, entry);
}

const DRAWERS = {
  plain_text_input: typed,
  static_select: chosen,
  radio_buttons: (part, entry) => ticked(part, entry, "radio"),
  checkboxes: (part, entry) => ticked(part, entry, "checkbox"),
  datepicker: day,
  multi_static_select: (part, entry) => picker(part, entry, true, offered(part), (value) => named(part, value)),
  external_select: (part, entry) => picker(part, entry, false, (words) => entry.load(part, words), (value) => value),
  users_select: (part, entry) => picker(part, entry, false, people(entry), (id) => person(entry, id)),
  conversations_select: (part, entry) => picker(part, entry, false, channels(entry), (id) => channel(entry, id)),
  multi_users_select: (part, entry) => picker(part, entry, true, people(entry), (id) => person(entry, id)),
};

function typed(part, entry) {
  const tag = part.multiline ? "textarea" : "input";
  const kind = part.multiline ? { rows: rows(entry.value) } : { type: "text", autocomplete: "off" };
  const props = { class: `field is-wide${part.multiline ? " is-tall" : ""}`, placeholder: part.placeholder?.text, maxlength: part.max_length, minlength: part.min_length };
  const element = h(tag, { ...entry.props, ...props, ...kind, on: { input: () => entry.set(element.value) } });
  element.value = entry.value;
  return element;
}

/** As tall as what stands in it, within reason. */
function rows(text) {
  return Math.max(3, Math.min(9, Math.round(text.length / 70) + text.split("\n").length));
}

function chosen(part, entry) {
  const none = entry.optional || !entry.value ? [h("option", { value: "" }, part.placeholder?.text ?? "Choose one")] : [];
  const options = part.options.map((option) => h("option", { value: option.value, selected: option.value === entry.value }, option.text.text));
  const element = h("select", { ...entry.props, class: "field is-wide", on: { change: () => entry.set(element.value) } }, none, options);
  return element;
}

function day(part, entry) {
  const element = h("input", { ...entry.props, class: "field", type: "date", on: { change: () => entry.set(element.value) } });
  element.value = entry.value;
  return element;
}

function ticked(part, entry, type) {
  const { id, ...about } = entry.props;
  const read = () => [...group.querySelectorAll("input:checked")].map((input) => input.value);
  const tell = () => entry.set(type === "radio" ? (read()[0] ?? "") : read());
  const rows = part.options.map((option, index) => {
    const checked = type === "radio" ? option.value === entry.value : entry.value.includes(option.value);
    const note = option.description ? h("span", { class: "tick-note" }, option.description.text) : null;
    return h("label", { class: "tick" }, h("input", { type, id: index ? null : id, name: id, value: option.value, checked, on: { change: tell } }), h("span", {}, option.text.text, note));
  });
  const group = h("div", { ...about, class: "ticks", role: type === "radio" ? "radiogroup" : "group", "aria-label": entry.label }, rows);
  return group;
}

function picker(part, entry, several, find, known) {
  const held = several ? entry.value : entry.value ? [entry.value] : [];
  const external = part.type === "external_select";
  const value = (one) => (external ? { value: one.value, text: one.text } : one.value);
  const made = new Picker({
    label: entry.label,
    chosen: held.map(known),
    several,
    most: part.max_selected_items,
    least: part.min_query_length ?? (external ? 3 : 0),
    placeholder: part.placeholder?.text ?? (several ? "Choose some" : "Choose one"),
    find,
    onChange: (picked) => entry.set(several ? picked.map(value) : picked.length ? value(picked[0]) : ""),
    props: entry.props,
  });
  return made.element;
}

const matches = (words) => (one) => one.text.toLowerCase().includes(words.toLowerCase());
const offered = (part) => async (words) => part.options.map(optionOf).filter(matches(words));
const named = (part, value) => optionOf(part.options.find((option) => option.value === value)) || { value, text: value };
const people = (entry) => async (words) => entry.people().map((one) => ({ value: one.id, text: one.real_name })).filter(matches(words));
const person = (entry, id) => ({ value: id, text: entry.people().find((one) => one.id === id)?.real_name ?? id });
const channels = (entry) => async (words) => entry.channels().map((one) => ({ value: one.id, text: `#${one.name}` })).filter(matches(words));
const channel = (entry, id) => ({ value: id, text: entry.channels().find((one) => one.id === id)?.name ?? id });
