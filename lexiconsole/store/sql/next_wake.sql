SELECT min(wake_at) FROM runs WHERE owner IS NULL AND wake_at IS NOT NULL
