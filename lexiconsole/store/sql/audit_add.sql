INSERT INTO audit_facts (fact) VALUES (?)
