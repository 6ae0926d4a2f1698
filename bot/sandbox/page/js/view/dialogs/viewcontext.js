// What drawing a view needs: whose eyes, what is entered, and where presses go.

import { isTaken, loadOptions, pressInView } from "../../data/views.js";
import { plain } from "../blocks.js";
import { drawingContext } from "../people.js";
import { explained, toast } from "../toast.js";
import { begun } from "./values.js";

/**
 * @param {object} view as the sandbox tells it
 * @param {import("./values.js").Values} values what is entered in it
 */
export function viewContext(store, view, values) {
  const { place } = store;
  const press = (element, selected) =>
    explained(async () => {
      const told = await pressInView(place, view, values.of(view), element, selected);
      if (!isTaken(told)) toast(`${store.world.app.name} did not answer. Try again?`);
    });
  return {
    ...drawingContext(store),
    plain,
    onClick: (element, block) => press({ ...element, block_id: block?.block_id }),
    entry: (block, part, how) => ({
      ...how,
      value: values.read(block, part),
      set: (value) => {
        values.set(block, part, value);
        if (block.type !== "input") press({ ...part, block_id: block.block_id }, value);
      },
      load: (element, words) => options(store, { view_id: view.id }, { ...element, block_id: block.block_id }, words),
      people: () => store.world.persons(place.workspace),
      channels: () => rooms(store),
    }),
  };
}

/** The same for the menus of a message. */
export function messageEntry(store, ts, onPick) {
  const { place } = store;
  const where = { ts, in: place.channel };
  return (block, part, how) => ({
    ...how,
    value: begun(part),
    set: (value) => onPick({ ...part, block_id: block.block_id }, value),
    load: (element, words) => options(store, where, { ...element, block_id: block.block_id }, words),
    people: () => store.world.persons(place.workspace),
    channels: () => rooms(store),
  });
}

const rooms = (store) => store.world.channels(store.place).filter((one) => one.kind !== "im");

async function options(store, where, element, words) {
  const found = await loadOptions(store.place, where, element, words);
  return found.map((option) => ({ value: option.value, text: option.text.text }));
}
