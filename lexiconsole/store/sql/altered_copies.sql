-- Decisions that a fork copied and that are no longer what they are in its origin, or stand on one side only.
WITH
pairs AS (
    SELECT f.id, f.number AS fork, o.number AS origin, f.origin_seq
    FROM runs AS f
    INNER JOIN runs AS o ON o.id = f.origin
    WHERE f.origin <> '' AND f.origin_seq > 1
),

seqs AS (
    SELECT p.id, p.fork, p.origin, j.seq
    FROM pairs AS p
    INNER JOIN journal AS j ON j.run = p.origin AND j.seq BETWEEN 2 AND p.origin_seq
    UNION
    SELECT p.id, p.fork, p.origin, j.seq
    FROM pairs AS p
    INNER JOIN journal AS j ON j.run = p.fork AND j.seq BETWEEN 2 AND p.origin_seq
),

kinds (kind) AS (
    VALUES
        ('answered'), ('voted'), ('delegated'), ('escalated'), ('skipped'), ('resolved'), ('edited'), ('migrated'), ('refused'),
        ('run.paused'), ('run.resumed'), ('run.cancel'), ('run.cancelled'), ('retried'), ('signalled')
)

SELECT s.id, s.seq
FROM seqs AS s
LEFT JOIN journal AS a ON a.run = s.origin AND a.seq = s.seq
LEFT JOIN journal AS b ON b.run = s.fork AND b.seq = s.seq
WHERE
    (a.kind IN (SELECT kind FROM kinds) OR b.kind IN (SELECT kind FROM kinds))
    AND (
        a.at IS NOT b.at OR a.kind IS NOT b.kind OR a.key IS NOT b.key OR a.attempt IS NOT b.attempt
        OR a.data IS NOT b.data OR a.by IS NOT b.by
    )
ORDER BY s.fork, s.seq
LIMIT ?
