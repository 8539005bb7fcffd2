-- When the newest entry was written, by the clock of who wrote it.
SELECT at FROM journal WHERE position = (SELECT max(position) FROM journal)
