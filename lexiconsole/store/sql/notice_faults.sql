SELECT channel, state, count(*), max(error) FROM notices WHERE error <> '' AND state <> 'told' GROUP BY channel, state
