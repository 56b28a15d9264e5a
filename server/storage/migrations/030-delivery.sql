-- Which associations the images of a study came by: rules match on AE titles, also when the study is looked at again.
CREATE TABLE study_sender (
  study_uid text COLLATE "C" NOT NULL,
  calling_ae_title text NOT NULL,
  called_ae_title text NOT NULL,
  PRIMARY KEY (study_uid, calling_ae_title, called_ae_title)
);

-- Larger goes first; 0 is normal.
ALTER TABLE analysis ADD COLUMN priority integer NOT NULL DEFAULT 0;

-- One result set for one destination: what is to arrive, what the destination said it has, and what was tried.
CREATE TABLE delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  destination text NOT NULL,
  study_uid text COLLATE "C" NOT NULL,
  -- The report is the root of a set, and its UID follows from what the set is made of.
  report_uid text COLLATE "C" NOT NULL,
  sop_instance_uids text[] NOT NULL,
  accepted_uids text[] NOT NULL DEFAULT '{}',
  state text NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
  priority integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  reason text,
  queued_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  -- While it is being sent: whoever sends it renews this, and when it has passed another may take it.
  leased_until timestamptz,
  finished_at timestamptz,
  UNIQUE (destination, report_uid)
);
CREATE INDEX delivery_open ON delivery (destination, priority DESC, due_at, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_by_state ON delivery (state, queued_at DESC);
CREATE INDEX delivery_by_study ON delivery (study_uid);
CREATE INDEX delivery_by_end ON delivery (finished_at) WHERE state = 'delivered';
