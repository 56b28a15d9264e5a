/**
 * The allow-list of DIMSE, cell by cell: every service asked for by every kind of caller over a socket, compared with what
 * `docs/security.md` shows. PS3.8 7.1.1, 9.3.4.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { openAssociation } from '../../../server/dimse/open-association.ts';
import { SERVICE_SOP_CLASS } from '../../../server/dimse/sop-classes.ts';
import { openDimseNetwork } from '../../support/dimse-network.ts';
import { ownStorage } from '../../support/served-storage.ts';

const LIMITS = { maxPduBytes: 131_072, negotiationMs: 5_000, idleMs: 60_000, stallMs: 60_000 };
const storage = await ownStorage();
const listed = await openDimseNetwork(storage, {
  peers: [
    { aeTitle: 'LISTED', host: '127.0.0.1' },
    { aeTitle: 'FAR', host: '10.99.0.1' },
  ],
});
const open = await openDimseNetwork(storage);

/** Head of a column of the table → who calls whom. */
const CALLERS = {
  'listed, from its address': { port: listed.port, calling: 'LISTED', called: 'OSTEON' },
  'listed, from elsewhere': { port: listed.port, calling: 'FAR', called: 'OSTEON' },
  'not listed': { port: listed.port, calling: 'NOBODY', called: 'OSTEON' },
  'to another AE title': { port: listed.port, calling: 'LISTED', called: 'OTHER' },
  'no list (loopback)': { port: open.port, calling: 'NOBODY', called: 'OSTEON' },
} as const;

/** Name of a row → abstract syntaxes of the service; the test of services below fails where one is missing. */
const SERVICES = {
  'C-ECHO': [SERVICE_SOP_CLASS.verification],
  'C-STORE': [SOP_CLASS.computedRadiography, SOP_CLASS.digitalXRayForPresentation, SOP_CLASS.comprehensiveSr],
  'C-FIND': [SERVICE_SOP_CLASS.patientRootFind, SERVICE_SOP_CLASS.studyRootFind],
  'C-MOVE': [SERVICE_SOP_CLASS.patientRootMove, SERVICE_SOP_CLASS.studyRootMove],
  'C-GET': [SERVICE_SOP_CLASS.patientRootGet, SERVICE_SOP_CLASS.studyRootGet],
  'Storage Commitment': [SERVICE_SOP_CLASS.storageCommitment],
  MPPS: [SERVICE_SOP_CLASS.procedureStep],
} as const;

it('has a row for every service', () => {
  const shown: readonly string[] = Object.values(SERVICES).flat();
  expect(Object.values(SERVICE_SOP_CLASS).filter((uid) => !shown.includes(uid))).toEqual([]);
});

it('gives each caller what docs/security.md says', async () => {
  const rows: string[] = [];
  for (const [service, syntaxes] of Object.entries(SERVICES)) {
    const cells: string[] = [];
    for (const caller of Object.values(CALLERS)) {
      const isLetIn = new Set<boolean>();
      for (const syntax of syntaxes) isLetIn.add(await isAccepted(caller, syntax));
      cells.push([...isLetIn].map((yes) => (yes ? 'yes' : '·')).join(' and '));
    }
    rows.push(`| ${[service, ...cells].join(' | ')} |`);
  }
  const heads = ['Service', ...Object.keys(CALLERS)];
  const table = [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---|').join('')}`, ...rows].join('\n');
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md'), 'utf8');
  const start = text.indexOf('| Service |');
  expect(text.slice(start, text.indexOf('\n\n', start))).toBe(table);
});

/** Whether the association and the one context in it are accepted. */
async function isAccepted(
  { port, calling, called }: (typeof CALLERS)[keyof typeof CALLERS],
  abstractSyntax: string,
): Promise<boolean> {
  const contexts = [{ id: 1, abstractSyntax, transferSyntaxes: [TRANSFER_SYNTAX.implicitVrLittleEndian] }];
  const peer = { aeTitle: called, host: '127.0.0.1', port };
  try {
    const association = await openAssociation({ aeTitle: calling, limits: LIMITS }, peer, { contexts });
    const { size } = association.contexts;
    await association.release();
    return size === 1;
  } catch (error) {
    if (error instanceof PacsError && error.kind === 'peer-refused') return false;
    throw error;
  }
}
