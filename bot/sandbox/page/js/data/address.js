// The place in the address bar, so that a reload or a shared link comes back to it.

/** `#/workspace/person/channel/thread`; `home` instead of a thread is the Home tab of the app. */
export function toHash(place) {
  return `#/${[place.workspace, place.person, place.channel, place.home ? "home" : place.thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

/** The place the address names, as far as it exists; else the first workspace's owner at home. */
export function fromHash(hash, world) {
  const [workspaceName, personName, channel, thread] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  const workspace = world.workspace(workspaceName) ?? world.workspaces[0];
  const person = workspace.persons.find((p) => p.name === personName) ?? workspace.persons[0];
  const home = world.home(workspace.name, person.name);
  const there = { ...home, channel };
  const found = world.channel(there);
  if (!found) return home;
  return thread === "home" ? { ...there, home: found.kind === "im" } : { ...there, thread: thread || null };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
