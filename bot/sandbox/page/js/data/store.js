// What the page knows right now, and who wants to hear about changes.

import { fetchMessages, fetchState } from "./api.js";
import { follow } from "./feed.js";
import { shown } from "./message.js";
import { fetchViews } from "./views.js";
import { World } from "./world.js";

const NO_VIEWS = { home: null, modals: [] };
const NOTHING = { thinking: "", status: null, loading_messages: [], prompts: [], stoppable: false, title: null };

/**
 * One conversation at a time is held; the feed covers all of a person's conversations, for the unread marks.
 * Events: `place`, `messages` (anything in the conversation changed), `arrived` (a new message, with it),
 * `session`, `unread`, `link` (the feed is up or down), `world` (who is there, or where the app is installed, changed),
 * `switches` (of the faults), `views` (the Home of the app, or its modals).
 */
export class Store extends EventTarget {
  constructor(world) {
    super();
    this.world = world;
    this.place = null;
    this.messages = new Map();
    this.sessions = new Map();
    this.unread = new Set();
    this.linked = true;
    this.loading = false;
    this.version = 0;
    this.threads = new Map();
    this.threadsAt = 0;
    this.waiting = null;
    this.switches = [];
    this.views = NO_VIEWS;
    this.viewsAsked = 0;
    this.look = () => {};
    this.unfollow = () => {};
  }

  /** @returns {() => void} stop listening */
  on(name, listener) {
    const hear = (event) => listener(event.detail);
    this.addEventListener(name, hear);
    return () => this.removeEventListener(name, hear);
  }

  tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Go somewhere: another conversation, thread, person or workspace. */
  async go(place) {
    const before = this.place;
    this.place = place;
    const sameEyes = before && before.workspace === place.workspace && before.person === place.person;
    const sameRoom = sameEyes && before.channel === place.channel;
    if (!sameEyes) this.closeTheirEyes();
    if (!sameRoom) this.forget();
    this.unread.delete(place.channel);
    this.tell("place", before);
    this.tell("unread");
    if (sameRoom) return;
    try {
      if (!sameEyes) await this.lookThroughTheirEyes(place);
      await this.load(place);
    } finally {
      if (this.stillIn(place)) this.settle();
    }
  }

  /** Who is there changed. One who had nowhere to be goes where there is a place now. */
  renew(state) {
    this.world = new World(state);
    this.tell("world");
    const { workspace, person, channel } = this.place;
    if (!this.world.person(this.place)) this.go(this.world.home(workspace, this.world.persons(workspace)[0].name));
    else if (!this.world.channel({ workspace, person, channel })) this.go(this.world.home(workspace, person));
  }

  setSwitches(switches) {
    this.switches = switches;
    this.tell("switches");
  }

  openThread(ts) {
    return this.go({ ...this.place, thread: ts, home: false });
  }

  closeTheirEyes() {
    this.unfollow();
    this.unfollow = () => {};
    this.unread.clear();
    this.viewsAsked += 1;
    this.views = NO_VIEWS;
    this.tell("views");
  }

  /** Follow the feed from now on. The number comes before the messages are fetched, so no change falls between. */
  async lookThroughTheirEyes(place) {
    const { seq } = await fetchState();
    if (!this.stillIn(place)) return;
    this.unfollow();
    this.unfollow = follow({
      since: seq,
      workspace: place.workspace,
      person: place.person,
      onItem: (item) => this.receive(item),
      onOpen: () => this.setLinked(true),
      onLost: () => this.setLinked(false),
    });
    this.lookAtViews();
  }

  /** Fetch what the app shows beside messages; of two answers the later question's counts. */
  async lookAtViews() {
    const asked = ++this.viewsAsked;
    const views = await fetchViews(this.place);
    if (asked !== this.viewsAsked) return;
    this.views = views;
    this.tell("views");
  }

  setLinked(linked) {
    if (this.linked === linked) return;
    this.linked = linked;
    this.tell("link");
  }

  forget() {
    this.waiting = [];
    this.version += 1;
    this.messages = new Map();
    this.sessions = new Map();
    this.loading = true;
    this.tell("messages");
  }

  /** Fetch the conversation; what the feed says meanwhile is kept and applied on top. */
  async load(place) {
    if (!this.stillIn(place) || !place.channel) return;
    const found = await fetchMessages(place);
    if (!this.stillIn(place)) return;
    for (const wire of found.messages) this.put(wire);
    for (const [thread, session] of Object.entries(found.sessions)) this.sessions.set(thread, session);
  }

  stillIn({ workspace, person, channel }) {
    const now = this.place;
    return now.workspace === workspace && now.person === person && now.channel === channel;
  }

  settle() {
    const late = this.waiting ?? [];
    this.waiting = null;
    this.loading = false;
    for (const item of late) this.receive(item);
    this.tell("messages");
    this.tell("session");
  }

  /** Apply one item of the feed. */
  receive(item) {
    if (item.kind === "home" || item.kind === "modal") {
      this.lookAtViews();
      return;
    }
    if (item.channel_id !== this.place.channel) {
      this.markUnread(item);
      return;
    }
    if (this.waiting) {
      this.waiting.push(item);
      return;
    }
    if (item.session && item.thread) {
      this.sessions.set(item.thread, item.session);
      this.tell("session");
    }
    if (item.message) this.receiveMessage(item);
  }

  receiveMessage(item) {
    const isNew = !this.messages.has(item.message.ts);
    const message = this.put(item.message);
    if (message && (isNew || item.kind === "stream_stop")) this.tell("arrived", { message, kind: item.kind });
    this.tell("messages");
  }

  markUnread(item) {
    const me = this.world.person(this.place)?.id;
    const speaks = ["message", "ephemeral", "file", "stream_start"].includes(item.kind);
    if (!speaks || item.message?.user === me || this.unread.has(item.channel_id)) return;
    this.unread.add(item.channel_id);
    this.tell("unread");
  }

  put(wire) {
    const message = shown(wire, this.world, this.place.workspace, ++this.version);
    if (message.deleted) {
      this.messages.delete(wire.ts);
      return null;
    }
    this.messages.set(wire.ts, message);
    return message;
  }

  session(thread) {
    return this.sessions.get(thread) ?? NOTHING;
  }

  /** Top-level messages, oldest first. */
  roots() {
    return this.sorted((message) => message.thread === null);
  }

  /** The root (when known) and its replies, oldest first. */
  inThread(ts) {
    return this.sorted((message) => message.ts === ts || message.thread === ts);
  }

  /** What everyone there sees below a root. Sorted into threads once per change, as each root asks at each redraw. */
  replies(ts) {
    if (this.threadsAt !== this.version) {
      this.threads = Map.groupBy(this.sorted((message) => message.thread && !message.ephemeral), (message) => message.thread);
      this.threadsAt = this.version;
    }
    return this.threads.get(ts) ?? [];
  }

  sorted(wanted) {
    return [...this.messages.values()].filter(wanted).sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }
}
