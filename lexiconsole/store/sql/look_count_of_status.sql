-- How many runs of a status (?1) there are above number ?2, under the conditions ?3 to ?7.
SELECT count(*) FROM runs
WHERE
    status = ?1 AND number > ?2
    AND /* parts/look_conditions */
