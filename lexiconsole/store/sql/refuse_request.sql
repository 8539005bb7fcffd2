INSERT INTO refusals (number, reply) VALUES (?, ?)
