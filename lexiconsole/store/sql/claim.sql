-- Compare and set, for many runs at once: run, the epoch and the owner that the claimer saw, the new owner.
UPDATE runs
SET owner = json_extract(c.value, '$[3]'), epoch = epoch + 1
FROM json_each(?) AS c
WHERE
    number = json_extract(c.value, '$[0]')
    AND epoch = json_extract(c.value, '$[1]')
    AND owner IS json_extract(c.value, '$[2]')
RETURNING number, owner, epoch
