/**
 * The operations as an OpenAPI document. OpenAPI Specification 3.1.1; schemas are JSON Schema 2020-12.
 */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { INTENDED_USE_NOTICE } from '../../../dicom/vocabulary/finding.ts';
import { ADMINISTRATION_OPERATIONS } from './administration-operations.ts';
import { OPERATIONS, type Answer, type Operation } from './operations.ts';
import { QUALITY_OPERATIONS } from './quality-operations.ts';
import { SCHEMAS, type SchemaName } from './schemas.ts';

/** Every operation, in the order it is shown. */
export const ALL_OPERATIONS: readonly Operation[] = [
  ...OPERATIONS,
  ...QUALITY_OPERATIONS,
  ...ADMINISTRATION_OPERATIONS,
];

type Json = Readonly<Record<string, unknown>>;

/** The document. */
export function openApiDocument(version: string): Json {
  const groups = [...new Set(ALL_OPERATIONS.map(({ group }) => group))];
  return {
    openapi: '3.1.1',
    info: {
      title: 'Osteon',
      version,
      summary: 'What lies beside DICOMweb and DIMSE',
      description: `${INTENDED_USE_NOTICE} Images and results go by DICOMweb at /dicom-web (docs/conformance.md).`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    tags: groups.map((name) => ({ name })),
    paths: pathsOf(ALL_OPERATIONS),
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, jsonSchemaOf(schema)])),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the OpenID provider' },
      },
    },
  };
} // prettier-ignore

/** The schema alone: which dialect holds is said by the document. */
export function jsonSchemaOf(schema: z.ZodType): Json {
  const entries = Object.entries(z.toJSONSchema(schema));
  return Object.fromEntries(entries.filter(([name]) => name !== '$schema'));
}

function pathsOf(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = (paths[operation.path] ??= {});
    item[operation.method] = operationOf(operation);
  }
  return paths;
}

function operationOf({ method, path, group, summary, needs, query = {}, takes, gives, fails = [] }: Operation): Json {
  const guarded = needs === 'open' ? [] : [401, 403];
  const failures = [...new Set([...guarded, ...fails])].toSorted((one, other) => one - other);
  return {
    operationId: `${method} ${path}`.replaceAll(/[^a-z]+(\w)/gi, (_, letter: string) => letter.toUpperCase()).replaceAll(/\W/g, ''),
    tags: [group],
    summary,
    ...(needs === 'open' ? { security: [] } : { description: `Needs the permission \`${needs}\`.`, security: [{ key: [] }] }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } })),
    ],
    ...(takes && { requestBody: { required: true, content: bodyOf(takes) } }),
    responses: Object.fromEntries([
      ...gives.map((answer) => [String(answer.status), answerOf(answer)]),
      ...failures.map((status) => [String(status), failureOf(status)]),
    ]),
  };
} // prettier-ignore

function referenceTo(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function bodyOf(takes: NonNullable<Operation['takes']>): Json {
  if (typeof takes === 'string') return { 'application/json': { schema: referenceTo(takes) } };
  return Object.fromEntries(takes.map((type) => [type, {}]));
}

function answerOf({ meaning, schema, type }: Answer): Json {
  if (schema)
    return { description: meaning, content: { 'application/json': { schema: referenceTo(schema) } } };
  return { description: meaning, ...(type !== undefined && { content: { [type]: {} } }) };
}

function failureOf(status: number): Json {
  const content = { 'application/json': { schema: referenceTo('Failure') } };
  return { description: STATUS_CODES[status] ?? 'Failure', content };
}
