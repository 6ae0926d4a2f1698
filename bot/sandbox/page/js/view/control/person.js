// “Change this person”: what an admin of the workspace may do to an account, in the midst of a conversation.

import { changePerson } from "../../data/control.js";
import { explained } from "../toast.js";
import { fill, h } from "../dom.js";
import { button, group, openDialog, outcome, setting, textField } from "./dialog.js";

const KINDS = ["guest", "single_guest", "member", "admin", "owner"];

export function openPerson(store) {
  const { workspace, person: name } = store.place;
  const told = outcome();
  const account = h("div");
  const dialog = openDialog(`Change ${person(store, workspace, name).real_name}`, told.element, account);
  const act = async (words, change) => {
    if (!(await explained(() => changePerson(workspace, name, change)))) return;
    told.say(words);
    await store.look();
  };
  const draw = () => {
    const focused = document.activeElement?.dataset?.act;
    fill(account, rows(person(store, workspace, name), act));
    if (focused) dialog.querySelector(`[data-act="${focused}"]`)?.focus();
  };
  draw();
  const leave = store.on("world", draw);
  dialog.addEventListener("close", leave);
}

const person = (store, workspace, name) => store.world.person({ workspace, person: name });

function rows(one, act) {
  return [
    group("Account", one.kind === "outsider" ? outsider() : kinds(one, act), deactivation(one, act)),
    group("Name", nameForm(one, act)),
  ];
}

function outsider() {
  return h("p", { class: "setting-note" }, "This account belongs to another company: only that company can change what it is.");
}

function kinds(one, act) {
  const choices = KINDS.map((kind) => {
    const words = kind.replace("_", " ");
    const press = button(words, () => act(`${one.real_name} is ${/^[ao]/.test(words) ? "an" : "a"} ${words} now.`, { kind }));
    press.setAttribute("aria-pressed", String(one.kind === kind));
    press.dataset.act = kind;
    return press;
  });
  return setting("What they are", "The app is told by user_change.", h("div", { class: "choices", role: "group", "aria-label": "What they are" }, choices));
}

function deactivation(one, act) {
  const words = one.deleted ? "Reactivate" : "Deactivate";
  const press = button(words, () => act(`${one.real_name} is ${one.deleted ? "active again" : "deactivated"}.`, { deleted: !one.deleted }), one.deleted ? "" : "danger");
  press.dataset.act = "deactivate";
  return setting(one.deleted ? "Deactivated" : "Active", one.deleted ? "Nobody can sign in as this person." : "A deactivated account stays in the history and may do nothing.", press);
}

function nameForm(one, act) {
  const field = textField("Name", one.real_name, { maxlength: "80", required: true });
  field.dataset.act = "name";
  const rename = (event) => {
    event.preventDefault();
    act("The name is changed.", { real_name: field.value });
  };
  return h("form", { class: "rename", on: { submit: rename } }, field, h("button", { class: "button", type: "submit" }, "Change the name"));
}
