-- Runs after the first of their task, to tell those that are over from the latest; calls that cost nothing because the
-- service refused them.
CREATE INDEX runs_again ON runs (task_id, number) WHERE number > 1;
CREATE INDEX calls_unbilled ON calls (day) WHERE certainty = 'unbilled';
