/**
 * Every operation of `/api`: one row each. A test compares the rows with the routes, both ways.
 */
import type { Permission } from '../../security/permission.ts';
import type { SchemaName } from './schemas.ts';

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/api`, with variables in braces. */
  readonly path: string;
  readonly group:
    'Analyses' | 'Pictures' | 'Reviews' | 'Quality' | 'Routing and delivery' | 'Access' | 'This description';
  readonly summary: string;
  /** `open`: nobody need be known. */
  readonly needs: Permission | 'open';
  readonly query?: Readonly<Record<string, string>>;
  /** A body in JSON, or of these media types. */
  readonly takes?: SchemaName | readonly string[];
  readonly gives: readonly Answer[];
  /** Statuses of failures beside 401 and 403, which every operation that needs a permission has. */
  readonly fails?: readonly number[];
}

/** An answer: JSON by the name of its schema, or another media type; neither: no body. */
export interface Answer {
  readonly status: number;
  readonly meaning: string;
  readonly schema?: SchemaName;
  readonly type?: string;
}

const ok = (schema: SchemaName, meaning: string): readonly Answer[] => [{ status: 200, meaning, schema }];
const PICTURES = ['image/jpeg', 'image/png'];

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/analyses',
    group: 'Analyses',
    summary: 'How far the analysis of studies is, the newest first',
    needs: 'read-studies',
    query: { study: 'Study Instance UIDs, separated by commas; absent: the newest 500 of all' },
    gives: ok('Analyses', 'What is known'),
    fails: [400],
  },
  {
    method: 'post',
    path: '/analyses',
    group: 'Analyses',
    summary: 'Asks for the analysis of a study now',
    needs: 'request-analysis',
    takes: 'AnalysisRequest',
    gives: [{ status: 202, meaning: 'It is queued', schema: 'Analyses' }],
    fails: [400, 404],
  },
  {
    method: 'get',
    path: '/analyses/{study}/instances/{instance}/activation',
    group: 'Analyses',
    summary: 'Where the fracture model looked on an image',
    needs: 'read-studies',
    gives: [{ status: 200, meaning: 'Opacity, to be laid over the image', type: 'image/png' }],
    fails: [400, 404, 409, 503],
  },
  {
    method: 'get',
    path: '/events',
    group: 'Analyses',
    summary: 'Tells which studies have changed, as server-sent events named `studies`',
    needs: 'read-studies',
    gives: [
      { status: 200, meaning: 'A stream; data are lists of Study Instance UIDs', type: 'text/event-stream' },
    ],
  },
  {
    method: 'post',
    path: '/imports',
    group: 'Pictures',
    summary: 'Stores a picture of a radiograph in a study of its own',
    needs: 'store-instances',
    query: {
      title: 'Study Description',
      modality: 'DX (default), CR, RG, XC or OT',
      sex: 'M or F',
      age: 'In whole years',
      bodyPart: 'Body Part Examined, a defined term of PS3.16 Annex L',
    },
    takes: PICTURES,
    gives: [
      { status: 201, meaning: 'It is stored', schema: 'Imported' },
      { status: 200, meaning: 'It was there already', schema: 'Imported' },
    ],
    fails: [400, 406, 413, 415, 503],
  },
  {
    method: 'post',
    path: '/upload',
    group: 'Pictures',
    summary: 'Stores a JPEG, PNG or DICOM file and names it for /predict',
    needs: 'store-instances',
    takes: ['multipart/form-data', ...PICTURES, 'application/dicom', 'application/octet-stream'],
    gives: [
      { status: 201, meaning: 'It is stored', schema: 'Uploaded' },
      { status: 200, meaning: 'It was there already', schema: 'Uploaded' },
    ],
    fails: [400, 406, 409, 413, 415, 503],
  },
  {
    method: 'post',
    path: '/predict',
    group: 'Pictures',
    summary: 'What the models say of an uploaded file; waits for the analysis',
    needs: 'request-analysis',
    takes: 'PredictRequest',
    gives: ok('Prediction', 'Read from the stored report'),
    fails: [400, 404, 503],
  },
  {
    method: 'get',
    path: '/rules',
    group: 'Pictures',
    summary: 'What a usable image is',
    needs: 'open',
    gives: ok('ImageRules', 'In words, with the address of a picture'),
  },
  {
    method: 'get',
    path: '/rules/picture',
    group: 'Pictures',
    summary: 'A usable image: a drawn one, of no patient',
    needs: 'open',
    gives: [{ status: 200, meaning: 'The picture', type: 'image/png' }],
  },
  {
    method: 'get',
    path: '/reviews/{study}',
    group: 'Reviews',
    summary: 'How far the review of a study is',
    needs: 'read-studies',
    gives: ok('Review', 'The state as the reader sees it'),
    fails: [400, 404],
  },
  {
    method: 'put',
    path: '/reviews/{study}',
    group: 'Reviews',
    summary: 'Keeps a draft',
    needs: 'review-findings',
    takes: 'ReviewDraft',
    gives: ok('Review', 'The state after it'),
    fails: [400, 404, 409],
  },
  {
    method: 'post',
    path: '/reviews/{study}/signature',
    group: 'Reviews',
    summary: 'Signs the draft into a verified report',
    needs: 'review-findings',
    takes: 'Signature',
    gives: [{ status: 201, meaning: 'The report', schema: 'SignedReview' }],
    fails: [400, 404, 409],
  },
];
