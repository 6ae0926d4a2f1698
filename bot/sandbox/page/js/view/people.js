// Whom one can mention here, the app first.

import { fileAddress } from "../data/api.js";
import { KINDS } from "../data/world.js";

export function mentionable(store) {
  const { world, place } = store;
  const channel = world.channel(place);
  const app = { id: world.botId(place.workspace), label: world.app.name, name: world.app.name, app: true, note: "Answers from your documents" };
  const persons = world
    .persons(place.workspace)
    .filter((person) => person.name !== place.person && channel?.people.includes(person.name))
    .map((person) => ({ id: person.id, label: person.real_name, name: person.name, app: false, note: person.title || KINDS[person.kind] }));
  return [app, ...persons];
}

/** What renderers need to know about where they draw. */
export function drawingContext(store) {
  const { world, place } = store;
  return {
    me: world.person(place)?.id,
    nameOf: (id) => world.nameOf(place.workspace, id),
    channelName: (id) => world.channelName(place.workspace, id),
    fileAddress: (id) => fileAddress(place, id),
  };
}
