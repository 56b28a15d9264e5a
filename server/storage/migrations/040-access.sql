-- Who has signed in, and the keys of programs. Neither table holds anything that lets one in: session tokens and keys are
-- kept as SHA-256 of what the client holds, which are 256 random bits.
CREATE TABLE session (
  token_sha256 bytea PRIMARY KEY,
  principal_id text NOT NULL,
  name text,
  roles text[] NOT NULL,
  groups text[] NOT NULL,
  -- Named to the provider when the person signs out.
  id_token text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_by_time ON session (seen_at);

CREATE TABLE api_key (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  secret_sha256 bytea NOT NULL,
  roles text[] NOT NULL,
  -- What it may do of what its roles may; absent: all of that.
  permissions text[],
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);
