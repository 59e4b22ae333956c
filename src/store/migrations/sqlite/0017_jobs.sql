-- The slot of the schedule that an operation was run for; null where somebody asked for it.
ALTER TABLE operation_records ADD COLUMN job TEXT;
ALTER TABLE operation_records ADD COLUMN slot_ms INTEGER;
-- How many runs of a job that found nothing to do this row stands for: of those of a day the last is kept.
ALTER TABLE operation_records ADD COLUMN idle INTEGER;
CREATE INDEX operation_records_slot ON operation_records (job, slot_ms, started_ms) WHERE job IS NOT NULL;
CREATE INDEX operation_records_open ON operation_records (job) WHERE job IS NOT NULL AND ended_ms IS NULL;
