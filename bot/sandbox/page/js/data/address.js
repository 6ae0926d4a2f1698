// The place in the address bar, so that a reload or a shared link comes back to it.

/** `#/workspace/person/channel/thread` */
export function toHash(place) {
  return `#/${[place.workspace, place.person, place.channel, place.thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

/** The place the address names, as far as it exists; else the first workspace's owner at home. */
export function fromHash(hash, world) {
  const [workspaceName, personName, channel, thread] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  const workspace = world.workspace(workspaceName) ?? world.workspaces[0];
  const person = workspace.persons.find((p) => p.name === personName) ?? workspace.persons[0];
  const home = world.home(workspace.name, person.name);
  const there = { ...home, channel };
  return world.channel(there) ? { ...there, thread: thread || null } : home;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
