-- Which runs got entries behind position ?1, at most ?2 entries at a time: id, last seq, last position, how many.
SELECT r.id, max(newest.seq), max(newest.position), count(*)
FROM (SELECT run, seq, position FROM journal WHERE position > ?1 ORDER BY position LIMIT ?2) AS newest
INNER JOIN runs AS r ON r.number = newest.run
GROUP BY newest.run
