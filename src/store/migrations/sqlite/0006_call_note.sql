-- What a receipt says beside the figures of a call: numbers of its answer that disagreed, and what was booked then.
ALTER TABLE calls ADD COLUMN note TEXT;
