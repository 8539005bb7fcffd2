-- The commit: entries of many runs as rows of JSON: run, epoch, the first seq of that run in this batch, seq, and the rest.
-- A row is let in when its epoch is still the run's (the fence) and when its run ends right before the batch begins, so
-- that the entries of a run come in all or none. Mostly the count of rows tells that all are in; else `landed` tells which.
INSERT INTO journal (run, seq, at, kind, key, attempt, data, by, due)
SELECT
    r.number,
    json_extract(e.value, '$[3]'),
    json_extract(e.value, '$[4]') * 1.0 / json_extract(e.value, '$[5]'),
    json_extract(e.value, '$[6]'),
    json_extract(e.value, '$[7]'),
    json_extract(e.value, '$[8]'),
    json_extract(e.value, '$[9]'),
    json_extract(e.value, '$[10]'),
    json_extract(e.value, '$[11]') * 1.0 / json_extract(e.value, '$[12]')
FROM json_each(?) AS e
CROSS JOIN runs AS r ON r.number = json_extract(e.value, '$[0]') AND r.epoch = json_extract(e.value, '$[1]')
WHERE (SELECT max(seq) FROM journal WHERE run = r.number) = json_extract(e.value, '$[2]') - 1
ON CONFLICT (run, seq) DO NOTHING
