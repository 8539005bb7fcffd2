SELECT number, host, pid, lock, started_at, beat_at FROM owners ORDER BY number
