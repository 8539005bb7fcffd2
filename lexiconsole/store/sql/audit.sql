SELECT number, fact, hash FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2
