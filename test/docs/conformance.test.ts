/**
 * `docs/conformance.md` says what the code does: every table is compared with the code, both ways.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DECODABLE_TRANSFER_SYNTAXES } from '../../dicom/pixels/frame-decoder.ts';
import { OSTEON } from '../../dicom/vocabulary/codes.ts';
import { DECISION_CODES } from '../../dicom/sr/review-items.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { FAILURES } from '../../dicom/vocabulary/failure.ts';
import { NO_SCORE_REASONS, REJECTION_REASONS } from '../../dicom/vocabulary/finding.ts';
import { REJECTED_FINDING_REASONS } from '../../dicom/vocabulary/review.ts';
import { STATUS } from '../../server/dimse/responses.ts';
import { SERVICE_SOP_CLASS, STORED_SYNTAXES } from '../../server/dimse/sop-classes.ts';
import { dicomWebRouter, studiesServiceCapabilities } from '../../server/http/dicom-web-router.ts';
import { INDEXED_TAGS } from '../../server/storage/index-attributes.ts';
import { MATCH_KEYS } from '../../server/storage/match-keys.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TEXT = readFileSync(join(ROOT, 'docs', 'conformance.md'), 'utf8');

/** Routes are only looked at, so nothing behind them is needed. */
const nothing = undefined as never;
const NO_SERVICES = {
  index: nothing,
  objects: nothing,
  instances: nothing,
  imaging: nothing,
  decodingPlaces: nothing,
};

/** Rows of the table below a heading, cells without back quotes. */
function tableUnder(heading: string): string[][] {
  const [, section = ''] = TEXT.split(`\n${heading}\n`);
  const lines = section.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  }
  return rows;
}

function hexadecimal(number: number): string {
  return number.toString(16).toUpperCase().padStart(4, '0');
}

describe('the conformance statement', () => {
  it('lists the DICOMweb resources and their methods', () => {
    const routes = dicomWebRouter(NO_SERVICES).stack.flatMap(({ route }) => {
      if (!route) return [];
      const methods = route.stack.flatMap(({ method }) =>
        ['get', 'post', 'delete'].includes(method) ? [method.toUpperCase()] : [],
      );
      return [`${route.path} ${[...new Set(methods)].join(', ') || 'OPTIONS'}`];
    });
    expect(
      tableUnder('## DICOMweb')
        .map(([path, methods]) => `${path ?? ''} ${methods ?? ''}`)
        .toSorted(),
    ).toEqual(routes.toSorted());
  });

  it('lists the media types of each resource, the default first', () => {
    const stated = tableUnder('## DICOMweb')
      .slice(1)
      .map(([path, , types = '']) => [path, types.replace(/; POST takes.*$/, '')]);
    expect(stated).toEqual(
      studiesServiceCapabilities(NO_SERVICES).map(({ path, produces }) => [path, produces.join(', ')]),
    );
  });

  it('lists the match keys with their level and form', () => {
    const keywordOf = new Map<string, string>(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
    const nameOf = (key: string) =>
      key
        .split('.')
        .map((tag) => keywordOf.get(tag))
        .join('.');
    const expected = Object.entries(MATCH_KEYS).map(([key, { level, form }]) => [nameOf(key), level, form]);
    expect(tableUnder('### Search').toSorted()).toEqual(expected.toSorted());
  });

  it('lists the attributes that a match returns', () => {
    const keywordOf = new Map<string, string>(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
    const expected = Object.entries(INDEXED_TAGS).map(([level, tags]) => [
      level,
      tags.map((tag) => keywordOf.get(tag)).join(', '),
    ]);
    expect(tableUnder('### What a match returns')).toEqual(expected);
  });

  it('lists the transfer syntaxes that are decoded', () => {
    expect(
      tableUnder('## Transfer syntaxes')
        .map(([uid]) => uid)
        .toSorted(),
    ).toEqual(DECODABLE_TRANSFER_SYNTAXES.toSorted());
  });

  it('lists the private codes', () => {
    expect(tableUnder('### Private coding scheme')).toEqual(
      Object.values(OSTEON).map(({ value, meaning }) => [value, meaning]),
    );
  });

  it('names a test that exists for each requirement of IHE AI Results', () => {
    const rows = tableUnder('### IHE AI Results');
    expect(rows.length).toBeGreaterThan(10);
    const missing = rows.filter(([, shown = '']) => {
      const [file = '', ...claim] = shown.split(': ');
      return !readFileSync(join(ROOT, file), 'utf8').includes(`it('${claim.join(': ')}'`);
    });
    expect(missing).toEqual([]);
  });

  it('lists the reasons for rejecting a finding', () => {
    expect(tableUnder('#### Why a reader rejects a finding')).toEqual(
      Object.entries(REJECTED_FINDING_REASONS),
    );
  });

  it('lists the decisions of a reader', () => {
    const decisions = Object.values(DECISION_CODES).map(({ value }) => value);
    expect(tableUnder('### How a review is written').map(([value]) => value)).toEqual(decisions);
  });

  it('lists the reasons for no Z-score', () => {
    expect(tableUnder('### Why a bone age has no Z-score')).toEqual(Object.entries(NO_SCORE_REASONS));
  });

  it('lists the reasons for not analysing', () => {
    expect(tableUnder('## What is not analysed, and the reason given')).toEqual(
      Object.entries(REJECTION_REASONS),
    );
  });

  it('lists the SOP classes of the network', () => {
    expect(tableUnder('### SOP classes of the network').map(([, uid]) => uid)).toEqual(
      Object.values(SERVICE_SOP_CLASS).toSorted(),
    );
  });

  it('lists the transfer syntaxes that are stored by C-STORE', () => {
    const stated = tableUnder('### Transfer syntaxes that are stored by C-STORE').flatMap(([, uids = '']) =>
      uids.split(', '),
    );
    expect(stated.toSorted()).toEqual([...STORED_SYNTAXES].toSorted());
  });

  it('lists the DIMSE statuses', () => {
    expect(tableUnder('### DIMSE statuses')).toEqual(
      Object.entries(STATUS).map(([name, status]) => [hexadecimal(status), name]),
    );
  });

  it('lists the failures', () => {
    const expected = Object.entries(FAILURES).map(([kind, { httpStatus, failureReason, title }]) => [
      kind,
      String(httpStatus),
      hexadecimal(failureReason),
      title,
    ]);
    expect(tableUnder('## Failures')).toEqual(expected);
  });
});
