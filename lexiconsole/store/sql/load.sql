SELECT seq, at, kind, key, attempt, data, by FROM journal
WHERE run = ?1 AND seq > ?2 AND seq <= coalesce(?3, 9223372036854775807) ORDER BY seq
