-- Runs to be made, as rows of JSON. An id that is taken is left alone; so is a fork whose origin has not come that far.
INSERT INTO runs (
    id, name, kind, digest, fingerprint, by, parent, parent_key, origin, version, origin_seq, owner, driven,
    created_at, start_at, wake_at, data, epoch, status
)
SELECT
    json_extract(value, '$[0]'),
    json_extract(value, '$[1]'),
    json_extract(value, '$[2]'),
    json_extract(value, '$[3]'),
    json_extract(value, '$[4]'),
    json_extract(value, '$[5]'),
    json_extract(value, '$[6]'),
    json_extract(value, '$[7]'),
    json_extract(value, '$[8]'),
    json_extract(value, '$[9]'),
    json_extract(value, '$[10]'),
    json_extract(value, '$[11]'),
    json_extract(value, '$[12]'),
    json_extract(value, '$[13]') * 1.0 / json_extract(value, '$[14]'),
    json_extract(value, '$[15]') * 1.0 / json_extract(value, '$[16]'),
    json_extract(value, '$[15]') * 1.0 / json_extract(value, '$[16]'),
    json_extract(value, '$[17]'),
    json_extract(value, '$[12]'),
    CASE json_extract(value, '$[12]') WHEN 1 THEN 'running' ELSE 'pending' END
FROM json_each(?)
WHERE
    json_extract(value, '$[8]') = ''
    OR EXISTS (
        SELECT 1
        FROM runs AS o
        INNER JOIN journal AS j ON j.run = o.number AND j.seq = max(1, json_extract(value, '$[10]'))
        WHERE o.id = json_extract(value, '$[8]')
    )
ON CONFLICT (id) DO NOTHING
RETURNING number, id
