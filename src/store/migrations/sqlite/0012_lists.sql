-- What lists look for among a million runs: the tasks of a client, the newest runs of a state, a thing by
-- its id.

CREATE INDEX tasks_client ON tasks (client, created_ms, id) WHERE client IS NOT NULL;
DROP INDEX runs_state;
CREATE INDEX runs_newest ON runs (state, created_ms, id);
CREATE INDEX effects_dismissed ON effects (seq) WHERE state = 'dismissed';
CREATE INDEX notion_things_found ON notion_things (notion_id);

-- How far a check of a file that is too large for one has come, and when the last one was through.
CREATE TABLE integrity (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  position TEXT NOT NULL CHECK (json_valid(position)),
  whole_ms INTEGER
) STRICT;
