// What an empty conversation says: where one is, and what to try.

import { shortName } from "../data/world.js";
import { installCard } from "./control/install.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { chips } from "./session.js";

// What the sample handbooks of the seeded companies answer, and one thing only another company knows.
const QUESTIONS = {
  northwind: {
    own: ["How many days of paid vacation do I get?", "How much parental leave do I get?", "How soon must I hand in receipts?"],
    foreign: ["Harbor Legal", "What are the steps of a conflicts of interest check?"],
  },
  lumen: { own: ["How many days of vacation do I get?", "What happens on a heat day?", "How do we repair a customer’s lamp?"], foreign: null },
  orchard: { own: ["What is a Saturday on call paid?", "How many days of vacation do I get?", "When do I need a certificate?"], foreign: null },
  harbor: {
    own: ["What are the steps of a conflicts of interest check?", "How many days of annual leave do I get?", "How do I record my time?"],
    foreign: ["Northwind Bikes", "How much is the bike stipend?"],
  },
};
const ANY = { own: ["What is in our handbook?", "Who can I ask for help?"], foreign: null };

/** @param {(text: string) => void} onAsk sends a direct message */
export function emptyRoom(store, onAsk, onType) {
  if (store.loading) return loading();
  if (!store.world.isInstalled(store.place.workspace)) return installCard(store);
  const channel = store.world.channel(store.place);
  if (!channel) return h("div", { class: "empty" }, h("h2", {}, "Nothing to see here"), h("p", {}, "This person is in no conversation."));
  return channel.kind === "im" ? emptyDirectMessage(store, onAsk, onType) : emptyChannel(store, channel, onType);
}

function loading() {
  const line = (width) => h("span", { class: `bone bone-${width}` });
  const one = () => h("div", { class: "skeleton" }, h("span", { class: "bone bone-face" }), h("div", {}, line("name"), line("long"), line("short")));
  return h("div", { class: "loading", "aria-label": "Loading messages" }, one(), one(), one());
}

function emptyDirectMessage(store, onAsk, onType) {
  const { world, place } = store;
  const company = world.workspace(place.workspace).title;
  const person = world.person(place);
  const { own, foreign } = QUESTIONS[place.workspace] ?? ANY;
  const refused = person.kind.endsWith("guest") || person.kind === "outsider";
  return h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-mark" }, icon("shield", 34)),
    h("h2", {}, `Ask ${world.app.name} about ${company}`),
    h("p", {}, `A staff of agents that answers from ${company}’s own documents and says where it read it. Each question opens a thread.`),
    refused
      ? h("p", { class: "empty-note" }, `You look through the eyes of ${shortName(person)}, ${person.kind.endsWith("guest") ? "a guest with a limited account" : "who belongs to another company"}. Ask, and see what ${world.app.name} says to someone it must not tell.`)
      : null,
    h("h3", {}, "Try asking"),
    chips(own.map((question) => [question, question]), onAsk),
    foreign ? [h("h3", {}, `Only ${foreign[0]}’s documents answer this, so here it finds nothing`), chips([[foreign[1], foreign[1]]], onAsk)] : null,
    h(
      "ul",
      { class: "empty-tips" },
      h("li", {}, "Drop a file here (pdf, docx, pptx, xlsx, csv, html, md, txt or eml) and ask about it."),
      h("li", {}, "Type ", tryButton("/", "/", onType), " to see the commands."),
    ),
  );
}

function emptyChannel(store, channel, onType) {
  const { world, place } = store;
  const [first, second] = (QUESTIONS[place.workspace] ?? ANY).own;
  const sharing = channel.is_shared ? " People of another company are here too." : "";
  return h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-mark is-room" }, icon(channel.is_shared ? "link" : channel.kind === "group" ? "lock" : "hash", 30)),
    h("h2", {}, `This is the start of #${channel.name}`),
    h("p", {}, `Mention ${world.app.name} and it answers in a thread; follow-ups there need no new mention.${sharing}`),
    h("h3", {}, "Try"),
    chips([`@${world.app.name} ${first}`, `/ask ${second}`, "/aegis agents"].map((text) => [text, text]), onType),
  );
}

function tryButton(label, text, onType) {
  return h("button", { class: "inline-try", type: "button", on: { click: () => onType(text) } }, label);
}
