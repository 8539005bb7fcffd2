SELECT * FROM run_rows WHERE number > ?1 ORDER BY number ASC LIMIT ?2
