-- The last ?2 links of the chain before the number ?1, the newest first.
SELECT number, fact, hash FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2
