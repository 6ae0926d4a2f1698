// Where the app is not installed: what that means, and the way to add it.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** The product's own install page in a new tab; nothing when the app has told no address. */
export function addLink(store, words = `Add ${store.world.app.name}`) {
  const address = store.world.app.install_url;
  if (!/^https?:/i.test(address ?? "")) return null;
  return h("a", { class: "button is-primary", href: address, target: "_blank", rel: "noopener" }, words);
}

/** What an empty conversation of a workspace without the app says. */
export function installCard(store) {
  const { world, place } = store;
  const company = world.workspace(place.workspace).title;
  const organization = world.organizationOf(place.workspace);
  const link = addLink(store);
  return h(
    "div",
    { class: "empty" },
    h("span", { class: "empty-mark is-absent" }, icon("shield", 34)),
    h("h2", {}, `${world.app.name} is not in ${company} yet`),
    h("p", {}, link ? `Adding it opens ${world.app.name}’s own install page in a new tab. Come back here after Allow: the workspace comes alive by itself.` : `Nobody listens: ${world.app.name} has told the sandbox no install page.`),
    organization ? h("p", { class: "empty-note" }, `${company} belongs to ${organization.title}. An organization’s admin may add ${world.app.name} for all of it, then grant it workspace by workspace.`) : null,
    link ? h("p", { class: "empty-act" }, link) : null,
  );
}

/** The line above a conversation in which the app does not answer any more. */
export function notice(store) {
  const { world, place } = store;
  const company = world.workspace(place.workspace).title;
  return h("div", { class: "notice", role: "note" }, icon("warning", 16), h("span", {}, `${world.app.name} is not installed in ${company}, so nobody answers here.`), addLink(store));
}
