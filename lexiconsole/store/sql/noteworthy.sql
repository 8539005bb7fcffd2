-- Entries of the kinds ?3 (JSON) between two positions; what a fork copied happened to its origin.
SELECT j.position, r.id, j.seq, j.kind
FROM journal AS j
INNER JOIN runs AS r ON r.number = j.run
WHERE
    j.position > ?1 AND j.position <= ?2 AND j.kind IN (SELECT value FROM json_each(?3))
    AND j.seq NOT BETWEEN 2 AND r.origin_seq
ORDER BY j.position
