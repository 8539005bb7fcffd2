-- What the console's list is grouped by, named in ?2. A completed run stands nowhere; of the others the newest key is looked up.
CASE ?2
    WHEN 'state' THEN status
    WHEN 'name' THEN name
    WHEN 'kind' THEN kind
    WHEN 'version' THEN name || ' v' || version
    WHEN 'by' THEN by
    WHEN 'day' THEN date(created_at, 'unixepoch', 'localtime')
    WHEN 'error' THEN error
    WHEN 'step' THEN
        CASE
            WHEN stage <> '' OR status = 'completed' THEN stage
            ELSE coalesce(
                (SELECT key FROM journal WHERE run = runs.number AND key <> '' ORDER BY seq DESC LIMIT 1), ''
            )
        END
END
