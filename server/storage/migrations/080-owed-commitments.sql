-- Reports of storage commitment that a node has asked for and not taken yet (PS3.4 J.3.3): they outlive the server.
CREATE TABLE owed_commitment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ae_title text NOT NULL,
  event_type_id integer NOT NULL,
  report jsonb NOT NULL,
  owed_at timestamptz NOT NULL DEFAULT now()
);
