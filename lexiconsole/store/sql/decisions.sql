-- Entries that are decisions, as the journal has them now. The rule is that of the view `decisions`, which is not asked:
-- whoever changed entries may have changed the view as well.
SELECT j.position, coalesce(r.id, ''), j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM journal AS j
LEFT JOIN runs AS r ON r.number = j.run
WHERE
    j.position > ?1
    AND (
        (
            j.seq NOT BETWEEN 2 AND coalesce(r.origin_seq, 0)
            AND (
                j.kind IN ('answered', 'voted', 'delegated', 'escalated', 'skipped', 'resolved', 'edited', 'migrated', 'refused')
                OR (
                    j.by <> ''
                    AND j.kind IN ('run.paused', 'run.resumed', 'run.cancel', 'run.cancelled', 'retried', 'signalled')
                )
            )
        )
        OR (j.seq = 1 AND r.origin <> '' AND j.by <> '')
    )
ORDER BY j.position
LIMIT ?2
