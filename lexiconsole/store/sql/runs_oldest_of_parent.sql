-- ?3 statuses and ?4 names as JSON lists, NULL for any.
SELECT * FROM run_rows
WHERE
    parent = ?5 AND parent <> '' AND number > ?1
    AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR name IN (SELECT value FROM json_each(?4)))
ORDER BY number ASC LIMIT ?2
