// The faults one can switch on, in words and in groups. Units and meanings come with them from the sandbox.

const GROUPS = {
  Deliveries: { duplicates: "Duplicates", reorder: "Out of order", reorder_s: "Held back for", redeliver: "Delivered again", unreachable: "App unreachable", expired_triggers: "Expired triggers" },
  "Web API": { rate_limits: "Rate limits", server_errors: "Server errors", lost_answers: "Lost answers", slow_s: "Slow answers", stream_age_s: "Life of a stream", token_seconds: "Life of a token" },
  "Socket Mode": { drop_acks: "Lost acknowledgements", half_open: "Half-open sockets", too_many_websockets: "Too many sockets" },
};
const ALL_WORDS = Object.assign({}, ...Object.values(GROUPS));

/** [title, switches]: every switch once, in the sandbox's own order within its group; a new one comes last. */
export function switchesByGroup(switches) {
  const groups = Object.entries(GROUPS).map(([title, words]) => [title, switches.filter((one) => one.name in words)]);
  return [...groups, ["More", switches.filter((one) => !(one.name in ALL_WORDS))]].filter(([, found]) => found.length);
}

/** Not as it is on a good day. */
export const isOn = (one) => one.value !== one.default;

/** What to set for a good day. */
export function goodDay(switches) {
  return Object.fromEntries(switches.map((one) => [one.name, one.default]));
}

/** A switch that is new here is called by its own name. */
export function wordsFor({ name }) {
  const plain = name.replace(/_s$/, "").replaceAll("_", " ");
  return ALL_WORDS[name] ?? plain[0].toUpperCase() + plain.slice(1);
}
