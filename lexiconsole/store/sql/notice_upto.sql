INSERT INTO noticed (one, position) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET position = max(position, excluded.position)
