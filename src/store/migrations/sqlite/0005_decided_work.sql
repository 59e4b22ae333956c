-- The text that a decision is about: the newest one, where the newest version is a refusal to revise.

ALTER TABLE decisions ADD COLUMN work_id TEXT REFERENCES outputs (id);
UPDATE decisions SET work_id = (SELECT w.id FROM outputs o JOIN outputs w ON w.run_id = o.run_id AND w.number <= o.number
  WHERE o.id = decisions.output_id AND w.finish <> 'refused' ORDER BY w.number DESC LIMIT 1);
