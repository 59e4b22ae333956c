-- Where what came by hand for the first bill of a task is withdrawn while the bill over what is more is open, both are
-- open: together they are the price of the task.
DROP INDEX bills_open;
