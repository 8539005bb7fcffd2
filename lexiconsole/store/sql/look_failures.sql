-- The newest ?2 runs of a status (?1) that say what went wrong, in groups of the same name, place and error.
SELECT name, where_key, error, count(*), min(number), max(number), min(created_at), max(created_at)
FROM (
    SELECT number, name, stage AS where_key, error, created_at FROM runs
    WHERE status = ?1 AND error <> ''
    ORDER BY number DESC LIMIT ?2
) AS newest
GROUP BY name, where_key, error
ORDER BY max(number) DESC
