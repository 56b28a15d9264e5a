-- What was asked of the analysis, how far it is, and what it found. Findings here are a cache for re-runs;
-- what the world reads is the SR in the study.

CREATE TABLE analysis (
  study_uid text COLLATE "C" PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'rejected', 'failed')),
  reason text,
  is_bone_age_requested boolean NOT NULL DEFAULT false,
  -- Counts arrivals and requests; `covered` is the count that the last finished analysis saw.
  arrivals integer NOT NULL DEFAULT 1,
  covered integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  queued_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  images jsonb NOT NULL DEFAULT '[]',
  report_series_uid text COLLATE "C",
  report_sop_instance_uid text COLLATE "C"
);
CREATE INDEX analysis_by_queued_at ON analysis (queued_at DESC, study_uid);

-- One image under one set of models and settings. Findings carry no patient attributes but age, sex and laterality as used.
CREATE TABLE image_outcome (
  sop_instance_uid text COLLATE "C" NOT NULL,
  settings_key text NOT NULL,
  outcome jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sop_instance_uid, settings_key)
);

-- The first run of each result set: its time and predecessor, so that a re-run writes the same bytes.
CREATE TABLE result_set (
  result_key text PRIMARY KEY,
  study_uid text COLLATE "C" NOT NULL,
  performed_at text NOT NULL,
  predecessor jsonb,
  report_sop_class_uid text,
  report_series_uid text COLLATE "C",
  report_sop_instance_uid text COLLATE "C",
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX result_set_by_study ON result_set (study_uid, created_at);
