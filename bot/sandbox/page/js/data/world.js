// Who and where: the workspaces as the page knows them, and look-ups in them.

/** What each kind of account is, in a few words. */
export const KINDS = {
  owner: "Installed the app",
  admin: "Looks after the workspace",
  member: "Works here",
  guest: "Has a limited account",
  single_guest: "Has a limited account, in one channel",
  outsider: "From another company",
};

/** The directory of everything `/sandbox/state` told. */
export class World {
  constructor(state) {
    this.app = state.app;
    this.workspaces = state.workspaces;
    this.organizations = state.organizations;
  }

  workspace(name) {
    return this.workspaces.find((w) => w.name === name || w.id === name);
  }

  persons(workspace) {
    return this.workspace(workspace)?.persons ?? [];
  }

  person(place) {
    return this.persons(place.workspace).find((p) => p.name === place.person || p.id === place.person);
  }

  /** Whether the app serves it: installed there, or in its organization and granted. */
  isInstalled(workspace) {
    return Boolean(this.workspace(workspace)?.installed);
  }

  /** The organization a workspace belongs to, if any. */
  organizationOf(workspace) {
    return this.organizations.find((one) => one.name === this.workspace(workspace)?.organization);
  }

  /** The workspaces of an organization, and whether it lets the app into each. */
  membersOf(organization) {
    const members = this.workspaces.filter((one) => one.organization === organization.name);
    return members.map((one) => ({ ...one, granted: organization.granted.includes(one.id) }));
  }

  /** The channels this person is in, then the direct message with the app. */
  channels(place) {
    const person = this.person(place);
    if (!person) return [];
    const joined = this.workspace(place.workspace).channels.filter((c) => person.channels.includes(c.id));
    return person.dm ? [...joined, this.directMessage(person)] : joined;
  }

  directMessage(person) {
    return { id: person.dm, name: this.app.name, kind: "im", people: [person.name], is_shared: false };
  }

  channel(place) {
    return this.channels(place).find((c) => c.id === place.channel);
  }

  commands() {
    return this.app.commands;
  }

  botId(workspace) {
    return this.workspace(workspace)?.bot_user_id;
  }

  /** How a user id is shown; an unknown one stays an id. */
  nameOf(workspace, userId) {
    if (userId === this.botId(workspace)) return this.app.name;
    return this.persons(workspace).find((p) => p.id === userId)?.real_name ?? userId;
  }

  channelName(workspace, channelId) {
    return this.workspace(workspace)?.channels.find((c) => c.id === channelId)?.name ?? channelId;
  }

  /** Where a person lands: in the direct message with the app. */
  home(workspace, person) {
    const place = { workspace, person, channel: null, thread: null, home: false };
    return { ...place, channel: this.person(place)?.dm ?? this.channels(place)[0]?.id ?? null };
  }
}

/** The first name, for greeting and switching. */
export function shortName(person) {
  return person.real_name.split(" ")[0];
}
