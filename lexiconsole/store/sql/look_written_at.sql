-- When the newest entry was written, by the clock of who wrote it.
SELECT at FROM journal ORDER BY position DESC LIMIT 1
