-- Study, Series, Instance as QIDO-RS asks for them (PS3.18 Tables 10.6.3-3 to 10.6.3-5).
-- Attribute columns hold the form that is searched (dates and times normalised, names folded); `attributes` holds what is returned.
-- Text is compared by code point (collation "C"), so ranges and prefixes use plain indexes.

CREATE TABLE study (
  study_uid text COLLATE "C" PRIMARY KEY,
  patient_id text COLLATE "C",
  patient_name_keys text[] NOT NULL DEFAULT '{}',
  referring_name_keys text[] NOT NULL DEFAULT '{}',
  study_date text COLLATE "C",
  study_time text COLLATE "C",
  accession_number text COLLATE "C",
  study_id text COLLATE "C",
  study_description text COLLATE "C",
  attributes jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX study_by_date ON study (study_date DESC NULLS LAST, study_uid);
CREATE INDEX study_by_patient_id ON study (patient_id);
CREATE INDEX study_by_accession_number ON study (accession_number);
CREATE INDEX study_by_patient_name ON study USING gin (patient_name_keys);

CREATE TABLE series (
  study_uid text COLLATE "C" NOT NULL REFERENCES study,
  series_uid text COLLATE "C" NOT NULL,
  modality text COLLATE "C",
  series_number integer,
  step_start_date text COLLATE "C",
  step_start_time text COLLATE "C",
  scheduled_step_ids text[] NOT NULL DEFAULT '{}',
  requested_procedure_ids text[] NOT NULL DEFAULT '{}',
  attributes jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (study_uid, series_uid)
);
CREATE INDEX series_by_uid ON series (series_uid);
CREATE INDEX series_by_modality ON series (modality, study_uid);

CREATE TABLE instance (
  sop_instance_uid text COLLATE "C" PRIMARY KEY,
  study_uid text COLLATE "C" NOT NULL,
  series_uid text COLLATE "C" NOT NULL,
  sop_class_uid text COLLATE "C" NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  instance_number integer,
  object_key text NOT NULL UNIQUE,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  origin text NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  pixel_offset bigint,
  pixel_length bigint,
  pixel_encapsulated boolean,
  attributes jsonb NOT NULL,
  -- The header as DICOM JSON, ready to send. Text, not jsonb: jsonb refuses U+0000, which real files hold.
  metadata text NOT NULL,
  FOREIGN KEY (study_uid, series_uid) REFERENCES series
);
CREATE INDEX instance_by_series ON instance (study_uid, series_uid, instance_number, sop_instance_uid);

-- One row for every object that may lie in the object store without an instance row: what a crash left is found here.
CREATE TABLE pending_object (
  object_key text PRIMARY KEY,
  sop_instance_uid text COLLATE "C" NOT NULL,
  reserved_at timestamptz NOT NULL DEFAULT now()
);
