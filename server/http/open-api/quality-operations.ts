/**
 * The operations of `/api` that hold models against readers. `docs/qa.md` says what the figures mean.
 */
import type { Operation } from './operations.ts';

const FOR_AUDITORS = { group: 'Quality', needs: 'audit-quality' } as const;

export const QUALITY_OPERATIONS: readonly Operation[] = [
  {
    ...FOR_AUDITORS,
    method: 'get',
    path: '/audit',
    summary: 'How models and readers agree, study by study and in figures',
    query: {
      from: 'First study date, YYYYMMDD',
      to: 'Last study date, YYYYMMDD',
      model: 'Id and version of a model',
      region: 'hand, leg, hip or shoulder',
      state: 'unread, agree or disagree',
    },
    gives: [{ status: 200, meaning: 'Studies and figures', schema: 'Audit' }],
    fails: [400],
  },
  {
    ...FOR_AUDITORS,
    method: 'get',
    path: '/audit/studies.csv',
    summary: 'The same studies as a table; takes the same parameters',
    gives: [{ status: 200, meaning: 'A row a study', type: 'text/csv' }],
    fails: [400],
  },
  {
    ...FOR_AUDITORS,
    method: 'get',
    path: '/audit/export',
    needs: 'export-studies',
    summary: 'De-identified copies of the same studies, with a table; takes the same parameters',
    query: { study: 'Study Instance UIDs with commas between them; absent: all that the filter means' },
    gives: [{ status: 200, meaning: 'DICOM files and CSV', type: 'application/zip' }],
    fails: [400, 409],
  },
  {
    ...FOR_AUDITORS,
    method: 'put',
    path: '/audit/labels',
    summary: 'Takes reference labels',
    takes: ['text/csv'],
    gives: [
      { status: 200, meaning: 'How many, and how many of studies that are not known', schema: 'LabelsTaken' },
    ],
    fails: [400, 413],
  },
  {
    ...FOR_AUDITORS,
    method: 'get',
    path: '/audit/samples',
    summary: 'The samples for a second reader, with what came of them',
    gives: [{ status: 200, meaning: 'Samples', schema: 'Samples' }],
  },
  {
    ...FOR_AUDITORS,
    method: 'post',
    path: '/audit/samples',
    summary: 'Draws a sample of signed studies',
    takes: 'SampleRequest',
    gives: [{ status: 201, meaning: 'It is drawn', schema: 'NewSample' }],
    fails: [400, 409],
  },
  {
    ...FOR_AUDITORS,
    method: 'get',
    path: '/audit/samples/{sample}/next',
    needs: 'review-findings',
    summary: 'The next study for the second reader, and nothing else of it',
    gives: [{ status: 200, meaning: 'A study; none when all are read', schema: 'NextOfSample' }],
    fails: [404],
  },
  {
    ...FOR_AUDITORS,
    method: 'post',
    path: '/audit/samples/{sample}/reads',
    needs: 'review-findings',
    summary: 'Keeps what the second reader says',
    takes: 'SecondRead',
    gives: [{ status: 204, meaning: 'It is kept' }],
    fails: [400, 404, 409],
  },
  {
    ...FOR_AUDITORS,
    method: 'post',
    path: '/audit/samples/{sample}/adjudications',
    summary: 'Keeps what was agreed on where two readers differ',
    takes: 'Adjudication',
    gives: [{ status: 204, meaning: 'It is kept' }],
    fails: [400, 404, 409],
  },
];
