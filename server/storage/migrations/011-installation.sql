-- One row: which installation of Osteon this database belongs to. Its results carry it as device observer, so that two
-- installations never write different bytes under one UID.
CREATE TABLE installation (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;
