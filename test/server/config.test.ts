import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { readConfiguration } from '../../server/config.ts';
import { settingsAsMarkdown } from '../../server/settings.ts';

function failureOf(environment: Record<string, string>): PacsError {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof PacsError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('needs nothing: every setting has its documented default', () => {
    expect(readConfiguration({})).toMatchObject({
      host: '127.0.0.1',
      port: 8600,
      ohifPort: 8601,
      dataFolder: resolve('data'),
      databaseUrl: undefined,
      databaseTimeoutSeconds: 60,
      modalities: ['DX', 'CR'],
      modelIds: undefined,
      researchModels: false,
      studyQuietSeconds: 5,
      results: { objects: ['sr', 'gsps'], reportClass: 'comprehensive3dSr', captureEncoding: 'native' },
      deliveryDays: 90,
      demo: true,
      allowDelete: false,
      logLevel: 'info',
      corsOrigins: [],
      limits: {
        maxObjectBytes: 512_000_000,
        maxBodyBytes: 65_536_000_000,
        maxParts: 100_000,
        maxPartHeaderBytes: 16_000,
        maxSequenceDepth: 48,
        maxElements: 500_000,
        maxInflatedBytes: 1_000_000_000,
        maxFrameSamples: 400_000_000,
        requestsPerMinute: 0,
      },
    });
    expect(readConfiguration({}).workers).toBeGreaterThanOrEqual(1);
  });

  it('takes an empty variable as unset', () => {
    expect(readConfiguration({ OSTEON_PORT: '', DATABASE_URL: ' ' })).toEqual(readConfiguration({}));
  });

  it('reads every kind of value', () => {
    expect(
      readConfiguration({
        OSTEON_HOST: '::1',
        OSTEON_PORT: '0',
        OSTEON_OHIF_PORT: 'off',
        OSTEON_DATA: '/var/lib/osteon',
        DATABASE_URL: 'postgres://a:b@db/osteon',
        OSTEON_WORKERS: '3',
        OSTEON_EXECUTION_PROVIDER: 'cuda',
        OSTEON_MODALITIES: 'RG',
        OSTEON_MODELS: 'bone-age, fracture',
        OSTEON_RESEARCH_MODELS: 'on',
        OSTEON_STUDY_QUIET_SECONDS: '0.5',
        OSTEON_RESULT_OBJECTS: 'kos, sr,sc',
        OSTEON_REPORT_CLASS: 'comprehensive-sr',
        OSTEON_SUMMARY_ENCODING: 'jpeg',
        OSTEON_DEMO: 'off',
        OSTEON_ALLOW_DELETE: 'on',
        OSTEON_LOG_LEVEL: 'debug',
        OSTEON_CORS_ORIGINS: 'https://viewer.example',
        OSTEON_MAX_OBJECT_MB: '2',
        OSTEON_MAX_BODY_MB: '3',
        OSTEON_MAX_PARTS: '4',
        OSTEON_MAX_PART_HEADER_KB: '5',
        OSTEON_MAX_SEQUENCE_DEPTH: '6',
        OSTEON_MAX_ELEMENTS: '700',
        OSTEON_MAX_INFLATED_MB: '8',
        OSTEON_MAX_FRAME_MEGASAMPLES: '9',
        OSTEON_REQUESTS_PER_MINUTE: '10',
        OSTEON_DATABASE_TIMEOUT_SECONDS: '7',
        OSTEON_DELIVERY_DAYS: '30',
      }),
    ).toEqual({
      host: '::1',
      port: 0,
      ohifPort: 'off',
      dataFolder: '/var/lib/osteon',
      databaseUrl: 'postgres://a:b@db/osteon',
      databaseTimeoutSeconds: 7,
      workers: 3,
      executionProvider: 'cuda',
      modalities: ['RG'],
      modelIds: ['bone-age', 'fracture'],
      researchModels: true,
      studyQuietSeconds: 0.5,
      results: { objects: ['kos', 'sr', 'sc'], reportClass: 'comprehensiveSr', captureEncoding: 'jpeg' },
      deliveryDays: 30,
      demo: false,
      allowDelete: true,
      logLevel: 'debug',
      corsOrigins: ['https://viewer.example'],
      dimse: readConfiguration({}).dimse,
      access: readConfiguration({}).access,
      limits: {
        maxObjectBytes: 2_000_000,
        maxBodyBytes: 3_000_000,
        maxParts: 4,
        maxPartHeaderBytes: 5_000,
        maxSequenceDepth: 6,
        maxElements: 700,
        maxInflatedBytes: 8_000_000,
        maxFrameSamples: 9_000_000,
        requestsPerMinute: 10,
      },
    });
  });

  it('names every wrong variable at once and what it expects', () => {
    const { kind, message } = failureOf({ OSTEON_PORT: '70000', OSTEON_DEMO: 'yes', OSTEON_WORKERS: '0' });
    expect(kind).toBe('invalid-configuration');
    expect(message.split('\n')).toEqual([
      'OSTEON_PORT is not a whole number from 0 to 65535',
      'OSTEON_WORKERS is not a whole number from 1 to 256',
      'OSTEON_DEMO is not on or off',
    ]);
  });

  it.each(['gsps', 'sr,pdf', 'sr,sr', ''.padEnd(3, ',')])(
    'refuses the result objects %s: known kinds, each once, and never without the report',
    (objects) => {
      expect(failureOf({ OSTEON_RESULT_OBJECTS: objects }).message).toBe(
        'OSTEON_RESULT_OBJECTS is not sr and any of gsps, seg, sc, kos, separated by commas',
      );
    },
  );

  it.each(['toString', 'comprehensive3dSr'])('refuses the report class %s', (name) => {
    expect(failureOf({ OSTEON_REPORT_CLASS: name }).message).toBe(
      'OSTEON_REPORT_CLASS is not one of comprehensive-3d-sr, comprehensive-sr',
    );
  });

  it('does not repeat a database URL, which holds a password', () => {
    expect(failureOf({ DATABASE_URL: 'mysql://root:secret@db/x' }).message).not.toContain('secret');
  });

  it('answers any text with a value or a reason', () => {
    const names = [
      'OSTEON_PORT',
      'DATABASE_URL',
      'OSTEON_MODELS',
      'OSTEON_STUDY_QUIET_SECONDS',
      'OSTEON_WORKERS',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), (name, text) => {
        try {
          readConfiguration({ [name]: text });
        } catch (error) {
          expect(error).toBeInstanceOf(PacsError);
          expect(String(error)).toContain(name);
        }
      }),
    );
  });
});

describe('docs/configuration.md', () => {
  it('holds the table of the code', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
    expect(page).toContain(settingsAsMarkdown());
  });
});
