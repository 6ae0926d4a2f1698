// What stands in the fields of a view: what the app began with, and what a person has entered since.

const SLOTS = {
  plain_text_input: (part) => part.initial_value ?? "",
  static_select: (part) => part.initial_option?.value ?? "",
  external_select: (part) => optionOf(part.initial_option),
  radio_buttons: (part) => part.initial_option?.value ?? "",
  multi_static_select: (part) => (part.initial_options ?? []).map((option) => option.value),
  checkboxes: (part) => (part.initial_options ?? []).map((option) => option.value),
  users_select: (part) => part.initial_user ?? "",
  multi_users_select: (part) => part.initial_users ?? [],
  conversations_select: (part) => part.initial_conversation ?? "",
  datepicker: (part) => part.initial_date ?? "",
};

/** Whether it is a field or menu, and not a button or a picture. */
export const isField = (part) => part.type in SLOTS;

/** What stands in a field before anybody has touched it. */
export const begun = (part) => SLOTS[part.type](part);

/** What is entered in one view. It outlives redrawing: what was typed stays when the app changes the view. */
export class Values {
  constructor() {
    this.entered = {};
  }

  read(block, part) {
    return this.entered[block.block_id]?.[part.action_id] ?? begun(part);
  }

  set(block, part, value) {
    (this.entered[block.block_id] ??= {})[part.action_id] = value;
  }

  /** What was entered into those fields of the view that are still there, as the control API takes it. */
  of(view) {
    const ids = new Set(view.blocks.map((block) => block.block_id));
    return Object.fromEntries(Object.entries(this.entered).filter(([block_id]) => ids.has(block_id)));
  }
}

/** An option only the app knows, with its words. */
export function optionOf(option) {
  return option ? { value: option.value, text: option.text?.text ?? option.value } : "";
}
