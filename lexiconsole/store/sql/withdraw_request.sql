INSERT INTO refusals (number, reply) SELECT number, ?2 FROM requests WHERE number = ?1 AND state = 'open' AND reply = '' RETURNING number
