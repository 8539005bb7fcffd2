-- The entries that change a projection, of a stretch of runs.
SELECT run, seq, at, kind, key, attempt, data, by
FROM journal
WHERE
    run BETWEEN ?1 AND ?2
    AND kind <> 'step.done' AND kind <> 'decided' AND kind <> 'received' AND kind <> 'step.attempt_failed'
    AND kind <> 'sleeping' AND kind <> 'woke' AND kind <> 'child.started' AND kind <> 'run.created'
ORDER BY run, seq
