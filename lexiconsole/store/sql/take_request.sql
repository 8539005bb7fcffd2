UPDATE requests SET reply = ?2 WHERE number = ?1 AND state = 'open' RETURNING number
