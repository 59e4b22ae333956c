-- What refunds are looked for by: what went back on a day, what failed lately, and the newest.
CREATE INDEX refunds_sent ON refunds (sent_ms) WHERE origin = 'ours' AND state IN ('sent', 'pending', 'succeeded');
CREATE INDEX refunds_failed ON refunds (ended_ms) WHERE origin = 'ours' AND state = 'failed';
CREATE INDEX refunds_planned ON refunds (planned_ms, id);
