SELECT seq, at, kind, key, attempt, data, by FROM journal WHERE run = ? AND seq > ? ORDER BY seq
