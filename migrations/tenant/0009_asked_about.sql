-- Reason: a question can be about a message, and an answer that one person reads can be shared.

-- `about`: where a question was asked from, and the words of the message that it is about; null for any
-- other. `drew_on`: what the answer was made from, as far as sharing it asks; null where nobody noted it.
alter table {schema}.turn
  add column about jsonb,
  add column drew_on jsonb;
