-- ?1: the earliest that is later than that; the earliest of all when it is NULL. One step into the index, however many wait.
SELECT min(wake_at) FROM runs
WHERE owner IS NULL AND wake_at IS NOT NULL AND wake_at > coalesce(?1, -9e999)
