INSERT INTO owners (host, pid, lock, started_at, beat_at) VALUES (?1, ?2, ?3, ?4, ?4)
RETURNING number, host, pid, lock, started_at, beat_at
