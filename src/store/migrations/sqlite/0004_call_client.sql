-- The client that a call was made for: its task may be another one's by the time the call is settled.

ALTER TABLE calls ADD COLUMN client TEXT;
UPDATE calls SET client = (SELECT t.client FROM runs r JOIN tasks t ON t.id = r.task_id WHERE r.id = calls.run_id);
