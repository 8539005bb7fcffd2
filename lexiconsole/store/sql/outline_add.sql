INSERT INTO outlines (digest, data) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING
