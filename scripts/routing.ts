/**
 * `npm run routing`: checks the routing file, and says what it would do with studies, without doing it.
 *
 * usage: npm run routing -- [--file PATH] [--explain STUDY [--calling-ae AE] [--called-ae AE] [--server URL]]
 *
 * STUDY is a DICOM file or a folder of them, for which `--calling-ae` and `--called-ae` tell the association that it would come
 * by; or the UID of a study that the running server has (at OSTEON_HOST and OSTEON_PORT, or `--server`; `OSTEON_API_KEY` where
 * it wants a key), which is explained by the rules that hold there, or by those of `--file`.
 * Ends with code 2 when the file is not valid.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readHeader } from '../dicom/read/part10-reader.ts';
import { asPacsError, PacsError } from '../dicom/vocabulary/failure.ts';
import { isUid } from '../dicom/vocabulary/uids.ts';
import { readConfiguration } from '../server/config.ts';
import { loadedModelIds } from '../server/open-routing.ts';
import { openRules } from '../server/routing/current-rules.ts';
import { explainRoute } from '../server/routing/explain-route.ts';
import type { RoutedImage } from '../server/routing/match-conditions.ts';

const explained = z.union([z.object({ explanation: z.string() }), z.object({ message: z.string() })]);
const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    explain: { type: 'string' },
    'calling-ae': { type: 'string', default: '' },
    'called-ae': { type: 'string', default: 'OSTEON' },
    server: { type: 'string' },
  },
});

try {
  console.log(await answer());
} catch (error) {
  console.error(asPacsError(error).message);
  process.exitCode = 2;
}

async function answer(): Promise<string> {
  const { host, port, routingFile, studyQuietSeconds, results, modelIds } = readConfiguration(process.env);
  const { explain: study } = values;
  if (study !== undefined && isUid(study) && !existsSync(study)) {
    return await explainedByServer(values.server ?? `http://${host}:${port}`, study);
  }
  const file = values.file ?? routingFile;
  if (file === undefined)
    throw new PacsError('invalid-configuration', 'Name a file by --file or OSTEON_ROUTING');
  const current = await openRules({ file, modelIds: loadedModelIds(modelIds) });
  current.stop();
  const { rules } = current.state();
  const summary = `${file} is valid: ${rules.rules.length} rules, ${rules.destinations.size} destinations`;
  if (study === undefined) return summary;
  const images = filesBelow(study).flatMap(imageOf);
  if (images.length === 0) throw new PacsError('not-found', 'There is no DICOM file');
  const title = values['calling-ae'];
  const senders = title === '' ? [] : [{ callingAeTitle: title, calledAeTitle: values['called-ae'] }];
  return explainRoute(rules, images, senders, { quietSeconds: studyQuietSeconds, results: results.objects });
}

/** A study of the running server; by a draft where `--file` names one. */
async function explainedByServer(server: string, studyInstanceUid: string): Promise<string> {
  const key = process.env['OSTEON_API_KEY'];
  const rules = values.file === undefined ? undefined : readFileSync(values.file, 'utf8');
  const response = await fetch(`${server}/api/routing/explanations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ studyInstanceUid, rules }),
  }).catch((cause: unknown) => {
    throw new PacsError('bad-request', `No server answers at ${server}`, { cause });
  });
  const answer = explained.parse(await response.json());
  if ('message' in answer) throw new PacsError('bad-request', answer.message);
  return answer.explanation;
}

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Arrived now, by STOW-RS or by the association of `--calling-ae`; what is no DICOM file is left out. */
function imageOf(path: string): readonly RoutedImage[] {
  try {
    const { attributes } = readHeader(readFileSync(path));
    const origin = values['calling-ae'] === '' ? 'stow' : 'dimse';
    return [{ metadata: attributes, storedAt: new Date(), origin }];
  } catch {
    return [];
  }
}
