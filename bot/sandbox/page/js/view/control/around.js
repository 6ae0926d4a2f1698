// What “Manage AEGIS” has besides the installation: other bots, the channels, and more workspaces.

import { botSays, changeChannel, makeWorkspaces } from "../../data/control.js";
import { explained } from "../toast.js";
import { h } from "../dom.js";
import { button, group, select, setting, textField } from "./dialog.js";

const BOTS = [
  ["", "Relay, a bot of another app"],
  ["classic", "an old webhook, without a user"],
  ["outsider", "a partner’s bot (Slack Connect)"],
];

/** Another app's bot says something, so that one can see that it is not answered. */
export function otherBot(store, name, told) {
  const rooms = channels(store, name).map((channel) => [channel.id, `#${channel.name}`]);
  const where = select("Where the other bot speaks", rooms, rooms[0]?.[0]);
  const which = select("Which bot speaks", BOTS, "");
  const words = textField("What the other bot says", `@${store.world.app.name} what is new?`, { maxlength: "400" });
  const send = async (event) => {
    event.preventDefault();
    const kind = which.value ? { [which.value]: true } : {};
    if (await explained(() => botSays(name, where.value, words.value, kind))) told.say("The other bot has said it.");
  };
  const form = h("form", { class: "other-bot", on: { submit: send } }, which, where, words, h("button", { class: "button", type: "submit" }, "Say it"));
  return group("Another bot says …", form);
}

/** A channel is archived, opened again or deleted while the app writes there. */
export function channelTroubles(store, name, act) {
  const rows = channels(store, name).map((channel) => {
    const label = `#${channel.name}`;
    const archived = channel.is_archived;
    const change = (words, what) => () => act(`${label} is ${words}.`, () => changeChannel(name, channel.id, what));
    const archive = named(archived ? "Open again" : "Archive", label, change(archived ? "open again" : "archived", { archived: !archived }));
    const remove = named("Delete", label, change("deleted", { deleted: true }), "danger");
    return setting(label, archived ? "Archived: nobody can write there." : "", archive, remove);
  });
  return group("Channels", h("p", { class: "setting-note" }, "The app is not told; its next call meets is_archived or channel_not_found."), rows);
}

/** Small workspaces with the app in them, to see many at once. */
export function moreWorkspaces(store, told) {
  const count = h("input", { class: "field is-number", type: "number", "aria-label": "How many workspaces", min: "1", max: "1000", step: "1", required: true });
  count.value = "1";
  const send = async (event) => {
    event.preventDefault();
    if (!(await explained(() => makeWorkspaces(Number(count.value))))) return;
    told.say(`Added: ${count.value === "1" ? "a workspace" : `${count.value} workspaces`}.`);
    await store.look();
  };
  const form = h("form", { class: "other-bot", on: { submit: send } }, count, h("button", { class: "button", type: "submit" }, "Add workspaces"));
  return group("More workspaces", h("p", { class: "setting-note" }, "Small ones, with the app installed in them already."), form);
}

const channels = (store, name) => store.world.workspace(name).channels.filter((channel) => channel.kind === "channel");

function named(words, label, act, kind) {
  const press = button(words, act, kind);
  press.setAttribute("aria-label", `${words}: ${label}`);
  press.dataset.act = `${words}-${label}`;
  return press;
}
