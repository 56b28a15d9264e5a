-- The audit of quality reads the reports themselves; what no report holds is here: reference labels from elsewhere, and what
-- second readers say who see none of the results.
CREATE INDEX instance_of_reports ON instance (study_uid)
  WHERE sop_class_uid IN ('1.2.840.10008.5.1.4.1.1.88.33', '1.2.840.10008.5.1.4.1.1.88.34');

CREATE TABLE reference_label (
  study_uid text COLLATE "C" PRIMARY KEY,
  has_fracture boolean,
  bone_age_months double precision,
  imported_at timestamptz NOT NULL DEFAULT now(),
  imported_by text NOT NULL
);

CREATE TABLE audit_sample (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The draw follows from the seed, so that anybody can repeat it.
  seed text NOT NULL,
  drawn_at timestamptz NOT NULL DEFAULT now(),
  drawn_by text NOT NULL
);

CREATE TABLE audit_sample_study (
  sample_id bigint NOT NULL REFERENCES audit_sample,
  position integer NOT NULL,
  study_uid text COLLATE "C" NOT NULL,
  read_by text,
  read_at timestamptz,
  has_fracture boolean,
  bone_age_months double precision,
  adjudicated_by text,
  adjudicated_at timestamptz,
  adjudicated_fracture boolean,
  PRIMARY KEY (sample_id, study_uid)
);
