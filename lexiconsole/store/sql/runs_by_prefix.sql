-- Ids from the prefix up to (not with) the prefix followed by the last character there is.
SELECT * FROM run_rows WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT ?2
