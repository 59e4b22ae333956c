-- A run that repeats another names it, and holds the brief that was edited for it; null where it works on its task's.
ALTER TABLE runs ADD COLUMN replay_of TEXT REFERENCES runs (id);
ALTER TABLE runs ADD COLUMN brief TEXT;

-- What failed in the last days, oldest failure first; and how often a task was replayed.
CREATE INDEX runs_failed ON runs (ended_ms, id) WHERE state = 'failed_final';
CREATE INDEX runs_replayed ON runs (task_id) WHERE replay_of IS NOT NULL;
